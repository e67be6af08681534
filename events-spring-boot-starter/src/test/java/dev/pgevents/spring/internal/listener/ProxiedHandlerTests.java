package dev.pgevents.spring.internal.listener;

import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Methods that the proxy of their bean does not pass on.
 */
class ProxiedHandlerTests extends HandlerTest {

	@Test
	void refusesBeansOfAScopeInWhichNoEventArrives() {
		this.runner.withUserConfiguration(RequestScoped.class)
			.run((context) -> assertThat(Refusals.refusal(context.getStartupFailure()).description())
				.contains("lives in the scope \"request\""));
	}

	@Test
	void refusesFinalMethodsWhichAProxyCannotPassOn() {
		this.runner.withUserConfiguration(Proxied.class)
			.withBean("culprit", FinalMethod.class)
			.run((context) -> assertThat(Refusals.refusal(context.getStartupFailure()).description())
				.contains("bean 'culprit'", "it is final, and its bean is proxied by a subclass"));
	}

	@Test
	void leavesFinalMethodsOfOtherBeansAlone() {
		this.runner.withBean("handler", FinalMethod.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void failsTheStartWhereAProxyHasNoSuchMethod() {
		this.runner.withUserConfiguration(Proxied.class)
			.withBean("culprit", PrivateMethod.class)
			.run((context) -> assertThat(context).getFailure().hasMessageContainingAll("culprit", "on", "visibility"));
		this.runner.withUserConfiguration(Proxied.class)
			.withBean("culprit", NotInInterface.class)
			.run((context) -> assertThat(context).getFailure().hasMessageContainingAll("culprit", "on", "interface"));
	}

	@Test
	void saysAtTheFirstEventWhichMethodOfALazyBeanItsProxyDoesNotPassOn(CapturedOutput output) {
		for (Class<?> handler : List.of(PrivateMethod.class, FinalMethod.class, NotInInterface.class)) {
			lazy(this.runner.withUserConfiguration(Proxied.class), handler).run((context) -> {
				assertThat(context).hasNotFailed();
				context.getBean(Publisher.class).publish(Event.of(EventTypes.EPOCH_CLOSED, null, null));
				await().atMost(LIMIT)
					.until(() -> output.getOut()
						.contains("The method " + handler.getName() + ".on of bean 'culprit' cannot be called"));
				Subscription subscription = context.getBean(DomainEventListenerContainer.class)
					.subscriptions()
					.iterator()
					.next();
				await().atMost(LIMIT).until(() -> subscription.stats().failed() == 1);
			});
		}
	}

	private static <T> ApplicationContextRunner lazy(ApplicationContextRunner runner, Class<T> handler) {
		return runner.withBean("culprit", handler, () -> BeanUtils.instantiateClass(handler),
				(definition) -> definition.setLazyInit(true));
	}

	static class FinalMethod {

		@OnDomainEvent("epoch.closed")
		public final void on(Event event) {
		}

	}

	static class PrivateMethod {

		@OnDomainEvent("epoch.closed")
		private void on(Event event) {
		}

	}

	static class NotInInterface implements Runnable {

		@Override
		public void run() {
		}

		@OnDomainEvent("epoch.closed")
		public void on(Event event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Proxied {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
			proxies.setBeanNames("culprit");
			proxies.setInterceptorNames("interceptor");
			return proxies;
		}

		@Bean
		static SimpleTraceInterceptor interceptor() {
			return new SimpleTraceInterceptor();
		}

	}

	static class Handler {

		@OnDomainEvent("epoch.closed")
		public void on(Event event) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RequestScoped {

		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("request", new SimpleThreadScope());
			return scopes;
		}

		@Bean
		@Scope(scopeName = "request", proxyMode = ScopedProxyMode.TARGET_CLASS)
		Handler handler() {
			return new Handler();
		}

	}

}
