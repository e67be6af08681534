package dev.pgevents.benchmarks.peers;

import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;

import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionTemplate;

/** A group of this library, whose position is of the handler's transaction. */
final class GroupPeer implements Peer {

	private static final EventType TYPE = EventType.of("bench.durable");

	private final String group = "peer" + Long.toString(System.nanoTime(), Character.MAX_RADIX);

	private final Effect effect;

	private final int concurrency;

	private final PostgresEventBus bus;

	private final TransactionTemplate transaction;

	GroupPeer(Effect effect, boolean tuned) {
		this.effect = effect;
		this.concurrency = tuned ? 8 : 1;
		this.transaction = new TransactionTemplate(new DataSourceTransactionManager(effect.dataSource()));
		this.bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(effect.dataSource().getJdbcUrl(), null, null))
			.log(EventLogSettings.defaults())
			.build();
		join().close(); // the group begins here
	}

	private Subscription join() {
		Subscription subscription = this.bus.subscribe(SubscriptionFilter.types(TYPE),
				SubscriptionOptions.builder().group(this.group).concurrency(this.concurrency).build(), this::handle);
		subscription.ready().orTimeout(60, TimeUnit.SECONDS).join();
		return subscription;
	}

	private void handle(Event event) {
		Long number = event.payloadAs(Long.class);
		if (number == null) {
			throw new IllegalArgumentException(event + " has no number");
		}
		Work work = new Work(String.valueOf(event.appId()), number);
		this.transaction.executeWithoutResult((status) -> {
			this.effect.handle(work);
			this.bus.acknowledge(DataSourceUtils.getConnection(this.effect.dataSource()));
		});
	}

	@Override
	public void publish(Work work) {
		this.bus.publish(Event.of(TYPE, work.app(), work.number()));
	}

	@Override
	public void start() {
		join();
	}

	@Override
	public void close() {
		this.bus.close();
	}

}
