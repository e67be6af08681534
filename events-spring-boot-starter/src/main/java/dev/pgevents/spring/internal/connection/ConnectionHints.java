package dev.pgevents.spring.internal.connection;

import dev.pgevents.postgres.internal.socket.WakeableSocketFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image cannot see: the socket factory that pgjdbc makes by its name, and
 * Boot's connection details, which are called by theirs.
 */
final class ConnectionHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection().registerType(WakeableSocketFactory.class, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		for (String details : BootConnectionDetails.NAMES) {
			hints.reflection()
				.registerTypeIfPresent(classLoader, details,
						(type) -> type.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS));
		}
	}

}
