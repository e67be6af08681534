package dev.pgevents.spring.internal.connection;

import java.util.List;

import dev.pgevents.postgres.internal.socket.WakeableSocketFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image cannot see: the socket factory that pgjdbc makes by its name, and
 * the methods of Boot's connection details and of pools, which are called by theirs.
 */
final class ConnectionHints implements RuntimeHintsRegistrar {

	/** The pools that Boot makes. */
	private static final List<String> POOLS = List.of("com.zaxxer.hikari.HikariConfig",
			"com.zaxxer.hikari.HikariDataSource", "com.zaxxer.hikari.HikariCredentialsProvider",
			"com.zaxxer.hikari.util.Credentials", "org.apache.commons.dbcp2.BasicDataSource",
			"org.apache.tomcat.jdbc.pool.DataSourceProxy", "org.springframework.jdbc.datasource.DelegatingDataSource",
			"org.springframework.jdbc.datasource.AbstractDriverBasedDataSource");

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection().registerType(WakeableSocketFactory.class, MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS);
		for (String details : BootConnectionDetails.NAMES) {
			hints.reflection()
				.registerTypeIfPresent(classLoader, details,
						(type) -> type.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS));
		}
		for (String pool : POOLS) {
			hints.reflection()
				.registerTypeIfPresent(classLoader, pool, (type) -> type
					.withMembers(MemberCategory.INVOKE_PUBLIC_METHODS, MemberCategory.INVOKE_DECLARED_METHODS));
		}
	}

}
