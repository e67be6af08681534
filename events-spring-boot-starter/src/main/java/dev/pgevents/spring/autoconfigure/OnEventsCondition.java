package dev.pgevents.spring.autoconfigure;

import dev.pgevents.spring.internal.condition.BoundPropertyCondition;

/** Unless {@code events.enabled} is false. */
final class OnEventsCondition extends BoundPropertyCondition {

	OnEventsCondition() {
		super(true, "events.enabled");
	}

}
