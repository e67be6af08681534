package dev.pgevents.memory;

import dev.pgevents.EventBus;
import dev.pgevents.EventBusContract;

class InMemoryEventBusTests extends EventBusContract {

	@Override
	protected EventBus createBus() {
		return InMemoryEventBus.create();
	}

}
