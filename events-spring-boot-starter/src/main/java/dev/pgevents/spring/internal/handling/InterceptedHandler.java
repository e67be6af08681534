package dev.pgevents.spring.internal.handling;

import java.util.List;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.spring.DomainEventInterceptor;

/**
 * Lets interceptors around each call of a handler.
 *
 * @param subscription the name of its subscription
 * @param handler what handles
 * @param interceptors who is asked, outermost first
 */
record InterceptedHandler(String subscription, EventHandler handler,
		Supplier<List<DomainEventInterceptor>> interceptors) implements EventHandler {

	@Override
	public void onEvent(Event event) throws Exception {
		proceed(this.interceptors.get(), 0, event);
	}

	@Override
	public void onGap(Gap gap) throws Exception {
		this.handler.onGap(gap);
	}

	private void proceed(List<DomainEventInterceptor> all, int next, Event event) throws Exception {
		if (next == all.size()) {
			this.handler.onEvent(event);
		}
		else {
			all.get(next).aroundHandle(this.subscription, event, () -> proceed(all, next + 1, event));
		}
	}

}
