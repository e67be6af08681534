package dev.pgevents.spring.internal.actuate;

import java.util.List;

import dev.pgevents.postgres.BusStatus;
import org.jspecify.annotations.Nullable;

/**
 * A bus as the endpoint shows it. A bus that is not PostgreSQL's has nothing but
 * subscriptions.
 *
 * @param subscriptions the open ones, by name
 * @param publisher how publishing is
 * @param handlers which threads did the work of handlers
 * @param connection how the listening connection is
 * @param server how the server's queue is
 * @param groups how the groups of the event log are, or null without one
 * @since 0.1
 */
public record EventsDescriptor(List<SubscriptionDescriptor> subscriptions, @Nullable PublisherDescriptor publisher,
		BusStatus.@Nullable Handlers handlers, @Nullable ConnectionDescriptor connection,
		EventsEndpoint.@Nullable ServerDescriptor server, @Nullable GroupsDescriptor groups) {

}
