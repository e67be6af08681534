package dev.pgevents.console;

import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

import dev.pgevents.EventBus;
import dev.pgevents.postgres.BusMonitor;
import dev.pgevents.postgres.BusStatus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ConnectionStatus;
import org.jspecify.annotations.Nullable;

/**
 * The connection as the page shows it. All that the console knows of the bus's state
 * comes through here.
 *
 * @param state where it stands
 * @param tone how good that is
 * @param sentence what it means to the application
 * @param since since when, or null if that is not known
 * @param problem what was wrong at the last attempt, or null
 * @param channels the channels that are listened to
 * @param unreadable notifications that could not be read
 * @param refused those among them that were not signed with an accepted key
 * @param signed whether events have to be signed
 * @param queued events that wait to be sent
 * @param unsent events that could not be sent, or may not have been
 */
record ConnectionView(String state, Tone tone, String sentence, @Nullable Instant since, @Nullable String problem,
		Set<String> channels, long unreadable, long refused, boolean signed, int queued, long unsent) {

	/** How good a state is. */
	enum Tone {

		GOOD, WARN, BAD, OFF

	}

	static ConnectionView of(EventBus bus, @Nullable Instant listeningSince) {
		return bus.capability(BusMonitor.class)
			.map((monitor) -> of(monitor.status(), listeningSince))
			.orElseGet(ConnectionView::inMemory);
	}

	private static ConnectionView inMemory() {
		return new ConnectionView("IN_MEMORY", Tone.GOOD,
				"Events stay within this process: there is no connection that could be lost.", null, null, Set.of(), 0,
				0, false, 0, 0);
	}

	private static ConnectionView of(BusStatus bus, @Nullable Instant listeningSince) {
		ConnectionStatus status = bus.connection();
		boolean wanted = bus.listening();
		Instant since = (status.state() == ConnectionState.LISTENING) ? listeningSince : status.notDeliveringSince();
		return new ConnectionView(wanted ? status.state().name() : "OFF", tone(status.state(), wanted), bus.diagnosis(),
				since, status.problem(), new TreeSet<>(bus.channels()), bus.notifications().unreadable(),
				bus.notifications().refused(), bus.signing(), bus.publishing().queued(), bus.publishing().failed());
	}

	private static Tone tone(ConnectionState state, boolean wanted) {
		if (!wanted) {
			return Tone.OFF;
		}
		return switch (state) {
			case LISTENING -> Tone.GOOD;
			case CONNECTING -> Tone.WARN;
			case DEAF, BACKING_OFF -> Tone.BAD;
			case STOPPED, CLOSED -> Tone.OFF;
		};
	}

}
