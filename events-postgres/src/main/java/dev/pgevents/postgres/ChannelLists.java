package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the lists of types with a channel of their own: services whose lists differ
 * would miss each other's events in silence. Whoever connects tells the others the digest
 * of its list, and whoever has another one answers, so that both know. Thread-safe.
 */
final class ChannelLists implements BusSubscription {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private static final EventType TYPE = EventType.of("pgevents.channel_list");

	/** How many services with another list are remembered. */
	private static final int MOST = 100;

	/** How much of a list is sent, in characters: names are ASCII. */
	private static final int SENT = 5000;

	private final String busName;

	private final String channel;

	private final Set<String> listed;

	private final String digest;

	private final String application;

	private final String instance = UUID.randomUUID().toString();

	private final BiConsumer<String, Event> sender;

	private final ReentrantLock lock = new ReentrantLock();

	/** What is wrong, by the application that has another list. */
	private final Map<String, String> differences = new LinkedHashMap<>();

	private boolean live;

	/**
	 * Compares a list.
	 * @param busName for the log
	 * @param application what others are told that this one is
	 * @param strategy has the list
	 * @param sender sends an event on a channel, without waiting
	 */
	ChannelLists(String busName, @Nullable String application, ChannelPerType strategy,
			BiConsumer<String, Event> sender) {
		this.busName = busName;
		this.application = (application != null) ? application : busName;
		this.channel = ChannelNames.checked(strategy.prefix() + ".lists");
		this.listed = new TreeSet<>(strategy.listed());
		this.digest = digest(String.join(" ", this.listed));
		this.sender = sender;
	}

	private static String digest(String text) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(hash, 0, 8);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex); // every JVM has it
		}
	}

	/** Where lists are told. */
	String channel() {
		return this.channel;
	}

	/** Whose lists differ, and how: sentences. */
	List<String> differences() {
		this.lock.lock();
		try {
			return List.copyOf(this.differences.values());
		}
		finally {
			this.lock.unlock();
		}
	}

	private void send(boolean answer) {
		List<String> some = new ArrayList<>();
		int length = 0;
		for (String each : this.listed) {
			length += each.length() + 3;
			if (length < SENT) {
				some.add(each);
			}
		}
		Told told = new Told(answer, this.instance, this.application, this.digest, some);
		try {
			this.sender.accept(this.channel,
					new Event(UUID.randomUUID(), TYPE, null, told.toPayload(), Instant.now(), Map.of()));
		}
		catch (RuntimeException ex) {
			logger.debug("{}: its list of channels could not be sent", this.busName, ex);
		}
	}

	/** A list has arrived. For the thread that reads. */
	void onEvent(Event event) {
		try {
			Told told = Told.of(event.payload());
			if (!this.instance.equals(told.instance())) {
				compare(told);
			}
		}
		catch (PayloadConversionException | ClassCastException | NullPointerException ex) {
			logger.debug("{}: what arrived on {} is no list", this.busName, this.channel, ex);
		}
	}

	private void compare(Told told) {
		String name = LogText.of(told.application(), LogText.NAME);
		if (told.digest().equals(this.digest)) {
			forget(name);
			return;
		}
		String difference = difference(name, told);
		if (remember(name, difference)) {
			logger.warn("{}: {}. Events of the types in question are missed in silence: give all services the same "
					+ "list (in Spring Boot: events.channels.types)", this.busName, difference);
		}
		if (!told.answer()) {
			send(true);
		}
	}

	private String difference(String name, Told told) {
		Set<String> theirs = new TreeSet<>(told.types());
		theirs.removeAll(this.listed);
		Set<String> ours = new TreeSet<>(this.listed);
		told.types().forEach(ours::remove);
		return name + " has another list of types with a channel of their own: only there "
				+ LogText.of(theirs.toString(), LogText.MESSAGE) + ", only here "
				+ LogText.of(ours.toString(), LogText.MESSAGE);
	}

	/** Whether that is news. */
	private boolean remember(String name, String difference) {
		this.lock.lock();
		try {
			boolean room = this.differences.size() < MOST || this.differences.containsKey(name);
			return room && !difference.equals(this.differences.put(name, difference));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void forget(String name) {
		boolean differed;
		this.lock.lock();
		try {
			differed = this.differences.remove(name) != null;
		}
		finally {
			this.lock.unlock();
		}
		if (differed) {
			logger.info("{}: {} has the same list of types with a channel of their own by now", this.busName, name);
		}
	}

	@Override
	public void live() {
		boolean first = !this.live;
		this.live = true;
		if (first) {
			send(false);
		}
	}

	/** What connected meanwhile has sent its list to another session. */
	@Override
	public void gap(Gap gap) {
		if (gap.reason() == Gap.Reason.RECONNECTED) {
			send(false);
		}
	}

	@Override
	public boolean isLive() {
		return this.live;
	}

	@Override
	public void fail(Throwable cause) {
		logger.debug("{}: lists of channels are not compared", this.busName, cause);
	}

	@Override
	public boolean isClosed() {
		return false;
	}

	@Override
	public String name() {
		return this.channel;
	}

	@Override
	public SubscriptionFilter filter() {
		return SubscriptionFilter.types(TYPE);
	}

	@Override
	public CompletableFuture<Void> ready() {
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public SubscriptionStats stats() {
		return new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0);
	}

	@Override
	public void close() {
		// Ends with the bus.
	}

	/**
	 * A list as it is told.
	 *
	 * @param answer whether it answers another one
	 * @param instance the process, which hears itself
	 * @param application whose it is
	 * @param digest of the whole list
	 * @param types as much of it as there is room for
	 */
	private record Told(boolean answer, String instance, String application, String digest, List<String> types) {

		private static final JacksonPayloadCodec CODEC = new JacksonPayloadCodec();

		/** Maps, which need no reflection. */
		Payload toPayload() {
			return Payload.ofJson(CODEC.toJson(Map.of("answer", this.answer, "instance", this.instance, "application",
					this.application, "digest", this.digest, "types", this.types)), CODEC);
		}

		/** Anybody may send anything: what is missing or something else ends here. */
		static Told of(Payload payload) {
			Map<?, ?> map = Objects.requireNonNull(CODEC.fromJson(payload.toJson(CODEC), Map.class));
			List<?> types = value(map, "types", List.class);
			return new Told(value(map, "answer", Boolean.class), value(map, "instance", String.class),
					value(map, "application", String.class), value(map, "digest", String.class),
					types.stream().map(String.class::cast).toList());
		}

		private static <T> T value(Map<?, ?> map, String name, Class<T> type) {
			return type.cast(Objects.requireNonNull(map.get(name), name));
		}

	}

}
