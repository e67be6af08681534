package dev.pgevents;

import java.util.Set;

/**
 * The catalogue of the state changes of a rollups node. Each type stands here twice: as
 * {@link EventType}, and as a {@code …_VALUE} string constant for annotations. Services
 * are free to publish types of their own.
 *
 * @since 0.1
 */
public final class EventTypes {

	/** {@link #APP_REGISTERED} as text. */
	public static final String APP_REGISTERED_VALUE = "app.registered";

	/** An application was registered. */
	public static final EventType APP_REGISTERED = EventType.of(APP_REGISTERED_VALUE);

	/** {@link #APP_DEACTIVATED} as text. */
	public static final String APP_DEACTIVATED_VALUE = "app.deactivated";

	/** An application was taken out of service. */
	public static final EventType APP_DEACTIVATED = EventType.of(APP_DEACTIVATED_VALUE);

	/** {@link #APP_REACTIVATED} as text. */
	public static final String APP_REACTIVATED_VALUE = "app.reactivated";

	/** An application is in service again. */
	public static final EventType APP_REACTIVATED = EventType.of(APP_REACTIVATED_VALUE);

	/** {@link #APP_INOPERABLE} as text. */
	public static final String APP_INOPERABLE_VALUE = "app.inoperable";

	/** An application failed for good. */
	public static final EventType APP_INOPERABLE = EventType.of(APP_INOPERABLE_VALUE);

	/** {@link #EPOCH_OPENED} as text. */
	public static final String EPOCH_OPENED_VALUE = "epoch.opened";

	/** An epoch takes inputs. */
	public static final EventType EPOCH_OPENED = EventType.of(EPOCH_OPENED_VALUE);

	/** {@link #EPOCH_CLOSED} as text. */
	public static final String EPOCH_CLOSED_VALUE = "epoch.closed";

	/** An epoch takes no more inputs. */
	public static final EventType EPOCH_CLOSED = EventType.of(EPOCH_CLOSED_VALUE);

	/** {@link #EPOCH_INPUTS_PROCESSED} as text. */
	public static final String EPOCH_INPUTS_PROCESSED_VALUE = "epoch.inputs_processed";

	/** All inputs of a closed epoch were processed. */
	public static final EventType EPOCH_INPUTS_PROCESSED = EventType.of(EPOCH_INPUTS_PROCESSED_VALUE);

	/** {@link #EPOCH_CLAIM_CALCULATED} as text. */
	public static final String EPOCH_CLAIM_CALCULATED_VALUE = "epoch.claim_calculated";

	/** The claim of an epoch was calculated. */
	public static final EventType EPOCH_CLAIM_CALCULATED = EventType.of(EPOCH_CLAIM_CALCULATED_VALUE);

	/** {@link #EPOCH_CLAIM_SUBMITTED} as text. */
	public static final String EPOCH_CLAIM_SUBMITTED_VALUE = "epoch.claim_submitted";

	/** The claim of an epoch was submitted to the chain. */
	public static final EventType EPOCH_CLAIM_SUBMITTED = EventType.of(EPOCH_CLAIM_SUBMITTED_VALUE);

	/** {@link #EPOCH_CLAIM_ACCEPTED} as text. */
	public static final String EPOCH_CLAIM_ACCEPTED_VALUE = "epoch.claim_accepted";

	/** The claim of an epoch was accepted. */
	public static final EventType EPOCH_CLAIM_ACCEPTED = EventType.of(EPOCH_CLAIM_ACCEPTED_VALUE);

	/** {@link #EPOCH_CLAIM_REJECTED} as text. */
	public static final String EPOCH_CLAIM_REJECTED_VALUE = "epoch.claim_rejected";

	/** The claim of an epoch was rejected. */
	public static final EventType EPOCH_CLAIM_REJECTED = EventType.of(EPOCH_CLAIM_REJECTED_VALUE);

	/** {@link #INPUT_RECEIVED} as text. */
	public static final String INPUT_RECEIVED_VALUE = "input.received";

	/** An input for an application arrived. */
	public static final EventType INPUT_RECEIVED = EventType.of(INPUT_RECEIVED_VALUE);

	private static final Set<EventType> ALL = Set.of(APP_REGISTERED, APP_DEACTIVATED, APP_REACTIVATED, APP_INOPERABLE,
			EPOCH_OPENED, EPOCH_CLOSED, EPOCH_INPUTS_PROCESSED, EPOCH_CLAIM_CALCULATED, EPOCH_CLAIM_SUBMITTED,
			EPOCH_CLAIM_ACCEPTED, EPOCH_CLAIM_REJECTED, INPUT_RECEIVED);

	private EventTypes() {
	}

	/**
	 * Returns all types of the catalogue.
	 * @return an immutable set of the twelve types
	 */
	public static Set<EventType> all() {
		return ALL;
	}

}
