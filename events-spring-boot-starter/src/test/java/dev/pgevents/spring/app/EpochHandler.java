package dev.pgevents.spring.app;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import dev.pgevents.Event;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.stereotype.Component;

/**
 * A handler with two annotations and two parameters, which Spring's own listeners may not
 * have.
 */
@Component
public class EpochHandler {

	public final BlockingQueue<String> received = new LinkedBlockingQueue<>();

	@OnDomainEvent("epoch.opened")
	@OnDomainEvent("epoch.closed")
	void on(Event event, @AppId String app) {
		this.received.add(event.type() + " of " + app);
	}

}
