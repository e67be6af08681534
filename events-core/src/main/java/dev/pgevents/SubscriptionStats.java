package dev.pgevents;

/**
 * What has happened to a subscription so far. Once it is idle, {@code received} is the
 * sum of {@code handled}, {@code failed}, {@code dropped} and {@code coalesced}.
 *
 * @param received events that matched the filter
 * @param handled events whose handler returned, or that were taken from a stream
 * @param failed events whose handler threw
 * @param dropped events for which the buffer had no room
 * @param coalesced events that a newer one replaced, under
 * {@link OverflowPolicy#LATEST_PER_APP}
 * @param gaps gaps given to the handler or taken from the stream
 * @param slow calls of the handler that were reported as slow, while they ran
 * @param queued events waiting now
 * @since 0.1
 */
public record SubscriptionStats(long received, long handled, long failed, long dropped, long coalesced, long gaps,
		long slow, int queued) {

}
