package dev.pgevents.console;

import dev.pgevents.spring.internal.condition.BoundPropertyCondition;

/** If {@code events.console.enabled} is true. */
final class OnConsoleCondition extends BoundPropertyCondition {

	OnConsoleCondition() {
		super(false, "events.console.enabled");
	}

}
