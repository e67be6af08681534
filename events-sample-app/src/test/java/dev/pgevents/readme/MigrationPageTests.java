package dev.pgevents.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.readme.MigrationPageExamples.Checkout;
import dev.pgevents.readme.MigrationPageExamples.Orders;
import dev.pgevents.readme.MigrationPageExamples.Page;
import dev.pgevents.readme.MigrationPageExamples.Parcels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.EnableScheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class MigrationPageTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final Pattern EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");

	/** {@code SnippetTests} checks them. */
	private static final Pattern IMPORT = Pattern.compile("(?m)^import [\\w.]+;\n");

	private static final List<Long> SENT = new CopyOnWriteArrayList<>();

	private TestPostgres database;

	@BeforeEach
	void createTable() throws SQLException {
		SENT.clear();
		this.database = TestPostgres.shared().createDatabase();
		this.database.execute("CREATE TABLE orders (id bigint PRIMARY KEY, customer text, state text)");
		this.database.execute("INSERT INTO orders VALUES (1, 'a', 'PLACED')");
	}

	@Test
	void serviceThatPollsFindsWhatIsThereAtItsStart() {
		try (ConfigurableApplicationContext polling = start(MigrationPageExamples.Polling.Shipping.class)) {
			await().atMost(LIMIT).until(() -> polling.isRunning() && SENT.equals(List.of(1L)));
		}
	}

	@Test
	void serviceThatListensFindsItTooAndWhatIsPlacedLongBeforeItsNextLook() {
		try (ConfigurableApplicationContext shipping = start(MigrationPageExamples.Hybrid.Shipping.class, Page.class);
				ConfigurableApplicationContext checkout = start(Checkout.class)) {
			await().atMost(LIMIT).until(() -> SENT.equals(List.of(1L)));
			for (long order = 2; order < 7; order++) {
				checkout.getBean(Checkout.class).place("a", order);
				long placed = order;
				// Six looks of 30 s would need three minutes.
				await().atMost(LIMIT).until(() -> SENT.contains(placed));
			}
			assertThat(SENT).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
			await().atMost(LIMIT).until(() -> shipping.getBean(Page.class).shown.equals(List.of(2L, 3L, 4L, 5L, 6L)));
		}
	}

	@Test
	void examplesAreTheOnesTested() throws IOException {
		String tested = code(Files.readString(Path.of("src/test/java/dev/pgevents/readme/MigrationPageExamples.java")));
		assertThat(EXAMPLE.matcher(Files.readString(Path.of("../docs/migration-from-polling.md"))).results())
			.hasSizeGreaterThan(4)
			.allSatisfy((block) -> assertThat(tested).contains(code(IMPORT.matcher(block.group(1)).replaceAll(""))));
	}

	private static String code(String text) {
		return text.replaceAll("\\s", "");
	}

	private ConfigurableApplicationContext start(Class<?>... services) {
		return new SpringApplicationBuilder(Shop.class).sources(services)
			.web(WebApplicationType.NONE)
			.properties("spring.datasource.url=" + this.database.url(),
					"spring.datasource.username=" + this.database.user(),
					"spring.datasource.password=" + this.database.password(), "spring.sql.init.mode=never",
					"spring.flyway.enabled=false")
			.run();
	}

	/** What all processes of the shop have. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	static class Shop {

		@Bean
		Orders orders(JdbcClient jdbc) {
			return new Orders(jdbc);
		}

		@Bean
		Parcels parcels() {
			return SENT::add;
		}

	}

}
