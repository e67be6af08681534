package dev.pgevents.console;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import dev.pgevents.EventLog;
import dev.pgevents.spring.DomainEventListenerContainer;
import org.jspecify.annotations.Nullable;

/**
 * What the page may do, if it may do anything. Thread-safe.
 */
final class Operations {

	private final boolean allowed;

	private final @Nullable DomainEventListenerContainer container;

	private final @Nullable EventLog log;

	private final List<ConsolePanel> panels;

	/**
	 * Knows what can be done.
	 * @param allowed whether it may
	 * @param container whose methods can be stopped, if there is one
	 * @param log whose parked events can be tried again, if there is one
	 * @param panels what they offer
	 */
	Operations(boolean allowed, @Nullable DomainEventListenerContainer container, @Nullable EventLog log,
			List<ConsolePanel> panels) {
		this.allowed = allowed;
		this.container = container;
		this.log = log;
		this.panels = panels;
	}

	boolean allowed() {
		return this.allowed;
	}

	/**
	 * Does something.
	 * @param panel the panel that offers it; {@code console} for what the console does
	 * @param operation which
	 * @param parameters what the page has said
	 * @return what was done; null if there is no such operation
	 * @throws Exception if it cannot be done
	 */
	@Nullable String operate(String panel, String operation, Map<String, String> parameters) throws Exception {
		if (panel.equals("console")) {
			return switch (operation) {
				case "redrive", "skip" -> (this.log != null) ? parked(this.log, operation, parameters) : null;
				default -> own(operation, parameters.getOrDefault("id", ""));
			};
		}
		for (ConsolePanel each : this.panels) {
			if (each.id().equals(panel) && each.operations().contains(operation)) {
				return each.operate(operation, parameters);
			}
		}
		return null;
	}

	private static String parked(EventLog log, String operation, Map<String, String> parameters) {
		String group = parameters.getOrDefault("group", "");
		String id = parameters.get("id");
		if (operation.equals("redrive") && id == null) {
			return log.redrive(group) + " parked events of group " + group + " are tried again.";
		}
		UUID event = UUID.fromString(String.valueOf(id)); // a group is never skipped as a
															// whole
		boolean again = operation.equals("redrive");
		if (again ? log.redrive(group, event) : log.skip(group, event)) {
			return "Event " + event + (again ? " is tried again by group " : " is given up by group ") + group + ".";
		}
		throw new IllegalStateException("Event " + event + " is not parked in group " + group + " any more.");
	}

	private @Nullable String own(String operation, String id) {
		DomainEventListenerContainer methods = this.container;
		if (methods == null) {
			return null;
		}
		switch (operation) {
			case "stop" -> {
				methods.stop(id);
				return id + " is stopped: it misses what happens until it is started.";
			}
			case "start" -> {
				methods.start(id);
				return id + " is running.";
			}
			default -> {
				return null;
			}
		}
	}

}
