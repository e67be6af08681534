package dev.pgevents.sample;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.spring.OnDomainEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * What each service did last, in whatever process it runs: its events tell.
 */
@Component
class ServiceActivity {

	private final Map<NodeService, Act> last = new EnumMap<>(NodeService.class);

	private final Applications applications;

	private final Map<String, Consensus> consensus = new ConcurrentHashMap<>();

	ServiceActivity(Applications applications) {
		this.applications = applications;
	}

	@OnDomainEvent(id = "page-activity")
	void on(Event event) {
		NodeService service = serviceOf(event);
		if (service != null) {
			synchronized (this.last) {
				Act before = this.last.get(service);
				this.last.put(service, new Act(event.type().value(), event.appId(), epoch(event), event.timestamp(),
						(before != null) ? before.count() + 1 : 1));
			}
		}
	}

	/**
	 * The last act of a service, or null if it has done nothing since this process began.
	 */
	@Nullable Act last(NodeService service) {
		synchronized (this.last) {
			return this.last.get(service);
		}
	}

	private @Nullable NodeService serviceOf(Event event) {
		return switch (event.type().value()) {
			case EventTypes.EPOCH_INPUTS_PROCESSED_VALUE -> NodeService.ADVANCER;
			case EventTypes.EPOCH_CLAIM_CALCULATED_VALUE -> NodeService.VALIDATOR;
			case EventTypes.EPOCH_CLAIM_SUBMITTED_VALUE, EventTypes.EPOCH_CLAIM_ACCEPTED_VALUE,
					EventTypes.EPOCH_CLAIM_REJECTED_VALUE ->
				claimsOf(event.appId());
			case EventTypes.INPUT_RECEIVED_VALUE, EventTypes.EPOCH_OPENED_VALUE, EventTypes.EPOCH_CLOSED_VALUE,
					EventTypes.APP_REGISTERED_VALUE, EventTypes.APP_DEACTIVATED_VALUE, EventTypes.APP_REACTIVATED_VALUE,
					EventTypes.APP_INOPERABLE_VALUE ->
				NodeService.EVMREADER;
			default -> null;
		};
	}

	private @Nullable NodeService claimsOf(@Nullable String app) {
		if (app == null) {
			return null;
		}
		Consensus known = this.consensus.get(app);
		if (known == null) {
			Optional<Consensus> read = this.applications.consensus(app);
			if (read.isEmpty()) {
				return null;
			}
			known = read.get();
			this.consensus.put(app, known);
		}
		return (known == Consensus.PRT) ? NodeService.PRT : NodeService.CLAIMER;
	}

	private static @Nullable Long epoch(Event event) {
		Map<?, ?> payload = event.payloadAs(Map.class);
		return (payload != null && payload.get("epoch") instanceof Number epoch) ? epoch.longValue() : null;
	}

	/**
	 * What a service did.
	 *
	 * @param type the type of its event
	 * @param app the application, or null
	 * @param epoch the epoch, or null
	 * @param at when
	 * @param count how many events it has published by then, as far as this process knows
	 */
	record Act(String type, @Nullable String app, @Nullable Long epoch, Instant at, long count) {

	}

}
