package dev.pgevents.spring.autoconfigure;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class UnknownPropertiesTests {

	@Test
	void saysWhichNameHasNoEffectAndWhichWasMeant(CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory", "events.security.signing-keys=not-to-be-shown",
					"events.listener.threads=4", "events.chanels.name=mine")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(said(output)).satisfiesExactly(
				(line) -> assertThat(line).contains("events.chanels.name is no property of the event bus and has no "
						+ "effect: events.channels.name is"),
				(line) -> assertThat(line)
					.endsWith("events.listener.threads is no property of the event bus and has " + "no effect"),
				(line) -> assertThat(line).endsWith(": events.security.signing-key is"));
		assertThat(output).doesNotContain("not-to-be-shown");
	}

	@Test
	void findsAMistypedGroup(CapturedOutput output) {
		check(new MapPropertySource("file",
				Map.of("events.listner.heartbeat", "1s", "events.listener.recovry.max-delay", "1s")));
		check(new SystemEnvironmentPropertySource("systemEnvironment", Map.of("EVENTS_SECURTIY_SIGNINGKEY", "a")));
		assertThat(said(output)).satisfiesExactlyInAnyOrder(
				(line) -> assertThat(line).contains("events.listner.heartbeat is", ": events.listener.heartbeat is"),
				(line) -> assertThat(line).contains("events.listener.recovry.max-delay is",
						": events.listener.recovery.max-delay is"),
				(line) -> assertThat(line).contains("events.securtiy.signingkey is",
						": events.security.signing-key is"));
	}

	@Test
	void leavesToTheApplicationWhatIsNotOurs(CapturedOutput output) {
		check(new MapPropertySource("theirs",
				Map.of("events.topic", "a", "events.calendar.name", "b", "eventsource.url", "c", "events", "d")));
		assertThat(said(output)).isEmpty();
	}

	@Test
	void knowsItsOwnHoweverTheyAreWritten(CapturedOutput output) {
		check(new MapPropertySource("file",
				Map.of("events.listener.bufferSize", 1, "events.listener.recovery.max_delay", "1s",
						"events.security.verification-keys[0]", "a", "events.application-events.types", "epoch.*")));
		check(new SystemEnvironmentPropertySource("systemEnvironment",
				Map.of("EVENTS_LISTENER_BUFFERSIZE", "1", "EVENTS_LISTENER_BUFFER_SIZE", "1",
						"EVENTS_SECURITY_VERIFICATIONKEYS_0", "a", "EVENTS_LISTENER_SHUTDOWN_TIMEOUT", "1s")));
		assertThat(said(output)).isEmpty();
	}

	private static void check(PropertySource<?> source) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(source);
		new UnknownProperties(environment).afterSingletonsInstantiated();
	}

	private static List<String> said(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("is no property of the event bus")).toList();
	}

}
