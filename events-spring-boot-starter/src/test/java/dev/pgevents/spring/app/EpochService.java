package dev.pgevents.spring.app;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.stereotype.Service;

/**
 * A service that publishes.
 */
@Service
public class EpochService {

	private final Publisher publisher;

	private final DomainEventPublisher payloads;

	public EpochService(Publisher publisher, DomainEventPublisher payloads) {
		this.publisher = publisher;
		this.payloads = payloads;
	}

	public void close(String app) {
		this.publisher.publish(Event.of(EventTypes.EPOCH_CLOSED, app, null));
	}

	public void announce(String app) {
		this.payloads.publish(new Announced(app));
	}

	@DomainEvent("epoch.announced")
	record Announced(@AppId String app) {

	}

}
