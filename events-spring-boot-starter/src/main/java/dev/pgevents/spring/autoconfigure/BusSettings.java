package dev.pgevents.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import dev.pgevents.Backoff;
import dev.pgevents.EventTypes;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.SigningKey;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.autoconfigure.EventsProperties.Channels.Strategy;
import dev.pgevents.spring.internal.payload.PayloadClass;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.unit.DataSize;

/**
 * Hands the {@code events.*} properties to the bus's builder, and names the property
 * whose value the builder refuses.
 */
final class BusSettings {

	private static final Logger logger = LoggerFactory.getLogger(BusSettings.class);

	private final PostgresEventBus.Builder builder;

	private final PropertyCheck check = new PropertyCheck();

	BusSettings(PostgresEventBus.Builder builder) {
		this.builder = builder;
	}

	/** Checks each value, of what is not in use as well. */
	void apply(EventsProperties properties) {
		try {
			channels(properties.channels());
			publisher(properties.publisher());
			listener(properties.listener());
			security(properties.security(), properties.channels().stages());
			EventLogSettings log = log(properties.log(), this.check);
			if (properties.log().enabled()) {
				this.builder.log(log);
			}
		}
		catch (IllegalArgumentException ex) {
			throw this.check.refused(ex);
		}
	}

	/** Settings of the log, whose values {@link #apply} has checked. */
	static EventLogSettings log(EventsProperties.Log log) {
		return log(log, new PropertyCheck());
	}

	private static EventLogSettings log(EventsProperties.Log log, PropertyCheck check) {
		EventLogSettings.Builder settings = EventLogSettings.builder()
			.initialize(log.initialize() == EventsProperties.Log.Initialize.ALWAYS)
			.decision(PayloadClass::isDurable);
		// Each is checked when settings are built.
		check.next("events.log.schema");
		settings.schema(log.schema()).build();
		check.next("events.log.table-prefix");
		settings.tablePrefix(log.tablePrefix()).build();
		check.next("events.log.partitions");
		settings.partitions(log.partitions()).build();
		check.next("events.log.retention");
		settings.retention(log.retention()).build();
		check.next("events.log.types");
		settings.types(log.types().toArray(String[]::new));
		check.next("events.log.max-size");
		settings.maxSize(bytes(log.maxSize()));
		check.next("events.log.acknowledge-every");
		settings.acknowledgeEvery(log.acknowledgeEvery());
		check.next("events.log.page-size");
		settings.pageSize(log.pageSize());
		Backoff retry = retry(log.retry(), check);
		check.next("events.log.retry.max-attempts");
		settings.retry(log.retry().maxAttempts(), retry);
		check.next("events.log.retention-max");
		return settings.retentionMax(log.retentionMax()).build();
	}

	/** Waits between attempts, whose values {@link #apply} has checked. */
	static Backoff retry(EventsProperties.Retry retry) {
		return retry(retry, new PropertyCheck());
	}

	private static Backoff retry(EventsProperties.Retry retry, PropertyCheck check) {
		return backoff("events.log.retry", retry.initialDelay(), retry.multiplier(), retry.maxDelay(), check);
	}

	private static Backoff backoff(String group, Duration initialDelay, double multiplier, Duration maxDelay,
			PropertyCheck check) {
		check.next(group + ".initial-delay");
		new Backoff(initialDelay, 1, initialDelay);
		check.next(group + ".multiplier");
		new Backoff(initialDelay, multiplier, initialDelay);
		check.next(group + ".max-delay");
		return new Backoff(initialDelay, multiplier, maxDelay);
	}

	private static int bytes(DataSize size) {
		if (size.toBytes() > Integer.MAX_VALUE) {
			throw new IllegalArgumentException("it is " + size + ", the limit is " + Integer.MAX_VALUE + "B");
		}
		return (int) Math.max(0, size.toBytes()); // negative ones are refused, too
	}

