package dev.pgevents;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records what a handler is given, in order.
 */
public final class Recorder implements EventHandler {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	/** What was recorded and not yet asked for. */
	public final BlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();

	private final List<Position> positions = new CopyOnWriteArrayList<>();

	private final Gate gate;

	/** Records at once. */
	public Recorder() {
		this(null);
	}

	/** Records events once they have passed a gate, and gaps at once. */
	Recorder(Gate gate) {
		this.gate = gate;
	}

	@Override
	public void onEvent(Event event) throws InterruptedException {
		if (this.gate != null) {
			this.gate.pass();
		}
		this.positions.add(event.position());
		this.queue.add(event);
	}

	@Override
	public void onGap(Gap gap) {
		this.queue.add(gap);
	}

	/** The next delivery. */
	public Delivery nextDelivery() throws InterruptedException {
		Delivery delivery = this.queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(delivery).as("a delivery within %s", LIMIT).isNotNull();
		return delivery;
	}

	/** The next delivery, which must be an event. */
	public Event next() throws InterruptedException {
		return (Event) nextDelivery();
	}

	/** The next delivery, which must be a gap. */
	public Gap nextGap() throws InterruptedException {
		return (Gap) nextDelivery();
	}

	/** The payload of the next event. */
	public int nextNumber() throws InterruptedException {
		return next().payloadAs(Integer.class);
	}

	/** The payloads of the next events. */
	public List<Integer> numbers(int count) throws InterruptedException {
		List<Integer> numbers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Delivery delivery = this.queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(delivery).as("delivery %d of %d, after %s", i + 1, count, numbers).isInstanceOf(Event.class);
			numbers.add(((Event) delivery).payloadAs(Integer.class));
		}
		return numbers;
	}

	/** The positions of all events so far; null for an event that was not recorded. */
	public List<Position> positions() {
		return this.positions;
	}

}
