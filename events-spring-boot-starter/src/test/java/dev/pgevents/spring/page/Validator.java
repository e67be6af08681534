package dev.pgevents.spring.page;

import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.stereotype.Component;

@Component
class Validator {

	private final Claims claims;

	private final DomainEventPublisher publisher;

	Validator(Claims claims, DomainEventPublisher publisher) {
		this.claims = claims;
		this.publisher = publisher;
	}

	@OnDomainEvent
	void on(EpochClosed epoch) {
		this.claims.add(epoch.app(), epoch.index());
		this.publisher.publish(new ClaimCalculated(epoch.app(), epoch.index()));
	}

}
