package dev.pgevents.postgres;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;

import dev.pgevents.Backoff;
import dev.pgevents.EventType;
import dev.pgevents.PayloadCodec;
import dev.pgevents.internal.dispatch.DispatcherBuilder;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import org.jspecify.annotations.Nullable;

/**
 * What was set on a builder, sealed when the bus is built: changes of the builder
 * afterwards change no bus. Immutable.
 */
final class BusConfiguration {

	final String name;

	final ConnectionSource listeningSource;

	final ConnectionSource publishingSource;

	final boolean listening;

	final String listeningOffReason;

	final ChannelStrategy channels;

	/** Types of the events on channels whose notifications name none. */
	final Map<String, EventType> stages;

	final PayloadCodec codec;

	/** Signs and checks notifications, if that is wanted. */
	final @Nullable NotificationSigner signer;

	final @Nullable EventLogSettings log;

	/** A copy, of which a dispatcher is built. */
	final DispatcherBuilder dispatcher;

	final int queueCapacity;

	final int maxBatch;

	final Duration publishTimeout;

	final Duration lockTimeout;

	final Duration heartbeat;

	final Duration networkTimeout;

	final Duration proofAge;

	final Clock clock;

	final Duration shutdownTimeout;

	final Backoff backoff;

	final ConnectionListener connectionListener;

	final @Nullable String application;

	/**
	 * Seals what was set on a builder.
	 * @param builder the builder
	 * @throws IllegalStateException if it was not said where to connect to, or it is to
	 * sign events and to hear such as are never signed
	 */
	BusConfiguration(PostgresEventBus.Builder builder) {
		this.dispatcher = builder.dispatcher.copy().clock(builder.clock);
		this.name = this.dispatcher.busName();
		this.application = builder.application;
		this.listeningSource = either(builder.listener, builder.dataSource);
		this.publishingSource = either(builder.dataSource, builder.listener);
		this.listening = builder.listening;
		this.listeningOffReason = builder.listeningOffReason;
		this.channels = builder.channels;
		this.stages = Map.copyOf(builder.channels.stages());
		this.codec = (builder.codec != null) ? builder.codec : new JacksonPayloadCodec();
		this.signer = (builder.signingKey != null) ? new NotificationSigner(builder.signingKey.secret(),
				builder.alsoAccepted.stream().map(SigningKey::secret).toList()) : null;
		if (this.signer != null && !this.stages.isEmpty()) {
			throw new IllegalStateException("the bus signs events, and those of stages are never signed, on "
					+ new TreeSet<>(this.stages.keySet()) + ": do without signing(...), or without channels of stages");
		}
		this.log = builder.log;
		this.queueCapacity = builder.queueCapacity;
		this.maxBatch = builder.maxBatch;
		this.publishTimeout = builder.publishTimeout;
		this.lockTimeout = builder.lockTimeout;
		this.heartbeat = builder.heartbeat;
		this.networkTimeout = builder.networkTimeout;
		this.proofAge = builder.proofAge;
		this.clock = builder.clock;
		this.shutdownTimeout = builder.dispatcher.shutdownTimeout();
		this.backoff = builder.backoff;
		this.connectionListener = builder.connectionListener;
	}

	private static ConnectionSource either(@Nullable ConnectionSource first, @Nullable ConnectionSource second) {
		ConnectionSource source = (first != null) ? first : second;
		if (source == null) {
			throw new IllegalStateException("the bus has no connections: call dataSource(...) or listener(...)");
		}
		return source;
	}

	/** Decodes what arrives. */
	NotificationDecoder decoder() {
		return new NotificationDecoder(this.codec, this.clock, this.signer, this.stages);
	}

	/**
	 * What a connection is called in {@code pg_stat_activity}; the server cuts it off.
	 */
	String applicationName(String purpose) {
		String connection = "pgevents " + this.name + " " + purpose;
		return (this.application != null) ? connection + " of " + this.application : connection;
	}

}
