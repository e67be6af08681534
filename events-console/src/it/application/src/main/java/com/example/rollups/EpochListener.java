package com.example.rollups;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.pgevents.Event;

import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/** Hears of events as application events. */
@Component
class EpochListener {

	private final Queue<Object> heard = new ConcurrentLinkedQueue<>();

	/** A method, since Spring Modulith makes a proxy of the bean. */
	Queue<Object> heard() {
		return this.heard;
	}

	@EventListener(condition = "#e.type.value == 'epoch.closed'")
	void on(Event e) {
		this.heard.add("event of " + e.appId());
	}

	@TransactionalEventListener
	void on(EpochClosed closed) {
		this.heard.add(closed);
	}

}
