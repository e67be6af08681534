package dev.pgevents.spring.page;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.stereotype.Component;

@Component
class Epochs {

	private final DomainEventPublisher publisher;

	Epochs(DomainEventPublisher publisher) {
		this.publisher = publisher;
	}

	void close(String app, long index) {
		this.publisher.publish(new EpochClosed(app, index));
	}

}
