package dev.pgevents.benchmarks.sidebyside;

import dev.pgevents.Event;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.context.event.EventListener;

/**
 * What an application may have beside a typed handler: one of all events, and a listener
 * of application events. Counts those of a burst, a thousand at a time, so that the
 * counting is not what is measured.
 */
final class OtherHandlers {

	/** How many handlers get each event of a burst, the typed one included. */
	static final int CALLS = 3;

	private static final int AT_A_TIME = 1000;

	private final Recording recording;

	private int all;

	private int bridged;

	OtherHandlers(Recording recording) {
		this.recording = recording;
	}

	@OnDomainEvent(bufferSize = "" + Receiver.DRAIN_BUFFER)
	void onAny(Event event) {
		this.all = count(event, this.all);
	}

	@EventListener
	void onApplicationEvent(Event event) {
		this.bridged = count(event, this.bridged);
	}

	private int count(Event event, int before) {
		if (!event.type().value().equals(Receiver.DRAIN_CHANNEL)) {
			return before;
		}
		int count = before + 1;
		if (count == AT_A_TIME) {
			this.recording.receivedMore(count);
			return 0;
		}
		return count;
	}

}