	private void channels(EventsProperties.Channels channels) {
		this.check.next("events.channels.name");
		ChannelStrategy.single(channels.name());
		this.check.next("events.channels.types");
		ChannelStrategy.perTypeOrGroup("", channels.types());
		this.check.next("events.channels.partitions");
		ChannelStrategy.perApp("", channels.partitions());
		warnUnused(channels, !channels.types().isEmpty(), "events.channels.types", Strategy.PER_TYPE);
		warnUnused(channels, channels.partitions() != EventsProperties.Channels.DEFAULT_PARTITIONS,
				"events.channels.partitions", Strategy.PER_APP);
		this.check.next("events.channels");
		this.builder.channels(channels.stages() ? ChannelStrategy.withStages(strategy(channels)) : strategy(channels));
	}

	private static void warnUnused(EventsProperties.Channels channels, boolean set, String property, Strategy user) {
		if (set && channels.strategy() != user) {
			logger.warn("{} has no effect with events.channels.strategy={}: it is for {}", property,
					name(channels.strategy()), name(user));
		}
	}

	private static String name(Strategy strategy) {
		return strategy.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static ChannelStrategy strategy(EventsProperties.Channels channels) {
		return switch (channels.strategy()) {
			case SINGLE -> ChannelStrategy.single(channels.name());
			case PER_TYPE -> channels.types().isEmpty() ? ChannelStrategy.perType(channels.name(), EventTypes.all())
					: ChannelStrategy.perTypeOrGroup(channels.name(), channels.types());
			case PER_APP -> ChannelStrategy.perApp(channels.name(), channels.partitions());
		};
	}

	private void publisher(EventsProperties.Publisher publisher) {
		this.check.next("events.publisher.queue-capacity");
		this.builder.queueCapacity(publisher.queueCapacity());
		this.check.next("events.publisher.max-batch");
		this.builder.maxBatch(publisher.maxBatch());
		this.check.next("events.publisher.timeout");
		this.builder.publishTimeout(publisher.timeout());
		this.check.next("events.publisher.lock-timeout");
		this.builder.lockTimeout(publisher.lockTimeout());
	}

	private void security(EventsProperties.Security security, boolean stages) {
		List<String> others = security.verificationKeys();
		if (security.signingKey() != null && stages) {
			throw new EventsConfigurationException(
					"Events on the channels of stages (events.channels.stages=true) are never signed, and "
							+ "events.security.signing-key refuses what is not signed",
					"Leave out events.channels.stages or events.security.signing-key.");
		}
		if (security.signingKey() != null) {
			SigningKey[] accepted = new SigningKey[others.size()];
			for (int i = 0; i < accepted.length; i++) {
				accepted[i] = key("events.security.verification-keys[" + i + "]", others.get(i));
			}
			this.builder.signing(key("events.security.signing-key", security.signingKey()), accepted);
		}
		else if (!others.isEmpty()) {
			throw new EventsConfigurationException(
					"Events signed with events.security.verification-keys would be accepted by a service that signs "
							+ "none itself",
					"Set events.security.signing-key too, or neither.");
		}
	}

	private SigningKey key(String property, String value) {
		this.check.next(property);
		return SigningKey.of(value);
	}

	private void listener(EventsProperties.Listener listener) {
		this.builder.inlineHandlers(listener.inlineHandlers())
			.listening(listener.enabled())
			.listeningOffReason("listening is switched off by events.listener.enabled=false");
		this.check.next("events.listener.heartbeat");
		this.builder.heartbeat(listener.heartbeat());
		this.check.next("events.listener.shutdown-timeout");
		this.builder.shutdownTimeout(listener.shutdownTimeout());
		this.check.next("events.listener.slow-handler-threshold");
		this.builder.slowHandlerThreshold(listener.slowHandlerThreshold());
		EventsProperties.Recovery recovery = listener.recovery();
		backoff("events.listener.recovery", recovery.initialDelay(), recovery.multiplier(), recovery.maxDelay(),
				this.check);
		this.builder.backoff(recovery.initialDelay(), recovery.multiplier(), recovery.maxDelay());
	}

}
