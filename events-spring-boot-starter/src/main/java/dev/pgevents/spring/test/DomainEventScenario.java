package dev.pgevents.spring.test;

import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.util.Require;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.internal.payload.PayloadClass;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Publishes an event, or calls the application, and waits for what that leads to:
 *
 * <pre class="code">
 * scenario.publish(new EpochClosed("1", 42))
 *     .andWaitForStateChange(() -&gt; claims.find("1", 42))
 *     .andExpect(ClaimCalculated.class, (claim) -&gt; claim.index() == 42);
 * </pre>
 *
 * A wait ends as soon as what it waits for is there, and fails after
 * {@linkplain Step#within a time} with an {@link AssertionError} that lists what was
 * published and handled meanwhile. Needs {@link RecordDomainEvents}. Thread-safe; a
 * {@link Step} is for one thread.
 *
 * <p>
 * A transaction that the test itself has opened (with {@code @Transactional}) rolls back,
 * and what was published in it never arrives: leave the annotation out.
 *
 * @since 0.1
 */
public final class DomainEventScenario {

	private final DomainEventRecorder recorder;

	private final ObjectProvider<Publisher> publisher;

	private final ObjectProvider<DomainEventPublisher> payloadPublisher;

	DomainEventScenario(DomainEventRecorder recorder, ObjectProvider<Publisher> publisher,
			ObjectProvider<DomainEventPublisher> payloadPublisher) {
		this.recorder = recorder;
		this.publisher = publisher;
		this.payloadPublisher = payloadPublisher;
	}

	/**
	 * Publishes, through the application's beans.
	 * @param event an {@link Event}, or an instance of a class with
	 * {@link dev.pgevents.spring.DomainEvent}
	 * @return what may be waited for next
	 */
	public Step publish(Object event) {
		return call(() -> {
			if (event instanceof Event whole) {
				this.publisher.getObject().publish(whole);
			}
			else {
				this.payloadPublisher.getObject().publish(event);
			}
		});
	}

	/**
	 * Calls the application.
	 * @param action what to call
	 * @return what may be waited for next
	 */
	public Step call(Runnable action) {
		int before = this.recorder.size();
		action.run();
		return new Step(new Waiting(this.recorder, before));
	}

	/**
	 * What may be waited for, one after the other. Events count from the publishing or
	 * the call on, also those that came before an earlier wait ended.
	 */
	public static final class Step {

		private final Waiting waiting;

		private Duration limit = Duration.ofSeconds(10);

		Step(Waiting waiting) {
			this.waiting = waiting;
		}

		/**
		 * Sets how long each of the waits that follow lasts at most; 10 seconds if it is
		 * not called.
		 * @param limit the time
		 * @return this step
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Step within(Duration limit) {
			this.limit = Require.positive("limit", limit);
			return this;
		}

		/**
		 * Waits until there is a state.
		 * @param <T> its type
		 * @param state reads the state, asked again and again; an exception that it
		 * throws counts as no state
		 * @return this step, once the state is neither null, false, nor an empty
		 * {@link Optional} or {@link Collection}
		 * @throws AssertionError if there is none in time
		 */
		public <T> Step andWaitForStateChange(Supplier<? extends @Nullable T> state) {
			return andWaitForStateChange(state, Step::isThere);
		}

		/**
		 * Waits until a state is the wanted one.
		 * @param <T> its type
		 * @param state reads the state, asked again and again; an exception that it
		 * throws counts as another state
		 * @param wanted whether it is the wanted one
		 * @return this step
		 * @throws AssertionError if it is not in time
		 */
		public <T> Step andWaitForStateChange(Supplier<? extends @Nullable T> state,
				Predicate<? super @Nullable T> wanted) {
			this.waiting.forState(state, wanted, this.limit);
			return this;
		}

		/**
		 * Waits until a payload of a class was published.
		 * @param payload a class with {@link dev.pgevents.spring.DomainEvent}
		 * @return this step
		 * @throws AssertionError if none was in time
		 */
		public Step andExpect(Class<?> payload) {
			return andExpect(payload, (any) -> true);
		}

		/**
		 * Waits until a certain payload of a class was published.
		 * @param <T> the class
		 * @param payload a class with {@link dev.pgevents.spring.DomainEvent}
		 * @param wanted whether it is the wanted one
		 * @return this step
		 * @throws AssertionError if none was in time
		 */
		public <T> Step andExpect(Class<T> payload, Predicate<? super T> wanted) {
			this.waiting.forEvent("published", named(payload), this.limit, Recorded::isPublished,
					(event) -> this.waiting.payloads(payload, event).stream().anyMatch(wanted));
			return this;
		}

		/**
		 * Waits until an event was published.
		 * @param type its type, or with {@code .*} at its end a group of types
		 * @return this step
		 * @throws AssertionError if none was in time
		 */
		public Step andExpect(String type) {
			this.waiting.forEvent("published", type, this.limit, Recorded::isPublished,
					SubscriptionFilter.types(type)::matches);
			return this;
		}

		/**
		 * Waits until a payload of a class was handled.
		 * @param payload a class with {@link dev.pgevents.spring.DomainEvent}
		 * @return this step
		 * @throws AssertionError if none was in time
		 */
		public Step andExpectHandled(Class<?> payload) {
			this.waiting.forEvent("handled", named(payload), this.limit, Recorded::isHandled,
					(event) -> !this.waiting.payloads(payload, event).isEmpty());
			return this;
		}

		/**
		 * Waits until an event was handled.
		 * @param type its type, or with {@code .*} at its end a group of types
		 * @return this step
		 * @throws AssertionError if none was in time
		 */
		public Step andExpectHandled(String type) {
			this.waiting.forEvent("handled", type, this.limit, Recorded::isHandled,
					SubscriptionFilter.types(type)::matches);
			return this;
		}

		/**
		 * Lets the test look at everything that was recorded.
		 * @param assertions looks at it
		 * @return this step
		 */
		public Step andVerify(Consumer<? super DomainEvents> assertions) {
			assertions.accept(this.waiting.events());
			return this;
		}

		private static String named(Class<?> payload) {
			return payload.getSimpleName() + " (" + PayloadClass.of(payload).type() + ")";
		}

		private static boolean isThere(@Nullable Object state) {
			if (state instanceof Optional<?> optional) {
				return optional.isPresent();
			}
			if (state instanceof Collection<?> collection) {
				return !collection.isEmpty();
			}
			return state != null && !Boolean.FALSE.equals(state);
		}

	}

}
