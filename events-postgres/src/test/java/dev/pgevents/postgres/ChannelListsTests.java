package dev.pgevents.postgres;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Services whose lists of types with a channel of their own differ are told so.
 */
class ChannelListsTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final TestPostgres database = TestPostgres.shared();

	private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8);

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	@Test
	void differenceIsToldAtBothEndsOnceAndNoMoreOnceItIsGone() throws Exception {
		try (PostgresEventBus shop = bus("shop", List.of("order.*", "stock.low"))) {
			await().atMost(LIMIT).until(shop::isDelivering);
			try (PostgresEventBus shipping = bus("shipping", List.of("order.placed", "stock.low"))) {
				await().atMost(LIMIT).until(() -> !differences(shop).isEmpty() && !differences(shipping).isEmpty());
				assertThat(differences(shop)).containsExactly("shipping has another list of types with a channel of "
						+ "their own: only there [order.placed], only here [order.*]");
				assertThat(differences(shipping)).containsExactly("shop has another list of types with a channel of "
						+ "their own: only there [order.*], only here [order.placed]");
				shipping.suspend();
				shipping.resume();
				await().atMost(LIMIT).until(shipping::isDelivering);
			}
			assertThat(warnings()).satisfiesExactlyInAnyOrder(
					(line) -> assertThat(line).contains("shipping has another list", "events.channels.types"),
					(line) -> assertThat(line).contains("shop has another list", "events.channels.types"));
			try (PostgresEventBus corrected = bus("shipping", List.of("stock.low", "order.*"))) {
				await().atMost(LIMIT).until(corrected::isDelivering);
				await().atMost(LIMIT).until(() -> differences(shop).isEmpty());
				assertThat(differences(corrected)).isEmpty();
			}
		}
	}

	@Test
	void signedListsAreComparedToo() throws Exception {
		SigningKey key = SigningKey.of("k".repeat(40));
		try (PostgresEventBus shop = builder("shop", List.of("order.*")).signing(key).build()) {
			await().atMost(LIMIT).until(shop::isDelivering);
			try (PostgresEventBus shipping = builder("shipping", List.of("stock.*")).signing(key).build()) {
				await().atMost(LIMIT).until(() -> !differences(shop).isEmpty() && !differences(shipping).isEmpty());
			}
		}
	}

	@Test
	void nobodyIsGivenAListAsAnEventAndWhatIsNoneDisturbsNothing() throws Exception {
		try (PostgresEventBus shop = bus("shop", List.of("order.*"))) {
			CompletableFuture<Event> received = new CompletableFuture<>();
			Subscription all = shop.subscribe(SubscriptionFilter.all(), received::complete);
			all.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			await().atMost(LIMIT).until(shop::isDelivering);
			for (String payload : List.of("null", "{}", "7", "{\"types\":[7],\"digest\":\"x\"}",
					"{\"answer\":false,\"instance\":\"i\",\"application\":\"a\\u001b[2J\",\"digest\":\"d\",\"types\":[]}")) {
				database.execute("SELECT pg_notify('" + this.prefix
						+ ".lists', '{\"type\":\"pgevents.channel_list\",\"payload\":" + payload + "}')");
			}
			Event event = Event.of(EventType.of("order.placed"), "7", null);
			shop.publish(event);
			assertThat(received.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(event);
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThat(differences(shop)).singleElement()
					.asString()
					.startsWith("a\\u001b[2J has another list"));
			assertThat(shop.status().channels()).doesNotContain(this.prefix + ".lists");
			assertThat(shop.subscriptions()).containsExactly(all);
		}
	}

	@Test
	void filterForATypeThatIsNotListedHearsIt() throws Exception {
		try (PostgresEventBus shop = bus("shop", List.of("order.*"))) {
			CompletableFuture<Event> received = new CompletableFuture<>();
			Subscription subscription = shop.subscribe(SubscriptionFilter.types("stock.low"), received::complete);
			subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(shop.status().channels()).containsExactly(this.prefix + ".other");
			Event event = Event.of(EventType.of("stock.low"), "7", null);
			shop.publish(event);
			assertThat(received.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(event);
		}
	}

	private PostgresEventBus bus(String application, List<String> listed) {
		return builder(application, listed).build();
	}

	private PostgresEventBus.Builder builder(String application, List<String> listed) {
		return PostgresEventBus.builder()
			.dataSource(database.dataSource())
			.application(application)
			.channels(ChannelStrategy.perTypeOrGroup(this.prefix, listed));
	}

	private static List<String> differences(PostgresEventBus bus) {
		return bus.status().channelDifferences();
	}

	private List<String> warnings() {
		return this.log.lines()
			.stream()
			.filter((line) -> line.getLevel() == Level.WARN)
			.map(ILoggingEvent::getFormattedMessage)
			.filter((line) -> line.contains("another list"))
			.toList();
	}

}
