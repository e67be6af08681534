package dev.pgevents.postgres;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import dev.pgevents.postgres.internal.diagnosis.ServerFault;
import org.jspecify.annotations.Nullable;

/**
 * Says of a bus, in the user's words, whether events arrive, and if not, why.
 */
final class Diagnosis {

	private static final String ADDRESS = "Check that the database answers where the bus connects to (in Spring Boot: "
			+ "spring.datasource.url, or events.postgres.url where events take another way)";

	private Diagnosis() {
	}

	static String of(BusStatus status) {
		String version = status.delivery().serverVersion();
		String fault = (version != null) ? ServerFault.of(version) : null;
		return ofConnection(status) + ((fault != null) ? " " + fault + "." : "");
	}

	private static String ofConnection(BusStatus status) {
		if (!status.listening()) {
			return ofPublisher(status.publishing().problem());
		}
		return switch (status.connection().state()) {
			case LISTENING -> ofListening(status);
			case CONNECTING -> ofConnecting(status);
			case DEAF -> "Connected, yet events do not arrive here: " + problem(status) + ". " + lastProven(status)
					+ " Synchronizing methods poll.";
			case BACKING_OFF -> ofBackingOff(status);
			case STOPPED -> "The connections are let go of while the application is stopped. Once it is started "
					+ "again, every subscription gets the gap.";
			case CLOSED -> "The bus is closed for good.";
		};
	}

	private static String ofPublisher(@Nullable String problem) {
		String meant = "This process is not meant to listen: it publishes, and its synchronizing methods poll.";
		return (problem != null) ? meant + " What is published here does not leave: " + problem + ". " + ADDRESS + "."
				: meant;
	}

	private static String ofListening(BusStatus status) {
		String problem = status.publishing().problem();
		if (problem != null) {
			return "Events of others arrive here, yet what is published here does not leave: " + problem
					+ ". The publishing connection is made again at the next event: there must be room for both of the "
					+ "bus's connections (max_connections, the role's CONNECTION LIMIT, a pooler's pool_size). "
					+ lastProven(status);
		}
		return "Events published here arrive here: proven" + when(status) + ".";
	}

	private static String ofConnecting(BusStatus status) {
		if (status.connection().problem() == null && status.delivery().serverVersion() == null) {
			return "The connection is being made for the first time.";
		}
		return "The connection is being made, or it is there and delivery is not proven yet: a notification sent the "
				+ "way events go is to come back. What was published meanwhile is given as a gap. "
				+ lastProven(status);
	}

	private static String ofBackingOff(BusStatus status) {
		if (status.delivery().serverVersion() == null) {
			return "There was no connection yet, and one is tried for ever, with growing waits: " + problem(status)
					+ ". " + ADDRESS + ". Synchronizing methods poll.";
		}
		return "The connection is lost and tried again for ever, with growing waits: " + problem(status)
				+ ". Synchronizing methods poll; once it is back, every subscription gets the gap. "
				+ lastProven(status);
	}

	private static String problem(BusStatus status) {
		String problem = status.connection().problem();
		if (problem == null) {
			return "the cause is not known yet";
		}
		return problem.endsWith(".") ? problem.substring(0, problem.length() - 1) : problem;
	}

	private static String lastProven(BusStatus status) {
		return (status.delivery().provenAt() != null) ? "Delivery was last proven" + when(status) + "."
				: "Delivery was never proven.";
	}

	private static String when(BusStatus status) {
		Instant at = status.delivery().provenAt();
		Duration took = status.delivery().provenIn();
		return ((at != null) ? " at " + at.truncatedTo(ChronoUnit.SECONDS) : "")
				+ ((took != null) ? ", in " + millis(took) + " ms" : "");
	}

	private static String millis(Duration duration) {
		return BigDecimal.valueOf(duration.toNanos(), 6).setScale(1, RoundingMode.CEILING).toPlainString();
	}

}
