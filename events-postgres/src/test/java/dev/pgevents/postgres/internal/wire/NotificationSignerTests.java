package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import javax.crypto.spec.SecretKeySpec;

import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class NotificationSignerTests {

	private static final String UNSIGNED = "{\"type\":\"epoch.closed\",\"app_id\":\"1\","
			+ "\"timestamp\":\"2026-01-19T10:00:00Z\",\"payload\":{\"index\":42}}";

	/** Made with Python's hmac module. */
	private static final String SIGNED = "{\"sig\":\"99a9f19b6d41c238195282b73f8a4c14351daca24f507ae217b77608473b6219\","
			+ UNSIGNED.substring(1);

	private final NotificationSigner signer = signer("0123456789abcdef0123456789abcdef");

	@Test
	void signsAsOtherLanguagesDo() {
		assertThat(this.signer.sign("events", UNSIGNED)).isEqualTo(SIGNED);
		assertThat(
				this.signer.sign("events.\u00fc", "{\"type\":\"epoch.closed\",\"app_id\":\"\u00fc\",\"payload\":null}"))
			.isEqualTo("{\"sig\":\"6eac2aa52832c1bffa2cbd40f19959d54b4055a2d9fce10c3712db6c745e3d28\","
					+ "\"type\":\"epoch.closed\",\"app_id\":\"\u00fc\",\"payload\":null}");
	}

	@Test
	void isDocumentedWithThisExample() throws IOException {
		assertThat(Files.readString(Path.of("../docs/wire-format.md"))).contains(SIGNED);
	}

	@Test
	void takesAsManyBytesAsItSays() {
		assertThat(SIGNED.length() - UNSIGNED.length()).isEqualTo(NotificationSigner.OVERHEAD);
	}

	@Test
	void givesBackWhatWasSigned() throws RefusedNotificationException {
		assertThat(this.signer.verify("events", SIGNED)).isEqualTo(UNSIGNED);
	}

	@Test
	void readersWithoutTheKeySkipTheSignature() throws UnreadableNotificationException {
		NotificationDecoder decoder = new NotificationDecoder(new JacksonPayloadCodec(), Clock.systemUTC());
		assertThat(decoder.decode(SIGNED).appId()).isEqualTo("1");
	}

	@Test
	void refusesAnyChange() {
		for (int i = 0; i < SIGNED.length(); i++) {
			char changed = (char) (SIGNED.charAt(i) ^ 1);
			assertRefused("events", SIGNED.substring(0, i) + changed + SIGNED.substring(i + 1));
			assertRefused("events", SIGNED.substring(0, i) + SIGNED.substring(i + 1));
			assertRefused("events", SIGNED.substring(0, i) + ' ' + SIGNED.substring(i));
			assertRefused("events", SIGNED.substring(0, i));
		}
	}

	@Test
	void refusesAnotherChannel() {
		assertRefused("events.other", SIGNED);
		assertRefused("event", SIGNED);
		assertRefused("", SIGNED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "{", "{}", "{\"sig\":\"", "{\"sig\":\"\",", "{\"sig\":null,\"type\":\"a\"}", "no json",
			"{\"type\":\"a\"}", "{\"type\":\"a\",\"sig\":\"\"}" })
	void refusesWhatIsNotSigned(String notification) {
		assertRefused("events", notification);
	}

	@Test
	void acceptsOtherKeysWhileKeysAreRotated() throws RefusedNotificationException {
		NotificationSigner old = signer("o".repeat(32));
		NotificationSigner both = signer("n".repeat(32), "o".repeat(32));
		assertThat(both.verify("events", old.sign("events", UNSIGNED))).isEqualTo(UNSIGNED);
		assertThat(both.verify("events", both.sign("events", UNSIGNED))).isEqualTo(UNSIGNED);
		assertThatExceptionOfType(RefusedNotificationException.class)
			.isThrownBy(() -> old.verify("events", both.sign("events", UNSIGNED)));
	}

	@Test
	void manyThreadsMaySignAtATime() {
		List<CompletableFuture<List<String>>> signed = IntStream.range(0, 8)
			.mapToObj((thread) -> CompletableFuture.supplyAsync(() -> {
				List<String> each = new ArrayList<>();
				for (int i = 0; i < 2000; i++) {
					each.add(this.signer.sign("events", UNSIGNED));
				}
				return each;
			}, OwnThread.EACH))
			.toList();
		assertThat(signed).allSatisfy((each) -> assertThat(each.join()).containsOnly(SIGNED));
	}

	private void assertRefused(String channel, String notification) {
		assertThatExceptionOfType(RefusedNotificationException.class).as(notification)
			.isThrownBy(() -> this.signer.verify(channel, notification))
			.withMessageContaining("signature");
	}

	private static NotificationSigner signer(String key, String... alsoAccepted) {
		return new NotificationSigner(key(key),
				List.of(alsoAccepted).stream().map(NotificationSignerTests::key).toList());
	}

	private static SecretKeySpec key(String text) {
		return new SecretKeySpec(text.getBytes(StandardCharsets.UTF_8), NotificationSigner.ALGORITHM);
	}

}
