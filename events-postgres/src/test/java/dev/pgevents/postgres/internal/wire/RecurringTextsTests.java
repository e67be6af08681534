package dev.pgevents.postgres.internal.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecurringTextsTests {

	private final List<String> made = new ArrayList<>();

	private final RecurringTexts<String> texts = new RecurringTexts<>((text) -> {
		this.made.add(text);
		return text;
	});

	@Test
	void whatComesAgainIsMadeOnce() {
		String first = this.texts.valueOf("<epoch.closed>", 1, 13);
		assertThat(first).isEqualTo("epoch.closed");
		assertThat(this.texts.valueOf("\"type\":\"epoch.closed\"", 8, 20)).isSameAs(first);
		assertThat(this.made).hasSize(1);
	}

	@Test
	void textsThatAreTakenForOneAnotherAreToldApart() {
		Function<String, String> ofAll = (text) -> this.texts.valueOf(text, 0, text.length());
		String end = "0123456789ab"; // no more than this is looked at to find them
		for (int i = 0; i < 10; i++) {
			assertThat(ofAll.apply(i + end)).isEqualTo(i + end);
		}
		assertThat(ofAll.apply("")).isEmpty();
	}

	@Test
	void longTextsAreNotKept() {
		String longText = "x".repeat(101);
		this.texts.valueOf(longText, 0, 101);
		this.texts.valueOf(longText, 0, 101);
		assertThat(this.made).hasSize(2);
	}

}
