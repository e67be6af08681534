package dev.pgevents.memory;

import dev.pgevents.EventBus;
import dev.pgevents.EventStreamContract;

class InMemoryEventStreamTests extends EventStreamContract {

	@Override
	protected EventBus createBus() {
		return InMemoryEventBus.create();
	}

}
