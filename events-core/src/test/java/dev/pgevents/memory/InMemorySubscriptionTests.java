package dev.pgevents.memory;

import dev.pgevents.EventBus;
import dev.pgevents.SubscriptionContract;

class InMemorySubscriptionTests extends SubscriptionContract {

	@Override
	protected EventBus createBus() {
		return InMemoryEventBus.create();
	}

}
