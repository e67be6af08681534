package com.example.rollups;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Publishes in its transactions. */
@Service
class Epochs {

	private final DomainEventPublisher publisher;

	private final ApplicationEventPublisher applicationEvents;

	Epochs(DomainEventPublisher publisher, ApplicationEventPublisher applicationEvents) {
		this.publisher = publisher;
		this.applicationEvents = applicationEvents;
	}

	@Transactional
	public void close(String app, long index) {
		this.publisher.publish(new EpochClosed(app, index));
	}

	@Transactional
	public void accept(String app, long index) {
		this.applicationEvents.publishEvent(new ClaimAccepted(app, index));
	}

	@Transactional
	public void fail(String app, long index) {
		this.publisher.publish(new EpochClosed(app, index));
		throw new IllegalStateException("on purpose");
	}

}
