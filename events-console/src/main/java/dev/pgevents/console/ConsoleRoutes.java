package dev.pgevents.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.pgevents.SubscriptionFilter;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * The addresses of the console. Functions rather than a controller, and bytes rather than
 * bodies: the application's converters, advices and default views have no say here.
 */
final class ConsoleRoutes {

	/** A page of another origin cannot send it without being asked first. */
	static final String GUARD = "X-Events-Console";

	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
			+ "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	private static final String JSON = "application/json;charset=UTF-8";

	private static final Logger logger = LoggerFactory.getLogger(ConsoleRoutes.class);

	private final String path;

	private final EventsConsole console;

	private final Operations operations;

	private final List<ConsolePanel> panels;

	private final Assets assets;

	/**
	 * Routes to a console.
	 * @param path below which
	 * @param console what is shown
	 * @param operations what may be done
	 * @param panels what is shown besides
	 */
	ConsoleRoutes(String path, EventsConsole console, Operations operations, List<ConsolePanel> panels) {
		this.path = path;
		this.console = console;
		this.operations = operations;
		this.panels = panels;
		this.assets = new Assets(panels);
	}

	RouterFunction<ServerResponse> routes() {
		return RouterFunctions.route()
			.GET(this.path, (request) -> toPage())
			.GET(this.path + "/", (request) -> asset(request, this.assets.page()))
			.GET(this.path + "/assets/{name}",
					(request) -> asset(request, this.assets.get(request.pathVariable("name"))))
			.GET(this.path + "/api/panels", (request) -> sameOrigin(request, () -> json(HttpStatus.OK, panels())))
			.GET(this.path + "/api/state",
					(request) -> sameOrigin(request, () -> text(HttpStatus.OK, JSON, this.console.state(0))))
			.GET(this.path + "/api/stream", (request) -> sameOrigin(request, () -> stream(request)))
			.POST(this.path + "/api/operations/{panel}/{operation}",
					(request) -> sameOrigin(request, () -> operate(request)))
			.build();
	}

	/**
	 * Relative: only the browser knows under which path a proxy shows the application.
	 */
	private ServerResponse toPage() {
		String name = this.path.substring(this.path.lastIndexOf('/') + 1);
		return ServerResponse.status(HttpStatus.FOUND).header(HttpHeaders.LOCATION, name + "/").build();
	}

	private ServerResponse asset(ServerRequest request, @Nullable Asset asset) {
		if (asset == null) {
			return ServerResponse.notFound().build();
		}
		if (asset.tag().equals(request.headers().firstHeader(HttpHeaders.IF_NONE_MATCH))) {
			return secured(ServerResponse.status(HttpStatus.NOT_MODIFIED)).header(HttpHeaders.ETAG, asset.tag())
				.build();
		}
		String accepted = request.headers().firstHeader(HttpHeaders.ACCEPT_ENCODING);
		boolean compressed = accepted != null && accepted.toLowerCase(Locale.ROOT).contains("gzip");
		ServerResponse.BodyBuilder response = secured(ServerResponse.ok()).header(HttpHeaders.ETAG, asset.tag())
			.header(HttpHeaders.CACHE_CONTROL, "no-cache")
			.header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
		if (compressed) {
			response.header(HttpHeaders.CONTENT_ENCODING, "gzip");
		}
		return bytes(response, asset.type(), compressed ? asset.gzipped() : asset.plain());
	}

	private List<Map<String, Object>> panels() {
		return this.panels.stream()
			.map((panel) -> Map.<String, Object>of("id", panel.id(), "title", panel.title(), "styles",
					this.assets.hasStyles(panel)))
			.toList();
	}

	private ServerResponse stream(ServerRequest request) {
		SubscriptionFilter filter;
		try {
			filter = new SubscriptionFilter(values(request, "type"), values(request, "app"));
		}
		catch (IllegalArgumentException ex) {
			return answer(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
		if (!this.console.hasRoom()) {
			return answer(HttpStatus.SERVICE_UNAVAILABLE,
					EventsConsole.MAX_PAGES + " pages are open, which is as many as there may be: close one.");
		}
		return ServerResponse.sse((stream) -> {
			Viewer viewer = new Viewer(filter, new StreamOutlet(stream));
			stream.onError((failure) -> viewer.markGone()).onComplete(viewer::markGone).onTimeout(viewer::markGone);
			this.console.open(viewer);
		}, Duration.ZERO);
	}

	private static Set<String> values(ServerRequest request, String name) {
		return request.params()
			.getOrDefault(name, List.of())
			.stream()
			.flatMap((value) -> List.of(value.split(",")).stream())
			.map(String::trim)
			.filter((value) -> !value.isEmpty())
			.collect(Collectors.toSet());
	}

	private ServerResponse operate(ServerRequest request) {
		if (!this.operations.allowed()) {
			return answer(HttpStatus.FORBIDDEN, "This page only shows: events.console.operations is false.");
		}
		if (request.headers().firstHeader(GUARD) == null) {
			return answer(HttpStatus.FORBIDDEN, "The header " + GUARD + " is missing: this was not sent by the page.");
		}
		String panel = request.pathVariable("panel");
		String operation = request.pathVariable("operation");
		try {
			String done = this.operations.operate(panel, operation, request.params().toSingleValueMap());
			if (done == null) {
				return answer(HttpStatus.NOT_FOUND, "There is no operation " + operation + " of " + panel + ".");
			}
			logger.info("{} of {} was asked for on the console's page: {}", operation, panel, done);
			return answer(HttpStatus.OK, done);
		}
		catch (Exception ex) {
			logger.debug("{} of {} failed", operation, panel, ex);
			return answer(HttpStatus.CONFLICT, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Refuses what a page of another origin asks for, whatever the application's own
	 * rules for such requests allow. Browsers say where a request comes from; other
	 * clients need not.
	 */
	private static ServerResponse sameOrigin(ServerRequest request, Supplier<ServerResponse> answer) {
		String site = request.headers().firstHeader("Sec-Fetch-Site");
		if (site != null && !site.equals("same-origin") && !site.equals("none")) {
			return answer(HttpStatus.FORBIDDEN, "Only the console's own page may ask.");
		}
		return answer.get();
	}

	private static ServerResponse answer(HttpStatus status, String message) {
		return json(status, Map.of("message", message));
	}

	private static ServerResponse json(HttpStatus status, Object value) {
		return text(status, JSON, Json.write(value));
	}

	private static ServerResponse text(HttpStatus status, String type, String text) {
		return bytes(secured(ServerResponse.status(status)).header(HttpHeaders.CACHE_CONTROL, "no-store"), type,
				text.getBytes(StandardCharsets.UTF_8));
	}

	private static ServerResponse.BodyBuilder secured(ServerResponse.BodyBuilder response) {
		return response.header("Content-Security-Policy", POLICY)
			.header("X-Content-Type-Options", "nosniff")
			.header("Referrer-Policy", "no-referrer");
	}

	private static ServerResponse bytes(ServerResponse.BodyBuilder builder, String type, byte[] bytes) {
		return builder.build((request, response) -> {
			response.setContentType(type);
			response.setContentLength(bytes.length);
			write(response, bytes);
			return null;
		});
	}

	private static void write(HttpServletResponse response, byte[] bytes) throws IOException {
		response.getOutputStream().write(bytes);
	}

	/** A page's stream, on which one thread writes at a time. */
	private record StreamOutlet(ServerResponse.SseBuilder stream) implements Viewer.Outlet {

		@Override
		public void send(String name, String data) throws IOException {
			this.stream.event(name).data(data);
		}

		@Override
		public void close() {
			this.stream.complete();
		}

	}

}
