package dev.pgevents.memory;

import dev.pgevents.EventBus;
import dev.pgevents.FailedEventsContract;

class InMemoryFailedEventsTests extends FailedEventsContract {

	@Override
	protected EventBus createBus() {
		return InMemoryEventBus.builder().log(100_000).retry(ATTEMPTS, RETRY).build();
	}

}
