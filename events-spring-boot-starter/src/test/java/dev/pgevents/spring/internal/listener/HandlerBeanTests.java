package dev.pgevents.spring.internal.listener;

import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * The beans whose methods are called.
 */
class HandlerBeanTests extends HandlerTest {

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
	void callsProxiedBeans() {
		this.runner.withUserConfiguration(Proxies.class).run((context) -> {
			publish(context, "1");
			assertThat(List.of(next(), next(), next())).containsExactlyInAnyOrder("class 1", "interface 1", "scoped 1");
		});
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
	void leavesHandlersAloneWhereEventsAreSwitchedOff() {
		this.runner.withPropertyValues("events.enabled=false")
			.withBean("everyParameter", EveryParameter.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DomainEventListenerContainer.class));
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

	static class ChildListener {

		@EventListener
		void on(Event event) {
			received.add("bridged " + event.appId());
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

}
