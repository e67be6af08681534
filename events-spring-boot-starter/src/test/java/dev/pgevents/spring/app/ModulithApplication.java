package dev.pgevents.spring.app;

import java.time.Duration;

import dev.pgevents.Subscriber;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.modulith.events.Externalized;
import org.springframework.modulith.events.core.EventSerializer;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.awaitility.Awaitility.await;

/**
 * An application with Spring Modulith and a registry of its own. One sends an order; the
 * other takes it as an application event, in a module's listener, and acknowledges it in
 * the same way. Each prints what has arrived, and when its registry has nothing left to
 * complete.
 */
@EnableAutoConfiguration
@Import({ ModulithApplication.Json.class, ModulithApplication.Receiver.class, ModulithApplication.Sender.class })
public class ModulithApplication {

	static final String RECEIVED = "received order 7";

	static final String ACKNOWLEDGED = "acknowledged order 7";

	static final String COMPLETED = "all publications are completed: ";

	private static final Duration LIMIT = Duration.ofSeconds(60);

	public static void main(String[] args) {
		Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
			failure.printStackTrace();
			System.exit(1); // the bus keeps the process alive
		});
		ApplicationContext context = new SpringApplicationBuilder(ModulithApplication.class).run(args);
		await().atMost(LIMIT).until(context.getBean(Subscriber.class)::isDelivering);
		System.out.println(PrintingApplication.STARTED);
		int expected = 2;
		if (context.getEnvironment().getRequiredProperty("role").equals("sender")) {
			expected = 1;
			context.getBean(TransactionTemplate.class)
				.executeWithoutResult((status) -> context.publishEvent(new OrderSent("7")));
		}
		awaitCompleted(context, expected);
		System.out.println(COMPLETED + expected);
	}

	private static void awaitCompleted(ApplicationContext context, int expected) {
		await().atMost(LIMIT)
			.until(() -> count(context, "completion_date IS NOT NULL") == expected
					&& count(context, "true") == expected);
	}

	private static long count(ApplicationContext context, String condition) {
		Long count = context.getBean(JdbcTemplate.class)
			.queryForObject("SELECT count(*) FROM "
					+ context.getEnvironment().getRequiredProperty("spring.modulith.events.jdbc.schema")
					+ ".event_publication WHERE " + condition, Long.class);
		return (count != null) ? count : 0;
	}

	@Externalized("order.sent::#{#this.order}")
	record OrderSent(String order) {

	}

	/** What the other application knows the same event as. */
	@DomainEvent("order.sent")
	record OrderReceived(@AppId String order) {

	}

	@DomainEvent("order.acknowledged")
	@Externalized
	record OrderAcknowledged(@AppId String order) {

	}

	@ConditionalOnProperty(name = "role", havingValue = "receiver")
	static class Receiver {

		private final ApplicationEventPublisher events;

		Receiver(ApplicationEventPublisher events) {
			this.events = events;
		}

		@ApplicationModuleListener
		void on(OrderReceived received) {
			System.out.println("received order " + received.order());
			this.events.publishEvent(new OrderAcknowledged(received.order()));
		}

	}

	@ConditionalOnProperty(name = "role", havingValue = "sender")
	static class Sender {

		@OnDomainEvent
		@Transactional
		public void on(OrderAcknowledged acknowledged) {
			System.out.println("acknowledged order " + acknowledged.order());
		}

	}

	static class Json implements EventSerializer {

		private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

		@Override
		public Object serialize(Object event) {
			return this.codec.toJson(event);
		}

		@Override
		public <T> T deserialize(Object serialized, Class<T> type) {
			return this.codec.fromJson((String) serialized, type);
		}

	}

}
