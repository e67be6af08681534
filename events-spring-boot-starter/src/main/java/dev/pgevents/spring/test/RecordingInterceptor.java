package dev.pgevents.spring.test;

import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.spring.DomainEventInterceptor;

import org.springframework.core.Ordered;

/**
 * Sees what the application's own interceptors let through.
 */
final class RecordingInterceptor implements DomainEventInterceptor, Ordered {

	private final DomainEventRecorder recorder;

	RecordingInterceptor(DomainEventRecorder recorder) {
		this.recorder = recorder;
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void aroundPublish(List<Event> events, Publishing publishing) {
		List<Event> published = new ArrayList<>(events);
		publishing.proceed(events);
		this.recorder.published(published);
	}

	@Override
	public void aroundHandle(String subscription, Event event, Handling handling) throws Exception {
		try {
			handling.proceed();
		}
		catch (Exception | Error ex) {
			this.recorder.handled(subscription, event, ex);
			throw ex;
		}
		this.recorder.handled(subscription, event, null);
	}

}
