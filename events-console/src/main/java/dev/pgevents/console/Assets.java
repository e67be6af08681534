package dev.pgevents.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;

/**
 * The files of the page, by name. Served by the console itself: the application may have
 * switched static resources off, or moved them.
 */
final class Assets {

	private static final String SCRIPT = "text/javascript;charset=UTF-8";

	private static final String STYLES = "text/css;charset=UTF-8";

	private final Map<String, Asset> assets = new LinkedHashMap<>();

	private final Asset page;

	/**
	 * Reads all files.
	 * @param panels theirs among them
	 */
	Assets(List<ConsolePanel> panels) {
		this.page = Asset.of(own("index.html"), "text/html;charset=UTF-8");
		for (String script : List.of("console.js", "connection.js", "charts.js", "gaps.js", "feed.js", "tables.js",
				"dom.js")) {
			this.assets.put(script, Asset.of(own(script), SCRIPT));
		}
		this.assets.put("console.css", Asset.of(own("console.css"), STYLES));
		panels.forEach(this::add);
	}

	private void add(ConsolePanel panel) {
		if (!panel.id().matches("[a-z0-9-]+")) {
			throw new IllegalStateException("the id of " + panel.getClass().getName() + " is \"" + panel.id()
					+ "\": letters a to z, digits and dashes only");
		}
		this.assets.put("panel-" + panel.id() + ".js", Asset.of(panel.script(), SCRIPT));
		Resource styles = panel.styles();
		if (styles != null) {
			this.assets.put("panel-" + panel.id() + ".css", Asset.of(styles, STYLES));
		}
	}

	private static Resource own(String name) {
		return new ClassPathResource("page/" + name, Assets.class);
	}

	/** The page itself. */
	Asset page() {
		return this.page;
	}

	/** A file by its name, or null if there is none. */
	@Nullable Asset get(String name) {
		return this.assets.get(name);
	}

	boolean hasStyles(ConsolePanel panel) {
		return this.assets.containsKey("panel-" + panel.id() + ".css");
	}

}
