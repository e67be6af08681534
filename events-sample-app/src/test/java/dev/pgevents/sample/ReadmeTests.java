package dev.pgevents.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.stereotype.Service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ReadmeTests {

	private static final Path README = Path.of("..", "README.md");

	private static final Path THIS = Path.of("src/test/java/dev/pgevents/sample/ReadmeTests.java");

	@Test
	void exampleOfTheReadmeWorks() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory")
			.withBean(Claims.class)
			.withBean(Validator.class)
			.run((context) -> {
				Claims claims = context.getBean(Claims.class);
				await().atMost(Duration.ofSeconds(20)).until(() -> claims.computed.contains("missing"));
				context.getBean(DomainEventPublisher.class).publish(new EpochClosed("1", 42));
				await().atMost(Duration.ofSeconds(20)).until(() -> claims.computed.contains("1: 42"));
			});
	}

	@Test
	void exampleOfTheReadmeIsTheOneTested() throws IOException {
		String tested = Files.readString(THIS);
		for (String type : List.of("@DomainEvent(\"epoch.closed\")", "\t@OnDomainEvent //", "\t@SyncOnDomainEvent(")) {
			String example = example(Files.readString(README), type);
			assertThat(tested.replace("\t", "")).contains(example.replace("\t", ""));
		}
	}

	/** From a line that begins so to the end of what it annotates. */
	private static String example(String text, String begin) {
		int from = text.indexOf(begin);
		assertThat(from).as(begin).isNotNegative();
		return text.substring(from, text.indexOf("}\n", from));
	}

	static class Claims {

		final List<String> computed = new CopyOnWriteArrayList<>();

		void compute(String app, long index) {
			this.computed.add(app + ": " + index);
		}

		void computeMissing() {
			this.computed.add("missing");
		}

	}

	@DomainEvent("epoch.closed")
	record EpochClosed(@AppId String app, long index) {
	}

	@Service
	static class Validator {

		private final Claims claims;

		Validator(Claims claims) {
			this.claims = claims;
		}

		@OnDomainEvent // the moment the publisher's transaction commits
		void on(EpochClosed epoch) {
			this.claims.compute(epoch.app(), epoch.index());
		}

		@SyncOnDomainEvent(types = "epoch.closed", every = "30s") // and what was missed
		void catchUp() {
			this.claims.computeMissing();
		}

	}

}
