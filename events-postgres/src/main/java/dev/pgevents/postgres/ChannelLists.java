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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.postgres.internal.listen.ListeningPart;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the lists of types with a channel of their own: services whose lists differ
 * would miss each other's events in silence. A service that connects sends the digest of
 * its list to the others; those with another list answer, so that both know. Thread-safe.
 */
final class ChannelLists extends ListeningPart {

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

	/**
	 * Compares a list.
	 * @param busName for the log
	 * @param application its name for the others
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

	/** Where lists are sent. */
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
		SentList list = new SentList(answer, this.instance, this.application, this.digest, some);
		try {
			this.sender.accept(this.channel,
					new Event(UUID.randomUUID(), TYPE, null, list.toPayload(), Instant.now(), Map.of()));
		}
		catch (RuntimeException ex) {
			logger.debug("{}: its list of channels could not be sent", this.busName, ex);
		}
	}

	/** A list has arrived. For the thread that reads. */
	void onEvent(Event event) {
		try {
			SentList list = SentList.of(event.payload());
			if (!this.instance.equals(list.instance())) {
				compare(list);
			}
		}
		catch (PayloadConversionException | ClassCastException | NullPointerException ex) {
			logger.debug("{}: what arrived on {} is no list", this.busName, this.channel, ex);
		}
	}

	private void compare(SentList list) {
		String name = LogText.of(list.application(), LogText.NAME);
		if (list.digest().equals(this.digest)) {
			forget(name);
			return;
		}
		String difference = difference(name, list);
		if (remember(name, difference)) {
			logger.warn("{}: {}. Events of the types in question are missed in silence: give all services the same "
					+ "list (in Spring Boot: events.channels.types)", this.busName, difference);
		}
		if (!list.answer()) {
			send(true);
		}
	}

	private String difference(String name, SentList list) {
		Set<String> theirs = new TreeSet<>(list.types());
		theirs.removeAll(this.listed);
		Set<String> ours = new TreeSet<>(this.listed);
		list.types().forEach(ours::remove);
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
	protected void begin() {
		send(false);
	}

	/** What connected meanwhile has sent its list to another session. */
	@Override
	public void gap(Gap gap) {
		if (gap.reason() == Gap.Reason.RECONNECTED) {
			send(false);
		}
	}

	@Override
	public void fail(Throwable cause) {
		logger.debug("{}: lists of channels are not compared", this.busName, cause);
	}

	@Override
	public String name() {
		return this.channel;
	}

	@Override
	public SubscriptionFilter filter() {
		return SubscriptionFilter.types(TYPE);
	}

	/**
	 * A list as it is sent.
	 *
	 * @param answer whether it answers another one
	 * @param instance the process, which hears itself
	 * @param application whose it is
	 * @param digest of the whole list
	 * @param types as much of it as there is room for
	 */
	private record SentList(boolean answer, String instance, String application, String digest, List<String> types) {

		private static final JacksonPayloadCodec CODEC = new JacksonPayloadCodec();

		/** Maps, which need no reflection. */
		Payload toPayload() {
			return Payload.ofJson(CODEC.toJson(Map.of("answer", this.answer, "instance", this.instance, "application",
					this.application, "digest", this.digest, "types", this.types)), CODEC);
		}

		/** Any client may send anything: what is missing or something else ends here. */
		static SentList of(Payload payload) {
			Map<?, ?> map = Objects.requireNonNull(CODEC.fromJson(payload.toJson(CODEC), Map.class));
			List<?> types = value(map, "types", List.class);
			return new SentList(value(map, "answer", Boolean.class), value(map, "instance", String.class),
					value(map, "application", String.class), value(map, "digest", String.class),
					types.stream().map(String.class::cast).toList());
		}

		private static <T> T value(Map<?, ?> map, String name, Class<T> type) {
			return type.cast(Objects.requireNonNull(map.get(name), name));
		}

	}

}
