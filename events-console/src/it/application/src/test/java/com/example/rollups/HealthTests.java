package com.example.rollups;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@EnabledIfSystemProperty(named = "wanted.spring-boot.version", matches = "3\\..*",
		disabledReason = "from Boot 4 on the starter's own tests hold it")
class HealthTests {

	@Test
	void isDownOnceEventsHaveNotArrivedForTheGracePeriod() {
		try (ConfigurableApplicationContext application = start("management.health.events.grace-period=0s",
				"events.postgres.url=jdbc:postgresql://localhost:1/nobody-is-there")) {
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(health(application))
					.containsPattern("\"events\":\\{[^}]*\"status\":\"DOWN\"")
					.contains("notDeliveringSince", "\"problem\":\""));
		}
	}

	@Test
	void isLeftOutWhereItIsDisabled() throws Exception {
		try (ConfigurableApplicationContext application = start("management.health.events.enabled=false")) {
			assertThat(health(application)).contains("\"db\":{").doesNotContain("\"events\":{");
		}
	}

	private static ConfigurableApplicationContext start(String... properties) {
		return new SpringApplicationBuilder(RollupsApplication.class)
			.properties("server.port=0", "spring.datasource.url=" + Database.url())
			.properties(properties)
			.run();
	}

	private static String health(ConfigurableApplicationContext application) throws IOException, InterruptedException {
		String port = application.getEnvironment().getRequiredProperty("local.server.port");
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/health")).build(),
					HttpResponse.BodyHandlers.ofString())
			.body();
	}

}
