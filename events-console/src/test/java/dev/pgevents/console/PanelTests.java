package dev.pgevents.console;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import dev.pgevents.console.app.WatchedApplication;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

class PanelTests {

	private final HttpClient client = HttpClient.newHttpClient();

	@Test
	void panelAddsASectionWithItsScriptDataAndOperations() throws Exception {
		SpringApplication application = new SpringApplication(WatchedApplication.class, ScriptedPanel.class);
		try (ConfigurableApplicationContext context = application.run("--server.port=0", "--events.backend=in-memory",
				"--events.console.enabled=true", "--events.console.operations=true", "--spring.autoconfigure.exclude="
						+ "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")) {
			String console = WatchedApplication.console(context);
			assertThat(get(console + "api/panels")).contains("\"id\":\"queue\"", "\"title\":\"Work that waits\"");
			assertThat(get(console + "assets/panel-queue.js"))
				.isEqualTo(block(Files.readString(Path.of("../docs/console.md")), "```js\n"));
			assertThat(get(console + "api/state")).contains("\"queue\":{\"waiting\":3}");
			assertThat(post(console + "api/operations/queue/empty?how=now")).contains("emptied now");
			assertThat(post(console + "api/operations/queue/fill")).contains("There is no operation fill of queue");
		}
	}

	@Test
	void panelOfThePageIsTheOneTested() throws IOException {
		String page = Files.readString(Path.of("../docs/console.md"));
		String example = "@Component\nclass QueuePanel" + block(page, "@Component\nclass QueuePanel");
		String tested = Files.readString(Path.of("src/test/java/dev/pgevents/console/PanelTests.java"));
		assertThat(tested.replaceAll("\\s*\n\\s*", "\n")).contains(example.replaceAll("\\s*\n\\s*", "\n"));
	}

	private static String block(String page, String start) {
		int begin = page.indexOf(start) + start.length();
		return page.substring(begin, page.indexOf("```", begin));
	}

	private String get(String url) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(URI.create(url)));
	}

	private String post(String url) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder(URI.create(url))
			.POST(HttpRequest.BodyPublishers.noBody())
			.header(ConsoleRoutes.GUARD, "1"));
	}

	private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
	}

	/** That of the page, with an operation. */
	static class ScriptedPanel extends QueuePanel {

		@Override
		public Set<String> operations() {
			return Set.of("empty");
		}

		@Override
		public String operate(String operation, Map<String, String> parameters) {
			return "emptied " + parameters.get("how");
		}

	}

}

@Component
class QueuePanel implements ConsolePanel {

	@Override
	public String id() {
		return "queue";
	}

	@Override
	public String title() {
		return "Work that waits";
	}

	@Override
	public Object data() {
		return Map.of("waiting", 3);
	}

	@Override
	public Resource script() {
		return new ClassPathResource("queue.js", QueuePanel.class);
	}

}
