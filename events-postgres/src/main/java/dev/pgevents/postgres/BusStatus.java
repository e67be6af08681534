package dev.pgevents.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * How a bus is: a snapshot of what it knows itself. Counts are those since the bus was
 * built.
 *
 * @param listening whether the bus is meant to listen, see
 * {@link PostgresEventBus.Builder#listening(boolean)}
 * @param connection how the listening connection is
 * @param delivery what is known of whether events arrive
 * @param channels the channels that the open subscriptions need; none where listening is
 * switched off
 * @param signing whether events are signed, and those of others refused if they are not,
 * see {@link PostgresEventBus.Builder#signing signing}
 * @param publishing how publishing is
 * @param notifications what came that was of no use
 * @param handlers which threads did the work of handlers
 * @param channelDifferences which services have another list of types with a channel of
 * their own, as of {@link ChannelStrategy#perTypeOrGroup}: sentences
 * @since 0.1
 */
public record BusStatus(boolean listening, ConnectionStatus connection, Delivery delivery, Set<String> channels,
		boolean signing, Publishing publishing, Notifications notifications, Handlers handlers,
		List<String> channelDifferences) {

	/**
	 * Copies the channels and the differences.
	 */
	public BusStatus {
		channels = Set.copyOf(channels);
		channelDifferences = List.copyOf(channelDifferences);
	}

	/**
	 * Says in a sentence or two whether events that are published here arrive here, when
	 * that was last proven and how long it took, and if they do not, the most probable
	 * cause and what to set. Names a known fault of the server's version.
	 * @return sentences for those who operate the bus
	 */
	public String diagnosis() {
		return Diagnosis.of(this);
	}

	/**
	 * What is known of whether events arrive.
	 *
	 * @param provenAt when a notification of the bus's own, sent the way events go, last
	 * came back, as it is to at every connect, and at the heartbeat that finds the last
	 * one a minute old; null if none has yet
	 * @param provenIn how long that took; null if none has yet
	 * @param serverVersion the version of the server that the listening connection led to
	 * last, as it gives it; null if there was none yet
	 */
	public record Delivery(@Nullable Instant provenAt, @Nullable Duration provenIn, @Nullable String serverVersion) {

	}

	/**
	 * How publishing through the bus's own connection is.
	 *
	 * @param queued events that are waiting to be sent
	 * @param failed events that could not be sent, or were sent with unknown success:
	 * those whose callers got the failure, and those of callers that had gone on
	 * @param problem why the last attempt to connect or to send has failed; null if it
	 * has not
	 */
	public record Publishing(int queued, long failed, @Nullable String problem) {

	}

	/**
	 * Notifications that made a gap of themselves.
	 *
	 * @param unreadable those that could not be read, those refused among them
	 * @param refused those that were not signed, or not with an accepted key for their
	 * channel
	 */
	public record Notifications(long unreadable, long refused) {

	}

	/**
	 * Which threads did the work of handlers that were idle. A worker handles all events
	 * that wait for its handler, and counts once.
	 *
	 * @param handedOff workers on threads of their own
	 * @param promoted workers on the thread that reads, after another one took the
	 * reading over
	 * @param inline workers on the thread that reads, which kept the reading, for their
	 * handlers had been quick; see {@link PostgresEventBus.Builder#inlineHandlers}
	 * @param takenOver those among the latter whose handlers did not come back, so that
	 * another thread took the reading over
	 */
	public record Handlers(long handedOff, long promoted, long inline, long takenOver) {

	}

}
