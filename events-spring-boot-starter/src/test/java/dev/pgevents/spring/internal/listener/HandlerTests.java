package dev.pgevents.spring.internal.listener;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.SyncRun;
import dev.pgevents.spring.SyncRunListener;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class HandlerTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final EventType CLOSED = EventType.of("epoch.closed");

	private static final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@Test
	void resolvesEveryKindOfParameterInAnyOrder() {
		run(EveryParameter.class, (context) -> {
			Event event = Event.builder(CLOSED).appId("7").payload(new Closed("7", 42)).header("trace", "t1").build();
			context.getBean(Publisher.class).publish(event);
			assertThat(next()).isEqualTo(List.of("t1", 42L, "7", event, CLOSED, event.timestamp()));
		});
	}

	@Test
	void givesNullWhereTheEventHasNothing() {
		run(NullableParameters.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, null, null));
			assertThat(next()).isEqualTo("null null null");
		});
	}

	@Test
	void infersTheTypeFromThePayload() {
		run(Inferred.class, (context) -> {
			assertThat(filter(context, "inferred.on")).isEqualTo(SubscriptionFilter.types("epoch.closed"));
			context.getBean(DomainEventPublisher.class).publish(new Closed("7", 42));
			assertThat(next()).isEqualTo(new Closed("7", 42));
		});
	}

	@Test
	void handlesAllEventsWhereNothingIsSaid() {
		run(Everything.class,
				(context) -> assertThat(filter(context, "everything.on")).isEqualTo(SubscriptionFilter.all()));
	}

	@Test
	void convertsGenericPayloads() {
		run(GenericPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", List.of(new Closed("7", 42))));
			assertThat(next()).isEqualTo(new Closed("7", 42));
		});
	}

	@Test
	void convertsPayloadsToTheClassOfTheHandler() {
		run(OwnPayloadClass.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", new Closed("7", 42)));
			assertThat(next()).isEqualTo(Optional.of(new Index(42)));
			context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", null));
			assertThat(next()).isEqualTo(Optional.empty());
		});
	}

	@Test
	void resolvesTypeVariablesOfSuperclassesAndInterfaces() {
		this.runner.withBean("inherited", InheritedHandler.class)
			.withBean("lists", ListHandler.class)
			.withBean("implemented", ImplementedHandler.class)
			.run((context) -> {
				assertThat(filter(context, "inherited.on")).isEqualTo(SubscriptionFilter.types("epoch.closed"));
				assertThat(filter(context, "implemented.on")).isEqualTo(SubscriptionFilter.types("epoch.closed"));
				assertThat(container(context).ids()).contains("lists.on").doesNotContain("implemented.on#2");
				container(context).stop("lists.on");
				context.getBean(DomainEventPublisher.class).publish(new Closed("7", 42));
				assertThat(List.of(next(), next())).containsOnly(new Closed("7", 42));
				container(context).stop("inherited.on");
				container(context).stop("implemented.on");
				container(context).start("lists.on");
				context.getBean(Publisher.class).publish(Event.of(CLOSED, "1", List.of(new Closed("8", 43))));
				assertThat(next()).isEqualTo(new Closed("8", 43));
			});
	}

	@Test
	void callsPrivateStaticAndDefaultMethods() {
		run(OddMethods.class, (context) -> {
			publish(context, "1");
			assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("private 1", "static 1", "default 1");
		});
	}

	@Test
	void callsAnInstanceOfItsOwnForEachEventOfAPrototype() {
		this.runner.withUserConfiguration(Prototypes.class).run((context) -> {
			publish(context, "1");
			publish(context, "2");
			assertThat(next()).isNotNull().isNotEqualTo(next());
		});
	}

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

	@Test
	void callsProxiedBeans() {
		this.runner.withUserConfiguration(Proxies.class).run((context) -> {
			publish(context, "1");
			assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("class 1", "interface 1", "scoped 1");
		});
	}

	@Test
	void saysOnceWhichMethodsEventsReachAndWhichEvents(CapturedOutput output) {
		this.runner.withBean("one", GenericPayload.class).withBean("all", Everything.class).run((context) -> {
		});
		assertThat(output.getOut().lines().filter((line) -> line.contains("events reach")))
			.singleElement(InstanceOfAssertFactories.STRING)
			.endsWith("events reach one.on (epoch.closed), all.on (all events)");
	}

	@Test
	void createsLazyBeansAtTheFirstEvent() {
		LazyHandler.created.clear();
		this.runner.withUserConfiguration(LazyHandlers.class).run((context) -> {
			assertThat(LazyHandler.created).isEmpty();
			publish(context, "1");
			assertThat(next()).isEqualTo("1");
			assertThat(LazyHandler.created).hasSize(1);
		});
	}

	@Test
	void tellsGapsInOrderAndOnlyTheirBean() {
		run(Overflowing.class, (context) -> {
			publish(context, "first");
			Overflowing handler = context.getBean(Overflowing.class);
			handler.await(handler.entered);
			publish(context, "dropped");
			publish(context, "kept");
			handler.proceed.countDown();
			assertThat(next()).isEqualTo("first");
			assertThat(next()).isInstanceOfSatisfying(Gap.class, (gap) -> {
				assertThat(gap.reason()).isEqualTo(Gap.Reason.OVERFLOW);
				assertThat(gap.dropped()).isEqualTo(1);
			});
			assertThat(next()).isEqualTo("kept");
		});
	}

	@Test
	void goesOnAfterAFailure() {
		run(Failing.class, (context) -> {
			publish(context, "fail");
			publish(context, "2");
			assertThat(next()).isEqualTo("2");
			await().atMost(LIMIT)
				.until(() -> container(context).subscriptions().iterator().next().stats().failed() == 1);
		});
	}

	@Test
	void synchronizesAtStartAndOnEvents() {
		run(Synchronized.class, (context) -> {
			assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
			publish(context, "1");
			assertThat(next()).isEqualTo(SyncTrigger.Cause.EVENT);
		});
	}

	@Test
	void listenersAreToldOfEachRunOfASynchronizingMethod() {
		List<SyncRun> runs = new CopyOnWriteArrayList<>();
		this.runner.withBean(FailsAtAnEvent.class).withBean("fails", SyncRunListener.class, () -> (run) -> {
			throw new IllegalStateException("a listener that fails");
		}).withBean("records", SyncRunListener.class, () -> runs::add).run((context) -> {
			await().atMost(Duration.ofSeconds(20)).until(() -> runs.size() == 1);
			assertThat(runs.get(0).trigger().cause()).isEqualTo(SyncTrigger.Cause.STARTUP);
			assertThat(runs.get(0).failure()).isNull();
			publish(context, "1");
			await().atMost(Duration.ofSeconds(20)).until(() -> runs.size() >= 2);
			assertThat(runs.get(1).trigger().cause()).isEqualTo(SyncTrigger.Cause.EVENT);
			assertThat(runs.get(1).failure()).hasMessage("no event please");
			assertThat(runs.get(1).id()).isIn(container(context).ids());
			assertThat(runs.get(1).took()).isPositive();
			assertThat(runs.get(1).started()).isAfterOrEqualTo(runs.get(0).started());
		});
	}

	@Test
	void pollsAtTheCadenceOfADeafBusWhereListeningIsSwitchedOff() {
		this.runner
			.withPropertyValues("events.backend=postgres", "events.listener.enabled=false",
					"events.postgres.url=jdbc:postgresql://localhost:1/none")
			.withBean(Synchronized.class)
			.run((context) -> {
				assertThat(next()).isEqualTo(SyncTrigger.Cause.STARTUP);
				assertThat(next()).isEqualTo(SyncTrigger.Cause.INTERVAL);
			});
	}

	@Test
	void eachContextHasAContainerForItsBeans() {
		run(Inferred.class,
				(parent) -> this.runner.withParent(parent)
					.withBean("child", Everything.class)
					.withBean("listener", ChildListener.class)
					.run((child) -> {
						assertThat(container(child)).isNotSameAs(container(parent));
						assertThat(container(child).ids()).containsExactlyInAnyOrder("child.on",
								ApplicationEventBridge.ID);
						assertThat(container(parent).ids()).containsExactly("inferred.on");
						assertThat(child.getBean(Publisher.class)).isSameAs(parent.getBean(Publisher.class));
						parent.getBean(DomainEventPublisher.class).publish(new Closed("7", 42));
						List<Object> all = List.of(next(), next(), next());
						assertThat(all).contains(new Closed("7", 42), "bridged 7")
							.hasAtLeastOneElementOfType(Event.class);
					}));
	}

	@Test
	void refusesHandlersOfAChildContextWithoutAContainer() {
		run(Inferred.class,
				(parent) -> new ApplicationContextRunner().withParent(parent)
					.withInitializer(new DomainEventListenerInitializer())
					.withBean("child", Everything.class)
					.run((child) -> assertThat(child).getFailure()
						.hasMessageContainingAll("bean 'child'", "@EnableAutoConfiguration")));
	}

	@Test
	void leavesHandlersToAContainerOfTheUsers() {
		DomainEventListenerContainer mine = mock(DomainEventListenerContainer.class);
		this.runner.withBean(DomainEventListenerContainer.class, () -> mine)
			.withBean("inferred", Inferred.class)
			.run((context) -> assertThat(container(context)).isSameAs(mine));
	}

	@Test
	void startsAgainAfterAStop() {
		run(Inferred.class, (context) -> {
			DomainEventListenerContainer container = container(context);
			container.stop();
			assertThat(container.isRunning()).isFalse();
			assertThat(container.subscriptions()).isEmpty();
			context.getBean(DomainEventPublisher.class).publish(new Closed("7", 1));
			container.start();
			context.getBean(DomainEventPublisher.class).publish(new Closed("7", 2));
			assertThat(next()).isEqualTo(new Closed("7", 2));
		});
	}

	@Test
	void startsAndStopsMethodsById() {
		run(NotStarted.class, (context) -> {
			DomainEventListenerContainer container = container(context);
			assertThat(container.isRunning("later")).isFalse();
			publish(context, "1");
			container.start("later");
			publish(context, "2");
			assertThat(next()).isEqualTo("2");
			container.stop("later");
			assertThat(container.isRunning("later")).isFalse();
		});
	}

	@Test
	void stoppingWaitsForWhatIsInHand() {
		this.runner.withBean("holding", Holding.class).run((context) -> {
			DomainEventListenerContainer container = container(context);
			stopsOnlyAfterTheHandler(context, () -> container.stop("holding.on"));
			container.start("holding.on");
			stopsOnlyAfterTheHandler(context, container::stop);
		});
	}

	private static void stopsOnlyAfterTheHandler(ApplicationContext context, Runnable stop) throws Exception {
		Holding holding = context.getBean(Holding.class);
		publish(context, "1");
		assertThat(holding.begun.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		Thread stopping = new Thread(stop);
		stopping.start();
		await().atMost(LIMIT).until(() -> stopping.getState() == Thread.State.TIMED_WAITING);
		holding.proceed.release();
		stopping.join(LIMIT.toMillis());
		assertThat(stopping.isAlive()).isFalse();
	}

	@Test
	void saysWhichMethodsThereAreWhereOneIsNotKnown() {
		run(NotStarted.class, (context) -> {
			assertThatIllegalArgumentException().isThrownBy(() -> container(context).start("none"))
				.withMessageContaining("none")
				.withMessageContaining("later");
			assertThatIllegalArgumentException().isThrownBy(() -> container(context).stop("none"));
			assertThatIllegalArgumentException().isThrownBy(() -> container(context).isRunning("none"));
		});
	}

	@Test
	void callsBackAfterAStopFromWithinAHandler() {
		run(Stopping.class, (context) -> {
			publish(context, "1");
			assertThat(next()).isEqualTo("stopped");
		});
	}

	@Test
	void startsNothingWithoutAutoStartup() {
		this.runner.withPropertyValues("events.listener.auto-startup=false")
			.withBean("inferred", Inferred.class)
			.run((context) -> assertThat(container(context).isRunning()).isFalse());
	}

	@Test
	void keepsTheJvmAliveWhileThereAreSubscriptions() {
		List<Thread> others = keepAliveThreads();
		run(Pair.class, (context) -> {
			DomainEventListenerContainer container = container(context);
			List<Thread> first = keepAliveThreadsBut(others);
			assertThat(first).hasSize(1);
			container.stop("one");
			container.stop("other");
			await().atMost(LIMIT).untilAsserted(() -> assertThat(first.get(0).isAlive()).isFalse());
			container.start("one");
			container.start("other");
			List<Thread> second = keepAliveThreadsBut(others);
			assertThat(second).hasSize(1);
			container.stop("one");
			container.start("one");
			assertThat(keepAliveThreadsBut(others)).isEqualTo(second);
			container.stop();
			await().atMost(LIMIT).untilAsserted(() -> assertThat(second.get(0).isAlive()).isFalse());
		});
	}

	@Test
	void keepsNothingAliveWithoutHandlers() {
		List<Thread> others = keepAliveThreads();
		this.runner.run((context) -> assertThat(keepAliveThreadsBut(others)).isEmpty());
	}

	@Test
	void leavesHandlersAloneWhereEventsAreSwitchedOff() {
		this.runner.withPropertyValues("events.enabled=false")
			.withBean("everyParameter", EveryParameter.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DomainEventListenerContainer.class));
	}

	/** Contexts that other tests have left in Spring's cache keep the JVM alive, too. */
	private static List<Thread> keepAliveThreadsBut(List<Thread> others) {
		return keepAliveThreads().stream().filter((thread) -> !others.contains(thread)).toList();
	}

	private static List<Thread> keepAliveThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals("events-keep-alive") && !thread.isDaemon())
			.toList();
	}

	private void run(Class<?> handler, Consumer<ApplicationContext> test) {
		received.clear();
		String name = Character.toLowerCase(handler.getSimpleName().charAt(0)) + handler.getSimpleName().substring(1);
		this.runner.withBean(name, handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private static void publish(ApplicationContext context, String appId) {
		context.getBean(Publisher.class).publish(Event.of(CLOSED, appId, null));
	}

	private static DomainEventListenerContainer container(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class);
	}

	private static SubscriptionFilter filter(ApplicationContext context, String id) {
		return container(context).subscriptions()
			.stream()
			.filter((subscription) -> subscription.name().equals(id))
			.findFirst()
			.orElseThrow()
			.filter();
	}

	private static Object next() {
		try {
			Object next = received.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("nothing arrived").isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app, long index) {

	}

	static class EveryParameter {

		@OnDomainEvent("epoch.closed")
		void on(@Header("trace") String trace, Closed payload, @AppId String app, Event event, EventType type,
				Instant timestamp) {
			received.add(List.of(trace, payload.index(), app, event, type, timestamp));
		}

	}

	static class NullableParameters {

		@OnDomainEvent("epoch.closed")
		void on(Map<String, Object> payload, @AppId String app, @Header("trace") String trace) {
			received.add(payload + " " + app + " " + trace);
		}

	}

	static class Inferred {

		@OnDomainEvent
		void on(Closed payload) {
			received.add(payload);
		}

	}

	static class Everything {

		@OnDomainEvent
		void on(Event event) {
			received.add(event);
		}

	}

	static class GenericPayload {

		@OnDomainEvent("epoch.closed")
		void on(List<Closed> payload) {
			received.add(payload.get(0));
		}

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

	record Index(long index) {

	}

	static class OwnPayloadClass {

		@OnDomainEvent("epoch.closed")
		void on(Optional<Index> payload) {
			received.add(payload);
		}

	}

	abstract static class Base<T> {

		@OnDomainEvent
		void on(T payload) {
			received.add((payload instanceof List<?> list) ? list.get(0) : payload);
		}

	}

	static class InheritedHandler extends Base<Closed> {

	}

	static class ListHandler extends Base<List<Closed>> {

	}

	interface Handles<T> {

		void on(T payload);

	}

	static class ImplementedHandler implements Handles<Closed> {

		@Override
		@OnDomainEvent
		public void on(Closed payload) {
			received.add(payload);
		}

	}

	interface WithDefault {

		@OnDomainEvent("epoch.closed")
		default void byDefault(@AppId String app) {
			received.add("default " + app);
		}

	}

	static class OddMethods implements WithDefault {

		@OnDomainEvent("epoch.closed")
		private void privately(@AppId String app) {
			received.add("private " + app);
		}

		@OnDomainEvent("epoch.closed")
		static void statically(@AppId String app) {
			received.add("static " + app);
		}

	}

	static class Prototype {

		@OnDomainEvent("epoch.closed")
		void on() {
			received.add(this);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Prototypes {

		@Bean
		@Scope("prototype")
		Prototype prototype() {
			return new Prototype();
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

	static class ChildListener {

		@EventListener
		void on(Event event) {
			received.add("bridged " + event.appId());
		}

	}

	static class Placeholders {

		@OnDomainEvent(types = "${types}", apps = "${app}", id = "${id}", concurrency = "${n}", bufferSize = "${size}",
				overflow = OverflowPolicy.LATEST_PER_APP)
		void on(Event event) {
			received.add(event);
		}

	}

	interface Api {

		void on(@AppId String app);

	}

	static class ByInterface implements Api {

		@Override
		@OnDomainEvent("epoch.closed")
		public void on(@AppId String app) {
			received.add("interface " + app);
		}

	}

	static class ByClass {

		@OnDomainEvent("epoch.closed")
		public void on(@AppId String app) {
			received.add("class " + app);
		}

	}

	static class Scoped {

		@OnDomainEvent("epoch.closed")
		public void on(@AppId String app) {
			received.add("scoped " + app);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxies {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
			proxies.setBeanNames("byInterface", "byClass");
			proxies.setInterceptorNames("interceptor");
			return proxies;
		}

		@Bean
		static SimpleTraceInterceptor interceptor() {
			return new SimpleTraceInterceptor();
		}

		@Bean
		ByInterface byInterface() {
			return new ByInterface();
		}

		@Bean
		ByClass byClass() {
			return new ByClass();
		}

		@Bean
		@Scope(scopeName = "prototype", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Scoped scoped() {
			return new Scoped();
		}

	}

	static class LazyHandler {

		static final List<LazyHandler> created = new ArrayList<>();

		LazyHandler() {
			created.add(this);
		}

		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			received.add(app);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyHandlers {

		@Bean
		@Lazy
		LazyHandler lazyHandler() {
			return new LazyHandler();
		}

	}

	static class Overflowing {

		final CountDownLatch entered = new CountDownLatch(1);

		final CountDownLatch proceed = new CountDownLatch(1);

		@OnDomainEvent(types = "epoch.closed", bufferSize = "1", overflow = OverflowPolicy.DROP_OLDEST)
		void on(@AppId String app) {
			this.entered.countDown();
			await(this.proceed);
			received.add(app);
		}

		@OnGap
		void onGap(Gap gap) {
			received.add(gap);
		}

		void await(CountDownLatch latch) {
			try {
				assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	static class Failing {

		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			if (app.equals("fail")) {
				throw new IllegalStateException("on purpose");
			}
			received.add(app);
		}

	}

	static class Synchronized {

		@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
		void sync(SyncTrigger trigger) {
			received.add(trigger.cause());
		}

	}

	static class FailsAtAnEvent {

		@SyncOnDomainEvent(types = "epoch.closed", every = "1h")
		void sync(SyncTrigger trigger) {
			if (trigger.cause() == SyncTrigger.Cause.EVENT) {
				throw new IllegalStateException("no event please");
			}
		}

	}

	static class NotStarted {

		@OnDomainEvent(types = "epoch.closed", id = "later", autoStartup = "false")
		void on(@AppId String app) {
			received.add(app);
		}

	}

	static class Pair {

		@OnDomainEvent(types = "epoch.closed", id = "one")
		void one() {
		}

		@OnDomainEvent(types = "epoch.closed", id = "other")
		void other() {
		}

	}

	static class Holding {

		private final Semaphore begun = new Semaphore(0);

		private final Semaphore proceed = new Semaphore(0);

		@OnDomainEvent("epoch.closed")
		void on() throws InterruptedException {
			this.begun.release();
			assertThat(this.proceed.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}

	}

	static class Stopping {

		private final DomainEventListenerContainer container;

		Stopping(@Lazy DomainEventListenerContainer container) {
			this.container = container;
		}

		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			this.container.stop(() -> received.add("stopped"));
		}

	}

}
