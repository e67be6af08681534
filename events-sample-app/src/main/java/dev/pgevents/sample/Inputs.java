package dev.pgevents.sample;

import java.util.Optional;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Takes inputs from visitors of the page, as the chain would bring them.
 */
@Component
class Inputs {

	private final Chain chain;

	private final Applications applications;

	private final DomainEventPublisher publisher;

	Inputs(Chain chain, Applications applications, DomainEventPublisher publisher) {
		this.chain = chain;
		this.applications = applications;
		this.publisher = publisher;
	}

	/**
	 * Adds inputs to the open epoch of an application, with an event for each, in one
	 * transaction.
	 * @param app the application
	 * @param count how many inputs
	 * @return the epoch
	 */
	@Transactional
	public long submit(String app, int count) {
		if (!this.applications.isActive(app)) {
			throw new IllegalArgumentException("There is no active application " + app + ".");
		}
		this.chain.lock();
		Optional<Long> open = this.chain.openEpoch(app);
		long epoch = open.orElseGet(() -> this.chain.open(app));
		if (open.isEmpty()) {
			this.publisher.publish(new Events.EpochOpened(app, epoch));
		}
		long first = this.chain.receive(app, epoch, count);
		for (int i = 0; i < count; i++) {
			this.publisher.publish(new Events.InputReceived(app, epoch, first + i));
		}
		return epoch;
	}

}
