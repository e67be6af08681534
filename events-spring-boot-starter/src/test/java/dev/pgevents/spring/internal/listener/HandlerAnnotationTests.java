package dev.pgevents.spring.internal.listener;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What annotations say, wherever they stand.
 */
class HandlerAnnotationTests extends HandlerTest {

	@Test
	void passesAttributesOfAnnotationsOfAnnotationsOn() {
		this.runner.withPropertyValues("app=7").withBean("aliased", Aliased.class).run((context) -> {
			assertThat(filter(context, "one")).isEqualTo(SubscriptionFilter.types("epoch.closed").andApps("7"));
			assertThat(filter(context, "aliased.on")).isEqualTo(SubscriptionFilter.types("input.received"));
		});
	}

	@Test
	void handlesAndSynchronizesWithOneMethod() {
		run(HandlesAndSynchronizes.class, (context) -> {
			assertThat(container(context).ids()).hasSize(2);
			assertThat(next()).isEqualTo("called");
		});
	}

	@Test
	void takesAnnotationsOfAnnotations() {
		run(MetaAnnotated.class, (context) -> {
			assertThat(filter(context, "metaAnnotated.on")).isEqualTo(SubscriptionFilter.types("epoch.*"));
			publish(context, "1");
			assertThat(next()).isEqualTo("1");
		});
	}

	@Test
	void makesASubscriptionOfEachOfTwoAnnotationsOnOneMethod() {
		run(Repeated.class, (context) -> {
			assertThat(container(context).ids()).containsExactlyInAnyOrder("repeated.on", "repeated.on#2");
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.opened"), "1", null));
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "2", null));
			assertThat(List.of(next(), next())).containsExactlyInAnyOrder("1", "2");
		});
	}

	@Test
	void resolvesPlaceholdersInEveryAttribute() {
		this.runner.withPropertyValues("types=epoch.closed, epoch.opened", "app=7", "id=mine", "n=3", "size=5")
			.withBean("placeholders", Placeholders.class)
			.run((context) -> {
				Subscription subscription = container(context).subscriptions().iterator().next();
				assertThat(subscription.name()).isEqualTo("mine");
				assertThat(subscription.filter())
					.isEqualTo(SubscriptionFilter.types("epoch.closed", "epoch.opened").andApps("7"));
				assertThat(container(context)).extracting("endpoints.endpoints")
					.asInstanceOf(InstanceOfAssertFactories.map(String.class, SubscriptionEndpoint.class))
					.extractingByKey("mine")
					.extracting(SubscriptionEndpoint::options)
					.extracting(SubscriptionOptions::concurrency, SubscriptionOptions::bufferSize,
							SubscriptionOptions::overflow)
					.containsExactly(3, 5, OverflowPolicy.LATEST_PER_APP);
			});
	}

	@OnDomainEvent("epoch.*")
	@Retention(RetentionPolicy.RUNTIME)
	@interface OnEpoch {

	}

	static class MetaAnnotated {

		@OnEpoch
		void on(@AppId String app) {
			received.add(app);
		}

	}

	static class Repeated {

		@OnDomainEvent("epoch.opened")
		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			received.add(app);
		}

	}

	@OnDomainEvent(apps = "${app}")
	@Retention(RetentionPolicy.RUNTIME)
	@interface OnOwnApp {

		@AliasFor(annotation = OnDomainEvent.class, attribute = "types")
		String[] value();

		@AliasFor(annotation = OnDomainEvent.class)
		String id();

	}

	static class Aliased {

		@OnOwnApp(value = "epoch.closed", id = "one")
		@OnDomainEvent("input.received")
		void on(Event event) {
		}

	}

	static class HandlesAndSynchronizes {

		@OnDomainEvent("epoch.closed")
		@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
		void on() {
			received.add("called");
		}

	}

	static class Placeholders {

		@OnDomainEvent(types = "${types}", apps = "${app}", id = "${id}", concurrency = "${n}", bufferSize = "${size}",
				overflow = OverflowPolicy.LATEST_PER_APP)
		void on(Event event) {
			received.add(event);
		}

	}

}
