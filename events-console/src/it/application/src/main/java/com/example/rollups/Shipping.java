package com.example.rollups;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.retry.annotation.Backoff;
import org.springframework.retry.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.web.client.ResourceAccessException;

/** Fails for some apps. The recipe of docs/spring.md. */
@Component
class Shipping {

	private final List<String> calls = new CopyOnWriteArrayList<>();

	@OnDomainEvent("order.placed")
	@Retryable(retryFor = ResourceAccessException.class, maxAttempts = 3, backoff = @Backoff(200))
	void ship(@AppId String app) {
		this.calls.add(app);
		long attempt = this.calls.stream().filter(app::equals).count();
		if (app.equals("always") || (app.equals("twice") && attempt <= 2)) {
			throw new ResourceAccessException("the carrier is busy");
		}
	}

	List<String> calls() {
		return this.calls;
	}

}
