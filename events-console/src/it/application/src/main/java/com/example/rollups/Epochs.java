package com.example.rollups;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Publishes in its transactions. */
@Service
class Epochs {

	private final DomainEventPublisher publisher;

	Epochs(DomainEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Transactional
	public void close(String app, long index) {
		this.publisher.publish(new EpochClosed(app, index));
	}

	@Transactional
	public void fail(String app, long index) {
		this.publisher.publish(new EpochClosed(app, index));
		throw new IllegalStateException("on purpose");
	}

}
