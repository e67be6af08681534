package dev.pgevents.spring.app;

import java.time.Duration;

import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.Externalized;
import org.springframework.modulith.events.core.EventSerializer;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.awaitility.Awaitility.await;

/**
 * Sends an order with Spring Modulith, or acknowledges it in the same way, and prints
 * what has arrived.
 */
@EnableAutoConfiguration
@EnableTransactionManagement
@Import({ ModulithApplication.Json.class, ModulithApplication.Receiver.class, ModulithApplication.Sender.class })
public class ModulithApplication {

	static final String RECEIVED = "received order 7";

	static final String ACKNOWLEDGED = "acknowledged order 7";

	static final String COMPLETED = "2 publications, all completed";

	public static void main(String[] args) {
		ApplicationContext context = new SpringApplicationBuilder(ModulithApplication.class).run(args);
		System.out.println(PrintingApplication.STARTED);
		if (context.getEnvironment().getRequiredProperty("role").equals("sender")) {
			context.getBean(TransactionTemplate.class)
				.executeWithoutResult((status) -> context.publishEvent(new OrderSent("7")));
			await().atMost(Duration.ofSeconds(60))
				.until(() -> count(context, "completion_date IS NOT NULL") == 2 && count(context, "true") == 2);
			System.out.println(COMPLETED);
		}
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

	@Externalized("order.acknowledged::#{#this.order}")
	record OrderAcknowledged(String order) {

	}

	@ConditionalOnProperty(name = "role", havingValue = "receiver")
	static class Receiver {

		private final ApplicationEventPublisher events;

		Receiver(ApplicationEventPublisher events) {
			this.events = events;
		}

		@OnDomainEvent("order.sent")
		@Transactional
		public void on(OrderSent sent) {
			System.out.println("received order " + sent.order());
			this.events.publishEvent(new OrderAcknowledged(sent.order()));
		}

	}

	@ConditionalOnProperty(name = "role", havingValue = "sender")
	static class Sender {

		@OnDomainEvent("order.acknowledged")
		void on(OrderAcknowledged acknowledged) {
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
