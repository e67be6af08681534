package dev.pgevents.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Locale;

import dev.pgevents.Event;
import dev.pgevents.spring.OnDomainEvent;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The small application that {@link Start} starts: one handler, one table's worth of
 * JDBC. Prints how long its start took and what it loaded, and ends.
 */
final class StartedApplication {

	private StartedApplication() {
	}

	/**
	 * Starts it.
	 * @param args properties, as an application's command line
	 */
	public static void main(String[] args) {
		long begin = System.nanoTime();
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.properties("spring.main.banner-mode=off", "logging.level.root=warn")
			.run(args)) {
			double millis = (System.nanoTime() - begin) / 1e6;
			long sinceJvm = ManagementFactory.getRuntimeMXBean().getUptime();
			System.out.println(String.format(Locale.ROOT, "started %.1f %d %d %d", millis, sinceJvm,
					ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount(),
					context.getBeanDefinitionCount()));
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Handler handler() {
			return new Handler();
		}

		@Bean
		Repository repository(JdbcTemplate jdbc) {
			return new Repository(jdbc);
		}

	}

	static class Handler {

		@OnDomainEvent("bench.started")
		void on(Event event) {
		}

	}

	/** An application that has a database asks it something when it starts. */
	static class Repository {

		private final int one;

		Repository(JdbcTemplate jdbc) {
			this.one = jdbc.queryForList("SELECT 1", Integer.class).get(0);
		}

		int one() {
			return this.one;
		}

	}

}
