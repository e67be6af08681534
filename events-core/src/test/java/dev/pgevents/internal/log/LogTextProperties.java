package dev.pgevents.internal.log;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import static org.assertj.core.api.Assertions.assertThat;

class LogTextProperties {

	@Property
	void isOneLineThatNothingObeysAndShort(@ForAll String text, @ForAll @IntRange(max = 50) int limit) {
		String shown = LogText.of(text, limit);
		assertThat(shown.codePoints()).noneMatch(Character::isISOControl)
			.noneMatch((c) -> Character.getType(c) == Character.FORMAT || Character.getType(c) == Character.SURROGATE)
			.doesNotContain(0x2028, 0x2029);
		assertThat(shown.length()).isLessThanOrEqualTo(6 * (limit + 1) + 3);
		assertThat(LogText.isPlain(text, limit)).isEqualTo(shown.equals(text));
	}

	@Example
	void readableTextIsLeftAlone() {
		String text = "0x1f, Zürich, 東京, \u20ac \"quoted\" \\";
		assertThat(LogText.of(text, LogText.NAME)).isSameAs(text);
	}

	@Example
	void whatIsNotForDisplayIsEscaped() {
		assertThat(LogText.of("a\nb\r\t\u001b[31m\u0085\u2028\u202e\ud800\0\ud83d\ude00", 100))
			.isEqualTo("a\\nb\\r\\t\\u001b[31m\\u0085\\u2028\\u202e\\ud800\\u0000\ud83d\ude00");
	}

	@Example
	void whatIsTooLongIsCutBetweenCharacters() {
		assertThat(LogText.of("abcdef", 3)).isEqualTo("abc...");
		assertThat(LogText.of("ab\ud83d\ude00d", 3)).isEqualTo("ab\ud83d\ude00...");
	}

}
