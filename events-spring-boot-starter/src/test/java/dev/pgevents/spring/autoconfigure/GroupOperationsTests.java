package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.group.GroupMonitor;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import dev.pgevents.spring.internal.actuate.GroupMeters;
import dev.pgevents.spring.internal.actuate.GroupOperation;
import dev.pgevents.spring.internal.actuate.GroupsDescriptor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * How those who operate an application see the groups of its event log.
 */
class GroupOperationsTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final EventType TYPE = EventType.of("epoch.closed");

	private final Attempts attempts = new Attempts();

	private TestPostgres database;

	private ApplicationContextRunner runner;

	@BeforeEach
	void createDatabase() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
					EventListenerAutoConfiguration.class, EventsHealthAutoConfiguration.class,
					EventsEndpointAutoConfiguration.class, EventsMetricsAutoConfiguration.class,
					EventsObservationAutoConfiguration.class))
			.withPropertyValues(TestDatabase.properties(this.database))
			.withPropertyValues("management.endpoints.web.exposure.include=events", "events.log.enabled=true",
					"events.log.partitions=4", "events.log.retry.max-attempts=2", "events.log.retry.initial-delay=10ms")
			.withBean(ObservationRegistry.class, () -> {
				ObservationRegistry registry = ObservationRegistry.create();
				registry.observationConfig().observationHandler(this.attempts);
				return registry;
			});
	}

	@Test
	void theEndpointShowsAndOperatesGroups() {
		this.runner.withBean(Billing.class).run((context) -> {
			Billing billing = context.getBean(Billing.class);
			billing.broken = true;
			Event poison = Event.of(TYPE, "7", 1);
			context.getBean(Publisher.class).publish(poison);
			context.getBean(Publisher.class).publish(Event.of(TYPE, "7", 2));
			await().atMost(LIMIT)
				.until(() -> group(context).parked() == 1 && group(context).held() == 1 && group(context).lag() == 0
						&& group(context).unowned() == 0);
			GroupsDescriptor.Group shown = group(context);
			assertThat(shown.name()).isEqualTo("billing");
			assertThat(shown.types()).containsExactly("epoch.closed");
			assertThat(shown.problem()).isNull();
			assertThat(shown.lag()).isZero();
			assertThat(shown.owners()).hasSize(1).containsValue(5);
			assertThat(shown.partitions()).as("none is behind").isEmpty();
			assertThat(alone(context, "billing").partitions()).hasSize(5)
				.allSatisfy((partition) -> assertThat(partition.owner())
					.isEqualTo(shown.owners().keySet().iterator().next()));
			assertThat(alone(context, "billing").parkedEvents()).isEqualTo(shown.parkedEvents());
			assertThat(alone(context, "shipping")).isNull();
			assertThat(shown.parkedEvents()).singleElement().satisfies((parked) -> {
				assertThat(parked.id()).isEqualTo(poison.id().toString());
				assertThat(parked.app()).isEqualTo("7");
				assertThat(parked.position()).matches("[0-3]:1");
				assertThat(parked.attempts()).isEqualTo(2);
				assertThat(parked.reason()).contains("IllegalStateException: broken");
			});
			assertThat(shown.heldEvents()).as("those that wait behind it are counted").isEmpty();
			assertThat(alone(context, "billing").heldEvents()).singleElement().satisfies((held) -> {
				assertThat(held.reason()).isEqualTo("waits behind an earlier event of its app");
				assertThat(held.nextAttempt()).isNull();
			});
			billing.broken = false;
			assertThat(operate(context, GroupOperation.REDRIVE, "all")).isEqualTo("1 parked event is tried again");
			await().atMost(LIMIT).until(() -> billing.handled.equals(List.of(1, 2)));
		});
	}

	@Test
	void theEndpointSkipsAndRewinds() {
		this.runner.withBean(Billing.class).run((context) -> {
			Billing billing = context.getBean(Billing.class);
			billing.broken = true;
			Event poison = Event.of(TYPE, "7", 1);
			Instant before = poison.timestamp();
			context.getBean(Publisher.class).publish(poison);
			context.getBean(Publisher.class).publish(Event.of(TYPE, "7", 2));
			await().atMost(LIMIT).until(() -> group(context).parked() == 1 && group(context).held() == 1);
			billing.broken = false;
			String position = group(context).parkedEvents().get(0).position();
			assertThat(operate(context, GroupOperation.SKIP, poison.id().toString())).endsWith("is given up");
			await().atMost(LIMIT).until(() -> billing.handled.equals(List.of(2)));
			operate(context, GroupOperation.REWIND, position);
			await().atMost(LIMIT).until(() -> billing.handled.equals(List.of(2, 1, 2)));
			operate(context, GroupOperation.REWIND, before.minusSeconds(60).toString());
			await().atMost(LIMIT).until(() -> billing.handled.equals(List.of(2, 1, 2, 1, 2)));
			refused(context, "groups", "shipping", GroupOperation.REDRIVE, "all", "there is no group shipping");
			refused(context, "groups", "billing", GroupOperation.SKIP, "all", "name the id of a parked event");
			refused(context, "groups", "billing", GroupOperation.SKIP, poison.id().toString(), "is parked");
			refused(context, "groups", "billing", GroupOperation.REWIND, "0:0", "positions begin with 1");
			refused(context, "groups", "billing", GroupOperation.REWIND, "-1:1", "such as 12:4711");
			refused(context, "groups", "billing", GroupOperation.REWIND, "2999-01-01T00:00:00Z", "in the future");
			refused(context, "methods", "billing", GroupOperation.REDRIVE, "all", "but groups/billing");
		});
	}

	@Test
	void theEndpointSaysWhyThereAreNoGroups() {
		this.runner.withPropertyValues("events.log.enabled=false").run((context) -> {
			assertThat(context.getBean(EventsEndpoint.class).events().groups()).isNull();
			refused(context, "groups", "billing", GroupOperation.REDRIVE, "all", "events.log.enabled=true");
		});
		this.runner.run((context) -> {
			assertThat(context.getBean(EventsEndpoint.class).events().groups().groups()).isEmpty();
			this.database.execute("ALTER TABLE pgevents.event_cursor RENAME TO gone");
			assertThat(context.getBean(EventsEndpoint.class).events().groups().error()).contains("event_cursor");
		});
	}

	@Test
	void theSameIsShownInMemory() {
		this.runner.withBean(Billing.class).withPropertyValues("events.backend=in-memory").run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(TYPE, "7", 1));
			await().atMost(LIMIT).until(() -> group(context).lag() == 0);
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(GroupMeters.class).bindTo(registry);
			await().atMost(LIMIT).until(() -> counted(registry, "handled") == 1);
		});
	}

	@Test
	void healthSaysWhoTakesNoPartAndWhy() {
		this.runner.withBean(Billing.class).run((context) -> {
			await().atMost(LIMIT).until(() -> group(context).unowned() == 0);
			assertThat(health(context).getDetails()).doesNotContainKey("groups");
		});
		this.runner.run((context) -> {
			context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("epoch.opened"),
						SubscriptionOptions.builder().group("billing").build(), (event) -> {
						});
			await().atMost(LIMIT).until(() -> health(context).getDetails().containsKey("groups"));
			assertThat(health(context).getStatus()).isEqualTo(Status.UP);
			assertThat(health(context).getDetails().get("groups")).asString()
				.contains("billing=no handler here asks for epoch.closed");
			assertThat(group(context).problem()).contains("no handler here asks for epoch.closed");
		});
	}

	@Test
	void eventsOfAMethodThatWasRemovedWaitUntilTheGroupGivesThemUp() {
		this.runner.withBean(Billing.class)
			.run((context) -> await().atMost(LIMIT).until(() -> group(context).unowned() == 0));
		this.runner.withPropertyValues("events.application-events.enabled=false").run((context) -> {
			for (int i = 0; i < 12; i++) {
				context.getBean(Publisher.class).publish(Event.of(TYPE, "7", i));
			}
			refused(context, "groups", "billing", GroupOperation.NARROW, "handlers",
					"no handler of group billing is in");
			List<Integer> handled = new CopyOnWriteArrayList<>();
			EventHandler handler = (event) -> handled.add(event.payloadAs(Integer.class));
			SubscriptionOptions options = SubscriptionOptions.builder().group("billing").build();
			context.getBean(EventBus.class).subscribe(SubscriptionFilter.types("epoch.opened"), options, handler);
			context.getBean(EventBus.class).subscribe(SubscriptionFilter.types("app.*").andApps("7"), options, handler);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.opened"), "7", 12));
			await().atMost(LIMIT).until(() -> health(context).getDetails().containsKey("groups"));
			assertThat(handled).isEmpty();
			assertThat(group(context).unowned()).isEqualTo(5);
			assertThat(group(context).partitions()).singleElement()
				.satisfies((partition) -> assertThat(partition.lag()).isEqualTo(13));
			refused(context, "groups", "billing", GroupOperation.NARROW, "epoch.opened", "say handlers");
			assertThat(operate(context, GroupOperation.NARROW, "handlers")).contains("epoch.opened", "app.*");
			context.getBean(Publisher.class).publish(Event.of(EventType.of("app.paused"), "7", 13));
			await().atMost(LIMIT).until(() -> handled.equals(List.of(12, 13)) && group(context).lag() == 0);
			assertThat(health(context).getDetails()).doesNotContainKey("groups");
		});
	}

	@Test
	void healthSaysWhatIsWrongWithTheTables() {
		this.runner.withBean(Billing.class).run((context) -> {
			await().atMost(LIMIT).until(() -> group(context).unowned() == 0);
			this.database.execute("ALTER TABLE pgevents.event_cursor RENAME COLUMN epoch TO era");
			this.database.execute("NOTIFY pgevents_log_control");
			await().atMost(LIMIT)
				.until(() -> String.valueOf(health(context).getDetails().get("groups")).contains("epoch"));
			this.database.execute("ALTER TABLE pgevents.event_cursor RENAME COLUMN era TO epoch");
			await().atMost(LIMIT).until(() -> !health(context).getDetails().containsKey("groups"));
		});
	}

	@Test
	void metersFollowAGroup() {
		this.runner.withBean(Billing.class).run((context) -> {
			MeterRegistry early = new SimpleMeterRegistry();
			context.getBean(GroupMeters.class).bindTo(early);
			context.getBean(Billing.class).broken = true;
			context.getBean(Publisher.class).publish(Event.of(TYPE, "7", 1));
			await().atMost(LIMIT).until(() -> group(context).parked() == 1);
			context.getBean(Billing.class).broken = false;
			context.getBean(Publisher.class).publish(Event.of(TYPE, "7", 2));
			context.getBean(Publisher.class).publish(Event.of(TYPE, null, 3));
			await().atMost(LIMIT).until(() -> counted(early, "handled") == 1);
			await().atMost(LIMIT).until(() -> counted(early, "failed") == 2 && measured(early, "owned") == 5);
			await().atMost(LIMIT).until(() -> measured(early, "parked") == 1 && measured(early, "held") == 1);
			await().atMost(LIMIT).until(() -> measured(early, "lag") == 0);
			this.database.execute("SELECT pg_notify('events', '{\"type\":\"epoch.closed\",\"app_id\":\"7\"}')");
			await().atMost(LIMIT).until(() -> counted(early, "unrecorded") == 1);
		});
	}

	@Test
	void metersAppearWithTheirGroup() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(GroupMeters.class).bindTo(registry);
			assertThat(registry.find("events.group.handled").functionCounter()).isNull();
			context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("epoch.closed"),
						SubscriptionOptions.builder().group("billing").build(), (event) -> {
						});
			assertThat(registry.find("events.group.lag").gauge()).as("before it is known").isNull();
			assertThat(counted(registry, "handled")).isZero();
			assertThat(context.getBean(EventBus.class).capability(GroupMonitor.class).orElseThrow().counts())
				.hasSize(1);
			await().atMost(LIMIT)
				.until(() -> measured(registry, "owned") == 5 && registry.find("events.group.parked").gauge() != null);
			assertThat(List.of(measured(registry, "lag"), measured(registry, "held"), measured(registry, "parked")))
				.containsOnly(0.0);
			MeterRegistry later = new SimpleMeterRegistry();
			context.getBean(GroupMeters.class).bindTo(later);
			assertThat(measured(later, "lag")).isZero();
		});
	}

	@Test
	void eachAttemptIsAnObservationWithItsNumber() {
		this.runner.withBean(Billing.class).run((context) -> {
			context.getBean(Billing.class).failures = 1;
			context.getBean(Publisher.class).publish(Event.of(TYPE, "7", 1));
			await().atMost(LIMIT).until(() -> context.getBean(Billing.class).handled.size() == 1);
			await().atMost(LIMIT).until(() -> this.attempts.ended.equals(List.of("billing 1 failed", "billing 2")));
		});
	}

	private static GroupsDescriptor.Group group(ApplicationContext context) {
		GroupsDescriptor groups = context.getBean(EventsEndpoint.class).events().groups();
		assertThat(groups.error()).isNull();
		return groups.groups()
			.stream()
			.filter((one) -> one.name().equals("billing"))
			.findFirst()
			.orElseGet(() -> new GroupsDescriptor.Group("none", Set.of(), -1, 0, 0, null, Map.of(), 1, List.of(),
					List.of(), List.of()));
	}

	private static GroupsDescriptor.Group alone(ApplicationContext context, String group) {
		return context.getBean(EventsEndpoint.class).group("groups", group);
	}

	private static String operate(ApplicationContext context, GroupOperation operation, String target) {
		EventsEndpoint.GroupResult result = context.getBean(EventsEndpoint.class)
			.operateGroup("groups", "billing", operation, target);
		assertThat(result.group()).isEqualTo("billing");
		return result.done();
	}

	private static void refused(ApplicationContext context, String what, String group, GroupOperation operation,
			String target, String reason) {
		assertThatExceptionOfType(InvalidEndpointRequestException.class)
			.isThrownBy(() -> context.getBean(EventsEndpoint.class).operateGroup(what, group, operation, target))
			.withMessageContaining(reason);
	}

	private static Health health(ApplicationContext context) {
		return context.getBean(EventsHealthIndicator.class).health();
	}

	private static double counted(MeterRegistry registry, String what) {
		return registry.get("events.group." + what).tag("group", "billing").functionCounter().count();
	}

	/** Is negative until there is such a meter. */
	private static double measured(MeterRegistry registry, String what) {
		Gauge gauge = registry.find("events.group." + what).tag("group", "billing").gauge();
		return (gauge != null) ? gauge.value() : -1;
	}

	static class Billing {

		private final List<Integer> handled = new CopyOnWriteArrayList<>();

		private volatile boolean broken;

		private volatile int failures;

		@OnDomainEvent(types = "epoch.closed", group = "billing")
		void on(Event event) {
			if (this.broken || this.failures-- > 0) {
				throw new IllegalStateException("broken");
			}
			this.handled.add(event.payloadAs(Integer.class));
		}

	}

	/** What is observed of attempts. */
	private static final class Attempts implements ObservationHandler<Observation.Context> {

		private final List<String> ended = new CopyOnWriteArrayList<>();

		@Override
		public void onStop(Observation.Context context) {
			Map<String, String> values = new java.util.HashMap<>();
			context.getHighCardinalityKeyValues().forEach((one) -> values.put(one.getKey(), one.getValue()));
			if (context.getName().equals("events.handle")) {
				this.ended.add(values.get("events.group") + " " + values.get("events.attempt")
						+ ((context.getError() != null) ? " failed" : ""));
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

}
