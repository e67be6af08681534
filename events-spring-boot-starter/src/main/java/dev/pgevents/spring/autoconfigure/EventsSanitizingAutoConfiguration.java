package dev.pgevents.spring.autoconfigure;

import java.util.Locale;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration that keeps the secrets among the {@code events.*} properties out of
 * the endpoints {@code env} and {@code configprops}, even where those show values.
 *
 * @since 0.1
 */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
public final class EventsSanitizingAutoConfiguration {

	@Bean
	SanitizingFunction eventsSanitizingFunction() {
		return (data) -> isSecret(data) ? data.withValue(SanitizableData.SANITIZED_VALUE) : data;
	}

	private static boolean isSecret(SanitizableData data) {
		// EVENTS_SECURITY_SIGNINGKEY, events.security.signingKey, …
		String key = data.getKey().toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "");
		return key.startsWith("eventssecurity") || key.startsWith("eventspostgrespassword")
				|| (key.startsWith("eventspostgresurl") && String.valueOf(data.getValue()).contains("password"));
	}

}
