package dev.pgevents.benchmarks.sidebyside;

import dev.pgevents.Gap;
import dev.pgevents.benchmarks.peers.Peers;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;

/**
 * This library as users of Spring Boot have it: annotated methods whose parameter is the
 * payload's record, and those of an application if there are more.
 */
final class AnnotatedReceiver implements Receiver {

	private final boolean application;

	/**
	 * Annotated methods.
	 * @param application whether the application has {@link OtherHandlers} too
	 */
	AnnotatedReceiver(boolean application) {
		this.application = application;
	}

	@Override
	public void start(String url, Recording recording) {
		ApplicationContextInitializer<ConfigurableApplicationContext> recorded = (context) -> {
			if (context instanceof GenericApplicationContext beans) {
				beans.registerBean(Recording.class, () -> recording);
			}
		};
		SpringApplicationBuilder builder = new SpringApplicationBuilder(Application.class).initializers(recorded)
			.properties("spring.datasource.url=" + url, "spring.main.banner-mode=off", Peers.WITHOUT_MODULITH);
		if (this.application) {
			builder.sources(OtherHandlers.class).properties("events.listener.buffer-size=" + DRAIN_BUFFER);
		}
		ConfigurableApplicationContext context = builder.run();
		context.getBean(DomainEventListenerContainer.class)
			.subscriptions()
			.forEach((subscription) -> subscription.ready().join());
	}

	@Override
	public void listen(String channel) {
		throw new UnsupportedOperationException("annotated methods are known from the start");
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		EventBusCustomizer channelPerTypeName() {
			return (bus) -> bus.channels(new ChannelPerTypeName());
		}

		@Bean
		Handlers handlers(Recording recording) {
			return new Handlers(recording);
		}

	}

	static class Handlers {

		private final Recording recording;

		Handlers(Recording recording) {
			this.recording = recording;
		}

		@OnDomainEvent(CHANNEL)
		void onSent(Sent payload) {
			this.recording.received(payload.sent());
		}

		@OnDomainEvent(value = DRAIN_CHANNEL, bufferSize = "" + DRAIN_BUFFER)
		void onBurst(Sent payload) {
			this.recording.received(payload.sent());
		}

		@OnGap
		void onGap(Gap gap) {
			this.recording.gap();
		}

	}

}
