package dev.pgevents.postgres;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SigningKeyTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "hunter2", "0123456789abcdef0123456789abcde" })
	void hasAtLeast32Bytes(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.of(text))
			.withMessageContaining("is " + text.length() + " bytes")
			.withMessageContaining("at least 32")
			.withMessageContaining("openssl rand -hex 32")
			.satisfies((ex) -> assertThat(text.isEmpty() || !ex.toString().contains(text)).isTrue());
	}

	@Test
	void isCountedInBytes() {
		assertThat(SigningKey.of("\u00fc".repeat(16)).secret().getEncoded()).hasSize(32);
		assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.of(new byte[31]))
			.withMessageContaining("31 bytes");
	}

	@Test
	void hasNoLineBreakOfAFile() {
		assertThatIllegalArgumentException().isThrownBy(() -> SigningKey.of("hidden".repeat(6) + "\n"))
			.withMessageContaining("white space")
			.satisfies((ex) -> assertThat(ex.toString()).doesNotContain("hidden"));
	}

	@Test
	void showsNothingOfItself() {
		String text = "hidden".repeat(6);
		SigningKey key = SigningKey.of(text);
		assertThat(key.toString()).doesNotContain("hidden" + "hidden");
		assertThat(key.secret().toString()).doesNotContain("hidden");
		assertThat(PostgresEventBus.builder().signing(key, key).toString()).doesNotContain("hidden");
	}

	@Test
	void keepsACopyOfItsBytes() {
		byte[] bytes = new byte[32];
		SigningKey key = SigningKey.of(bytes);
		bytes[0] = 1;
		assertThat(key.secret().getEncoded()).containsOnly(0);
	}

}
