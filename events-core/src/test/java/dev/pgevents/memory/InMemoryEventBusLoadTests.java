package dev.pgevents.memory;

import java.time.Duration;

import dev.pgevents.EventBus;
import dev.pgevents.EventBusLoadContract;
import dev.pgevents.SlowHandlerListener;

class InMemoryEventBusLoadTests extends EventBusLoadContract {

	@Override
	protected EventBus createBus(Duration slowHandlerThreshold, SlowHandlerListener listener) {
		return InMemoryEventBus.builder()
			.slowHandlerThreshold(slowHandlerThreshold)
			.slowHandlerListener(listener)
			.shutdownTimeout(Duration.ofMillis(1))
			.build();
	}

}
