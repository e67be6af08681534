package dev.pgevents.console;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.core.io.Resource;

/**
 * A section that a module or an application adds to the console's page. Beans of this
 * type are shown in their order, above what the console shows itself. Called on the
 * console's threads while a page is open, and not otherwise; thread-safe.
 *
 * @since 0.1
 */
public interface ConsolePanel {

	/**
	 * Names the panel in URLs.
	 * @return a name of the letters a to z, digits and dashes, unlike that of any other
	 * panel
	 */
	String id();

	/**
	 * Returns the heading.
	 * @return a few words
	 */
	String title();

	/**
	 * Returns what the panel shows now. Asked for once a second, however many pages are
	 * open, so that it must be quick and bounded.
	 * @return maps, lists, records, texts, numbers and the like; a {@code long} reaches
	 * the page as text, so that it stays exact
	 */
	Object data();

	/**
	 * Returns the module that shows the data: a file of ECMAScript that exports
	 * {@code render(element, data, console)}. It is called with an empty element at
	 * first, then with the same element each time the data has changed; {@code console}
	 * has {@code operate(name, target)}, which returns a promise of the answer, and
	 * {@code operations}, which says whether there is any use in calling it. The page's
	 * Content-Security-Policy allows neither inline styles and scripts nor other origins.
	 * @return the file
	 */
	Resource script();

	/**
	 * Returns the style sheet that the script's elements need.
	 * @return the file, or null if the console's own classes do
	 */
	default @Nullable Resource styles() {
		return null;
	}

	/**
	 * Returns what {@link #operate} can do.
	 * @return names of the letters a to z and dashes
	 */
	default Set<String> operations() {
		return Set.of();
	}

	/**
	 * Does something. Called only where {@code events.console.operations=true}, for one
	 * of {@link #operations()}, after the visitor has asked for it on a page of this
	 * origin.
	 * @param operation which
	 * @param parameters what the page has said
	 * @return a sentence for the visitor: what has been done
	 * @throws Exception if it cannot be done; its message is shown
	 */
	default String operate(String operation, Map<String, String> parameters) throws Exception {
		throw new UnsupportedOperationException(operation);
	}

}
