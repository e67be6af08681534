package dev.pgevents.spring.internal.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

import dev.pgevents.postgres.BusStatus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ConnectionStatus;
import org.jspecify.annotations.Nullable;

/**
 * The listening connection as the endpoint shows it.
 *
 * @param diagnosis whether events that are published here arrive here, and if not, why
 * @param listening whether it is wanted
 * @param state where it stands
 * @param notDeliveringSince since when events may not arrive, or null while they do
 * @param provenAt when that was last proven, or null
 * @param provenIn how long the proof was under way, or null
 * @param serverVersion the server's version, as it gives it, or null
 * @param problem what was wrong at the last attempt, or null
 * @param channels the channels that the subscriptions need
 * @param unreadable notifications that could not be read, those refused among them
 * @param signed whether events have to be signed
 * @param refused notifications that were not signed with an accepted key
 * @since 0.1
 */
public record ConnectionDescriptor(String diagnosis, boolean listening, ConnectionState state,
		@Nullable Instant notDeliveringSince, @Nullable Instant provenAt, @Nullable Duration provenIn,
		@Nullable String serverVersion, @Nullable String problem, Set<String> channels, long unreadable, boolean signed,
		long refused) {

	static ConnectionDescriptor of(BusStatus status) {
		ConnectionStatus connection = status.connection();
		BusStatus.Delivery delivery = status.delivery();
		return new ConnectionDescriptor(status.diagnosis(), status.listening(), connection.state(),
				connection.notDeliveringSince(), delivery.provenAt(), delivery.provenIn(), delivery.serverVersion(),
				connection.problem(), new TreeSet<>(status.channels()), status.notifications().unreadable(),
				status.signing(), status.notifications().refused());
	}

}
