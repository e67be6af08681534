package dev.pgevents.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code compose.yaml}, against the node that it starts.
 */
class ComposeTests {

	private static final Map<String, Map<String, Object>> services = new TreeMap<>();

	@BeforeAll
	static void read() throws IOException {
		Map<String, Map<String, Map<String, Object>>> file = new Yaml().load(Files.readString(Path.of("compose.yaml")));
		services.putAll(file.get("services"));
	}

	@Test
	void startsEachServiceOfTheNodeInAProcessOfItsOwn() {
		List<String> names = Arrays.stream(NodeService.values())
			.map((service) -> service.name().toLowerCase(Locale.ROOT))
			.toList();
		assertThat(new TreeSet<>(services.keySet())).containsAll(names).hasSize(names.size() + 1);
		assertThat(names).allSatisfy(
				(name) -> assertThat(services.get(name)).containsEntry("command", List.of("--services=" + name)));
	}

	@Test
	void setsWhatTheNodeReads() {
		assertThat(services).allSatisfy((name, service) -> {
			if (!name.equals("database")) {
				assertThat(map(service, "environment")).containsOnlyKeys("SPRING_DATASOURCE_URL",
						"SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD", "SERVER_ADDRESS", "SERVER_PORT");
				assertThat(map(service, "environment").get("SPRING_DATASOURCE_PASSWORD"))
					.isEqualTo(map(services.get("database"), "environment").get("POSTGRES_PASSWORD"));
				assertThat(map(service, "depends_on")).containsOnlyKeys("database");
			}
		});
	}

	@Test
	void showsThePagesOnThisMachineOnly() {
		List<Object> ports = services.values()
			.stream()
			.flatMap((service) -> ((List<?>) service.getOrDefault("ports", List.of())).stream())
			.<Object>map(String::valueOf)
			.toList();
		assertThat(ports).hasSize(NodeService.values().length)
			.doesNotHaveDuplicates()
			.allSatisfy((port) -> assertThat(port.toString()).matches("127\\.0\\.0\\.1:80\\d\\d:8080"));
	}

	@Test
	void runsTheJarThatTheBuildMakes() throws IOException {
		String pom = Files.readString(Path.of("pom.xml"));
		String version = pom.replaceAll("(?s).*?<version>(.+?)</version>.*", "$1");
		assertThat(String.valueOf(services.get("validator").get("entrypoint")))
			.contains("/app/events-sample-app-" + version + ".jar");
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Map<String, Object> service, String key) {
		return (Map<String, Object>) service.get(key);
	}

}
