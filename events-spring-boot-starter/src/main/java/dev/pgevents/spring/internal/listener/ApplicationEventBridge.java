package dev.pgevents.spring.internal.listener;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.internal.observation.EventObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Carries received events to the application's event listeners: the {@link Event}, and
 * its payload where its class is known; and gaps. Subscribes only to what some listener
 * accepts, else a process that only publishes would listen to everything.
 *
 * @since 0.1
 */
public final class ApplicationEventBridge {

	/** The id of the bridge's subscription. */
	public static final String ID = "application-events";

	private static final Logger logger = LoggerFactory.getLogger(ApplicationEventBridge.class);

	private final AcceptedEvents accepted;

	private final ApplicationEventPublisher publisher;

	private final @Nullable SubscriptionFilter filter;

	private final SubscriptionOptions options;

	private final @Nullable TransactionOperations transaction;

	private final EventObserver observer;

	/**
	 * A bridge to a context.
	 * @param accepted what the context's listeners accept
	 * @param publisher where received events go
	 * @param filter which events, or null for none at all
	 * @param defaults how to buffer
	 * @param transaction opened around each event, or null for none
	 * @param observer observes what listeners do with an event
	 */
	public ApplicationEventBridge(AcceptedEvents accepted, ApplicationEventPublisher publisher,
			@Nullable SubscriptionFilter filter, SubscriptionOptions defaults,
			@Nullable TransactionOperations transaction, EventObserver observer) {
		this.accepted = accepted;
		this.publisher = publisher;
		this.filter = filter;
		this.options = SubscriptionOptions.builder()
			.name(ID)
			.bufferSize(defaults.bufferSize())
			.overflow(defaults.overflow())
			.errorHandler(defaults.errorHandler())
			.build();
		this.transaction = transaction;
		this.observer = observer;
	}

	/** The endpoint, or null if no listener asks for events. */
	@Nullable Endpoint endpoint() {
		SubscriptionFilter wanted = this.filter;
		if (wanted == null) {
			return null;
		}
		boolean events = this.accepted.events();
		List<RegisteredPayload> payloads = this.accepted.payloads();
		if (!events && payloads.isEmpty()) {
			return null;
		}
		if (this.transaction == null && this.accepted.inTransactions()) {
			logger.warn("transactional event listeners hear of received events in a transaction only: set "
					+ "events.application-events.transactional=true, unless all of them have fallbackExecution=true");
		}
		return new SubscriptionEndpoint(ID, true, events ? wanted : narrowed(wanted, payloads), this.options,
				this.observer.observed(ID, new Handler(events, payloads, wanted)));
	}

	/** The channels that the payloads' types need; the handler checks the rest. */
	private static SubscriptionFilter narrowed(SubscriptionFilter filter, List<RegisteredPayload> payloads) {
		Set<String> types = new LinkedHashSet<>();
		payloads.forEach((payload) -> types.add(payload.type().value()));
		return new SubscriptionFilter(types, filter.appIds());
	}

	/** Publishes what arrives. */
	private final class Handler implements EventHandler {

		private final boolean events;

		private final List<RegisteredPayload> payloads;

		private final SubscriptionFilter wanted;

		Handler(boolean events, List<RegisteredPayload> payloads, SubscriptionFilter wanted) {
			this.events = events;
			this.payloads = payloads;
			this.wanted = wanted;
		}

		@Override
		public void onEvent(Event event) throws Exception {
			if (this.wanted.matches(event)) {
				publish(applicationEvents(event));
			}
		}

		@Override
		public void onGap(Gap gap) throws Exception {
			publish(List.of(gap));
		}

		private List<Object> applicationEvents(Event received) {
			Event event = ApplicationEventBridge.this.accepted.upcast(received);
			List<Object> all = new ArrayList<>();
			if (this.events) {
				all.add(event);
			}
			for (RegisteredPayload payload : this.payloads) {
				Object value = payload.type().equals(event.type()) ? event.payloadAs(payload.payloadClass()) : null;
				if (value != null) {
					all.add(value);
				}
			}
			return all;
		}

		private void publish(List<Object> applicationEvents) {
			boolean outer = HandlerCall.begin();
			try {
				TransactionOperations transaction = ApplicationEventBridge.this.transaction;
				if (transaction != null) {
					transaction.executeWithoutResult(
							(status) -> applicationEvents.forEach(ApplicationEventBridge.this.publisher::publishEvent));
				}
				else {
					applicationEvents.forEach(ApplicationEventBridge.this.publisher::publishEvent);
				}
			}
			finally {
				HandlerCall.end(outer);
			}
		}

	}

}
