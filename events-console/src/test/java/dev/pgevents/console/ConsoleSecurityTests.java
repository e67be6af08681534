package dev.pgevents.console;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

import dev.pgevents.console.app.WatchedApplication;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console behind Spring Security, set up as {@code docs/console.md} says.
 */
class ConsoleSecurityTests {

	private final HttpClient client = HttpClient.newHttpClient();

	@Test
	void operatorsGetThePageItsStreamAndItsOperationsAndNobodyElseDoes() throws Exception {
		SpringApplication application = new SpringApplication(WatchedApplication.class, Security.class);
		try (ConfigurableApplicationContext context = application.run("--server.port=0", "--events.backend=in-memory",
				"--events.console.enabled=true", "--events.console.operations=true", "--spring.autoconfigure.exclude="
						+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")) {
			String console = WatchedApplication.console(context);
			String stop = console + "api/operations/console/stop?id=validator";
			assertThat(status(HttpRequest.newBuilder(URI.create(console)))).isEqualTo(401);
			for (String address : new String[] { console, console + "api/stream", console + "assets/console.js" }) {
				assertThat(status(as("guest", address))).as(address).isEqualTo(403);
			}
			assertThat(status(post("guest", stop))).isEqualTo(403);
			assertThat(status(as("operator", console))).isEqualTo(200);
			assertThat(status(post("operator", stop))).isEqualTo(200);
			HttpResponse<InputStream> stream = this.client.send(as("operator", console + "api/stream").build(),
					HttpResponse.BodyHandlers.ofInputStream());
			try (BufferedReader lines = new BufferedReader(
					new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
				assertThat(lines.readLine()).isEqualTo("event:state");
			}
		}
	}

	@Test
	void chainOfThePageIsTheOneTested() throws IOException {
		String page = Files.readString(Path.of("../docs/console.md"));
		int begin = page.indexOf("@Bean\n@Order(1)");
		String example = page.substring(begin, page.indexOf("```", begin));
		String tested = Files.readString(Path.of("src/test/java/dev/pgevents/console/ConsoleSecurityTests.java"));
		assertThat(code(tested)).contains(code(example));
	}

	private static String code(String text) {
		return text.replaceAll("//.*|\\s", "");
	}

	private int status(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode();
	}

	private static HttpRequest.Builder post(String user, String address) {
		return as(user, address).POST(HttpRequest.BodyPublishers.noBody()).header(ConsoleRoutes.GUARD, "1");
	}

	private static HttpRequest.Builder as(String user, String address) {
		String credentials = Base64.getEncoder().encodeToString((user + ":word").getBytes(StandardCharsets.UTF_8));
		return HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Basic " + credentials);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableWebSecurity
	static class Security {

		@Bean
		@Order(1)
		SecurityFilterChain console(HttpSecurity http) throws Exception {
			return http.securityMatcher("/events-console", "/events-console/**")
				.authorizeHttpRequests((requests) -> requests.anyRequest().hasRole("OPERATOR"))
				.httpBasic(Customizer.withDefaults())
				.csrf(CsrfConfigurer::disable)
				.build();
		}

		@Bean
		UserDetailsService users() {
			return new InMemoryUserDetailsManager(
					User.withUsername("operator").password("{noop}word").roles("OPERATOR").build(),
					User.withUsername("guest").password("{noop}word").roles("USER").build());
		}

	}

}
