package dev.pgevents.readme.testing;

import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class EpochController {

	private final DomainEventPublisher publisher;

	EpochController(DomainEventPublisher publisher) {
		this.publisher = publisher;
	}

	@PostMapping("/apps/{app}/epochs/{index}/close")
	void close(@PathVariable String app, @PathVariable long index) {
		this.publisher.publish(new EpochClosed(app, index));
	}

}
