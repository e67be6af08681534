package dev.pgevents.spring.app;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;

import org.springframework.stereotype.Service;

/**
 * A service that publishes.
 */
@Service
public class EpochService {

	private final Publisher publisher;

	public EpochService(Publisher publisher) {
		this.publisher = publisher;
	}

	public void close(String app) {
		this.publisher.publish(Event.of(EventTypes.EPOCH_CLOSED, app, null));
	}

}
