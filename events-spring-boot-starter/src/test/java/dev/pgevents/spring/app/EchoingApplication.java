package dev.pgevents.spring.app;

import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

/**
 * Publishes what it receives, as a careless application does, and prints what became of
 * it.
 */
@EnableAutoConfiguration
@Import(EchoingApplication.Forwarder.class)
public class EchoingApplication {

	static final String REFUSED = "refused";

	/** So many echoes end the process, so that a test of it ends, too. */
	private static final int STORM = 100;

	public static void main(String[] args) {
		new SpringApplicationBuilder(EchoingApplication.class).run(args);
		System.out.println(PrintingApplication.STARTED);
	}

	@DomainEvent("order.echoed")
	record OrderPlaced(@AppId String customer, long order) {

	}

	static class Forwarder {

		private final AtomicInteger published = new AtomicInteger();

		private final DomainEventPublisher publisher;

		Forwarder(DomainEventPublisher publisher) {
			this.publisher = publisher;
		}

		@EventListener
		void forward(OrderPlaced order) {
			try {
				this.publisher.publish(order);
				if (this.published.incrementAndGet() == STORM) {
					System.exit(1);
				}
			}
			catch (IllegalStateException ex) {
				System.out.println(REFUSED);
			}
		}

	}

}
