package dev.pgevents.spring.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import dev.pgevents.Event;
import dev.pgevents.PayloadCodec;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.JacksonPayloadCodec;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Keeps what happens while a test method runs. Nothing is kept between tests, so that
 * contexts can be shared by tests that record and tests that do not.
 */
final class DomainEventRecorder implements DomainEvents {

	private final PayloadsOfClass payloads;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final List<Recorded> recorded = new ArrayList<>();

	private boolean recording;

	DomainEventRecorder(ObjectProvider<PayloadCodec> codec) {
		this.payloads = new PayloadsOfClass(() -> codec.getIfUnique(JacksonPayloadCodec::new));
	}

	void begin() {
		this.lock.lock();
		try {
			this.recorded.clear();
			this.recording = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	void end() {
		this.lock.lock();
		try {
			this.recorded.clear();
			this.recording = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	void published(Collection<Event> events) {
		events.forEach((event) -> add(Recorded.published(event)));
	}

	void handled(String handler, Event event, @Nullable Throwable failure) {
		add(new Recorded(event, handler, failure));
	}

	private void add(Recorded each) {
		this.lock.lock();
		try {
			if (this.recording) {
				this.recorded.add(each);
				this.changed.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** How much there is, for {@link #since}. */
	int size() {
		return all().size();
	}

	/** What came after so much. */
	List<Recorded> since(int size) {
		List<Recorded> all = all();
		return all.subList(Math.min(size, all.size()), all.size());
	}

	/**
	 * Waits until there is more than so much, or time is over.
	 */
	void awaitMoreThan(int size, Duration limit) throws InterruptedException {
		this.lock.lock();
		try {
			long left = limit.toNanos();
			while (this.recorded.size() <= size && left > 0) {
				left = this.changed.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	PayloadsOfClass payloads() {
		return this.payloads;
	}

	private List<Recorded> all() {
		this.lock.lock();
		try {
			if (!this.recording) {
				throw new IllegalStateException("events are recorded during test methods only, where the test class "
						+ "has @RecordDomainEvents: annotate it");
			}
			return List.copyOf(this.recorded);
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Event> events(Predicate<Recorded> wanted) {
		return all().stream().filter(wanted).map(Recorded::event).toList();
	}

	@Override
	public List<Event> published() {
		return events(Recorded::isPublished);
	}

	@Override
	public List<Event> published(String type) {
		SubscriptionFilter filter = SubscriptionFilter.types(type);
		return events((each) -> each.isPublished() && filter.matches(each.event()));
	}

	@Override
	public <T> List<T> published(Class<T> payload) {
		return this.payloads.of(payload, published());
	}

	@Override
	public List<Event> handled() {
		return events(Recorded::isHandled);
	}

	@Override
	public List<Event> handled(String type) {
		SubscriptionFilter filter = SubscriptionFilter.types(type);
		return events((each) -> each.isHandled() && filter.matches(each.event()));
	}

	@Override
	public <T> List<T> handled(Class<T> payload) {
		return this.payloads.of(payload, handled());
	}

	@Override
	public List<Event> handledBy(String id) {
		return events((each) -> each.isHandled() && Objects.equals(each.handler(), id));
	}

	@Override
	public List<Failure> failures() {
		List<Failure> failures = new ArrayList<>();
		for (Recorded each : all()) {
			if (each.handler() != null && each.failure() != null) {
				failures.add(new Failure(each.handler(), each.event(), each.failure()));
			}
		}
		return List.copyOf(failures);
	}

	@Override
	public void clear() {
		this.lock.lock();
		try {
			all();
			this.recorded.clear();
		}
		finally {
			this.lock.unlock();
		}
	}

}
