package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import javax.crypto.spec.SecretKeySpec;

import com.sun.management.ThreadMXBean;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.postgres.JacksonPayloadCodec;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * More than a million odd notifications: each is read, or unreadable, and neither costs
 * more than a good one of its size would. Work is measured by what is allocated, which,
 * unlike time, does not depend on who else is at work.
 */
class DecoderProperties {

	private static final int EACH = 300;

	/** For reading and conversion of what is at most 8,000 characters, on average. */
	private static final long ALLOWED_BYTES = 200_000;

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final AtomicLong read = new AtomicLong();

	private static final AtomicLong unreadable = new AtomicLong();

	private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	private final NotificationDecoder decoder = new NotificationDecoder(this.codec, Clock.systemUTC());

	private final OwnLayoutDecoder ownLayout = new OwnLayoutDecoder(this.codec);

	private final LenientDecoder lenient = new LenientDecoder(this.codec, Clock.systemUTC());

	private final NotificationEncoder encoder = new NotificationEncoder(this.codec);

	private final NotificationSigner signer = new NotificationSigner(
			new SecretKeySpec("k".repeat(32).getBytes(StandardCharsets.UTF_8), NotificationSigner.ALGORITHM),
			List.of());

	@Property(tries = 3_500)
	void isReadOrUnreadableAndNothingWorseAndCostsLittle(@ForAll("events") Event event, @ForAll long seed) {
		String notification = this.encoder.encode(event);
		Mutations mutations = new Mutations(seed);
		int readable = 0;
		long allocated = 0;
		for (int i = 0; i < EACH; i++) {
			String mutated = mutations.of(notification);
			long before = threads.getCurrentThreadAllocatedBytes();
			readable += isReadable(mutated) ? 1 : 0;
			allocated += threads.getCurrentThreadAllocatedBytes() - before;
		}
		assertThat(allocated / EACH).isLessThan(ALLOWED_BYTES);
		read.addAndGet(readable);
		unreadable.addAndGet(EACH - readable);
	}

	/** Neither side may be a rarity, or the property would say little. */
	@AfterContainer
	static void someWereReadAndSomeWereNot() {
		long all = read.get() + unreadable.get();
		assertThat(read.get()).isBetween(all / 10, all * 9 / 10);
	}

	@Property(tries = 500)
	void nothingButWhatWasSignedIsAccepted(@ForAll("events") Event event, @ForAll long seed) {
		String signed = this.signer.sign("events", this.encoder.encode(event));
		Mutations mutations = new Mutations(seed);
		for (int i = 0; i < EACH; i++) {
			String mutated = mutations.of(signed);
			assertThat(isAccepted(mutated)).as(mutated).isEqualTo(mutated.equals(signed));
		}
	}

	private boolean isReadable(String notification) {
		try {
			Event event = this.decoder.decode(notification);
			assertReadAsAParserDoes(notification);
			assertThat(LogText.isPlain(event.toString(), 1000)).isTrue();
			convert(event, notification);
			return true;
		}
		catch (UnreadableNotificationException ex) {
			assertThat(LogText.isPlain(ex.getMessage(), 200)).isTrue();
			return false;
		}
		catch (RuntimeException | Error ex) {
			throw new AssertionError("neither read nor unreadable: " + LogText.of(notification, 10_000), ex);
		}
	}

	/** The shortcut for the library's own layout may not see anything else in it. */
	private void assertReadAsAParserDoes(String notification) {
		Event own = this.ownLayout.decode(notification);
		if (own == null) {
			return;
		}
		try {
			Event parsed = this.lenient.decode(notification);
			assertThat(List.of(own.id(), own.type(), own.timestamp(), own.headers(), own.payload().toJson(this.codec),
					String.valueOf(own.appId())))
				.isEqualTo(List.of(parsed.id(), parsed.type(), parsed.timestamp(), parsed.headers(),
						parsed.payload().toJson(this.codec), String.valueOf(parsed.appId())));
		}
		catch (IOException | UnreadableNotificationException ex) {
			throw new AssertionError("a parser cannot read this", ex);
		}
	}

	private static void convert(Event event, String notification) {
		try {
			event.payloadAs(Object.class);
		}
		catch (PayloadConversionException ex) {
			assertThat(LogText.isPlain(ex.getMessage(), 300)).as(notification).isTrue();
		}
	}

	private boolean isAccepted(String notification) {
		try {
			this.signer.verify("events", notification);
			return true;
		}
		catch (RefusedNotificationException ex) {
			return false;
		}
	}

	@Provide
	Arbitrary<Event> events() {
		Arbitrary<String> texts = Arbitraries.strings().all().ofMaxLength(20);
		Arbitrary<Object> payloads = Arbitraries.oneOf(Arbitraries.just(null), texts, Arbitraries.doubles(),
				Arbitraries.bigIntegers(), texts.list().ofMaxSize(4),
				Arbitraries.maps(texts, Arbitraries.maps(texts, Arbitraries.longs()).ofMaxSize(2)).ofMaxSize(3));
		return Combinators.combine(texts.injectNull(0.2), payloads, Arbitraries.maps(texts, texts).ofMaxSize(2))
			.as((app, payload, headers) -> Event.builder(EventType.of("epoch.closed"))
				.appId(app)
				.payload(Payload.of(payload))
				.headers(headers)
				.build());
	}

}
