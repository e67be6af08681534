package dev.pgevents.benchmarks.sidebyside;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;

import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import io.vertx.pgclient.pubsub.PgSubscriber;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x {@code PgSubscriber}.
 */
final class VertxReceiver implements Receiver {

	private @Nullable PgSubscriber subscriber;

	private @Nullable Recording recording;

	@Override
	public void start(String url, Recording recording) throws InterruptedException {
		DatabaseAddress address = DatabaseAddress.of(url);
		PgSubscriber subscriber = PgSubscriber.subscriber(Vertx.vertx(),
				new PgConnectOptions().setHost(address.host())
					.setPort(address.port())
					.setDatabase(address.database())
					.setUser(address.user())
					.setSslMode(address.tls() ? SslMode.REQUIRE : SslMode.DISABLE)
					.setSslOptions(new ClientSSLOptions().setTrustAll(true)));
		subscriber.reconnectPolicy((retries) -> 1L);
		this.subscriber = subscriber;
		this.recording = recording;
		CountDownLatch listening = new CountDownLatch(3);
		subscriber.channel(CHANNEL).subscribeHandler((ready) -> listening.countDown()).handler(recording::received);
		subscriber.channel(DRAIN_CHANNEL)
			.subscribeHandler((ready) -> listening.countDown())
			.handler(recording::received);
		subscriber.connect().onComplete((connected) -> listening.countDown());
		listening.await();
	}

	@Override
	public void listen(String channel) {
		Objects.requireNonNull(this.subscriber)
			.channel(channel)
			.handler(Objects.requireNonNull(this.recording)::received);
	}

}
