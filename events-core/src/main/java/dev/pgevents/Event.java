package dev.pgevents;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened. Immutable; two events are equal when their ids are.
 *
 * @param id identifies the event; a UUID of version 7 unless the publisher chose one
 * @param type what kind of thing happened
 * @param appId the application it happened to, or null
 * @param payload what the publisher has to say about it; may be
 * {@linkplain Payload#isEmpty() empty}
 * @param timestamp when the publisher created the event
 * @param headers additional text values, such as a trace context; usually empty
 * @param position where it stands in the {@linkplain EventLog event log}, or null if it
 * was not recorded there
 * @param publishedBy the id of the bus instance that published it, see
 * {@link EventBus#instanceId()}, or null where that did not say so
 * @since 0.1
 */
public record Event(UUID id, EventType type, @Nullable String appId, Payload payload, Instant timestamp,
		Map<String, String> headers, @Nullable Position position, @Nullable String publishedBy) implements Delivery {

	/**
	 * Copies the headers.
	 */
	public Event {
		Objects.requireNonNull(id, "id");
		Objects.requireNonNull(type, "type");
		Objects.requireNonNull(payload, "payload");
		Objects.requireNonNull(timestamp, "timestamp");
		headers = Map.copyOf(headers);
	}

	/**
	 * An event whose publisher is not known.
	 * @param id identifies the event
	 * @param type what kind of thing happened
	 * @param appId the application it happened to, or null
	 * @param payload what the publisher has to say about it
	 * @param timestamp when the publisher created the event
	 * @param headers additional text values
	 * @param position where it stands in the event log, or null
	 */
	public Event(UUID id, EventType type, @Nullable String appId, Payload payload, Instant timestamp,
			Map<String, String> headers, @Nullable Position position) {
		this(id, type, appId, payload, timestamp, headers, position, null);
	}

	/**
	 * An event that was not recorded in an event log.
	 * @param id identifies the event
	 * @param type what kind of thing happened
	 * @param appId the application it happened to, or null
	 * @param payload what the publisher has to say about it
	 * @param timestamp when the publisher created the event
	 * @param headers additional text values
	 */
	public Event(UUID id, EventType type, @Nullable String appId, Payload payload, Instant timestamp,
			Map<String, String> headers) {
		this(id, type, appId, payload, timestamp, headers, null, null);
	}

	/**
	 * Returns a new event that happens now.
	 * @param type what kind of thing happened
	 * @param appId the application it happened to, or null
	 * @param payload any value the bus's codec can write, a {@link Payload}, or null
	 * @return the event, with an id of its own
	 */
	public static Event of(EventType type, @Nullable String appId, @Nullable Object payload) {
		return builder(type).appId(appId).payload(payload).build();
	}

	/**
	 * Starts a new event.
	 * @param type what kind of thing happened
	 * @return a builder
	 */
	public static Builder builder(EventType type) {
		return new Builder(type);
	}

	/**
	 * Returns the payload as a value of the given class.
	 * @param <T> the wanted type
	 * @param type the wanted class
	 * @return the converted payload, or null where it is empty
	 * @throws PayloadConversionException if the payload does not fit the class
	 */
	public <T> @Nullable T payloadAs(Class<T> type) {
		return this.payload.as(type);
	}

	/**
	 * Returns this event as it stands in an event log.
	 * @param position where it stands, or null if it does not
	 * @return a copy
	 */
	public Event withPosition(@Nullable Position position) {
		return new Event(this.id, this.type, this.appId, this.payload, this.timestamp, this.headers, position,
				this.publishedBy);
	}

	/**
	 * Returns this event with one more header.
	 * @param name the header's name
	 * @param value its value, in place of an earlier one
	 * @return a copy
	 */
	public Event withHeader(String name, String value) {
		Map<String, String> more = new LinkedHashMap<>(this.headers);
		more.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
		return new Event(this.id, this.type, this.appId, this.payload, this.timestamp, more, this.position,
				this.publishedBy);
	}

	/**
	 * Returns this event with another payload.
	 * @param payload the payload
	 * @return a copy
	 */
	public Event withPayload(Payload payload) {
		return new Event(this.id, this.type, this.appId, payload, this.timestamp, this.headers, this.position,
				this.publishedBy);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof Event event && this.id.equals(event.id));
	}

	@Override
	public int hashCode() {
		return this.id.hashCode();
	}

	/**
	 * Names the event in one line, without its payload and headers, which may hold what
	 * no log should. The app id, which any client may send, is escaped and shortened.
	 */
	@Override
	public String toString() {
		return "Event[" + this.type + ((this.appId != null) ? " app=" + LogText.of(this.appId, LogText.NAME) : "")
				+ " id=" + this.id + "]";
	}

	/**
	 * Builds an event. Not thread-safe.
	 */
	public static final class Builder {

		private final EventType type;

		private @Nullable UUID id;

		private @Nullable String appId;

		private Payload payload = Payload.of(null);

		private @Nullable Instant timestamp;

		private final Map<String, String> headers = new LinkedHashMap<>();

		private Builder(EventType type) {
			this.type = Objects.requireNonNull(type, "type");
		}

		/**
		 * Sets the id; a new UUID of version 7 if never called.
		 * @param id the id
		 * @return this
		 */
		public Builder id(UUID id) {
			this.id = Objects.requireNonNull(id, "id");
			return this;
		}

		/**
		 * Sets the application the event belongs to.
		 * @param appId the application's id, or null for none
		 * @return this
		 */
		public Builder appId(@Nullable String appId) {
			this.appId = appId;
			return this;
		}

		/**
		 * Sets the payload.
		 * @param payload any value the bus's codec can write, a {@link Payload}, or null
		 * @return this
		 */
		public Builder payload(@Nullable Object payload) {
			this.payload = (payload instanceof Payload ready) ? ready : Payload.of(payload);
			return this;
		}

		/**
		 * Sets the time of the event; now if never called.
		 * @param timestamp the time
		 * @return this
		 */
		public Builder timestamp(Instant timestamp) {
			this.timestamp = Objects.requireNonNull(timestamp, "timestamp");
			return this;
		}

		/**
		 * Adds a header, replacing an earlier one of the same name.
		 * @param name the header's name
		 * @param value the header's value
		 * @return this
		 */
		public Builder header(String name, String value) {
			this.headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
			return this;
		}

		/**
		 * Adds headers, replacing earlier ones of the same names.
		 * @param headers the headers
		 * @return this
		 */
		public Builder headers(Map<String, String> headers) {
			headers.forEach(this::header);
			return this;
		}

		/**
		 * Builds the event.
		 * @return a new event
		 */
		public Event build() {
			return new Event((this.id != null) ? this.id : TimeOrderedId.next(), this.type, this.appId, this.payload,
					(this.timestamp != null) ? this.timestamp : Instant.now(), this.headers);
		}

	}

}
