package dev.pgevents.spring.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.NativeDetector;
import org.springframework.core.env.Environment;

/**
 * Says which {@code events.*} properties have no effect because they are not known:
 * events would go unsigned where the signing key's name is mistyped. The prefix is a
 * common word that an application may use itself, so that only names in a group of ours
 * count, and those that look like one of ours.
 */
final class UnknownProperties implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(UnknownProperties.class);

	private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("events");

	/** How many letters a mistyped name may differ in from the one that was meant. */
	private static final int TYPING_ERRORS = 2;

	private final Environment environment;

	private final List<String> known = new ArrayList<>();

	private final Set<String> groups = new TreeSet<>();

	UnknownProperties(Environment environment) {
		this.environment = environment;
		if (!NativeDetector.inNativeImage()) { // where records do not tell their
												// components
			collect("events.", EventsProperties.class);
		}
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (this.known.isEmpty()) {
			return;
		}
		Set<String> unknown = new TreeSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream()
					.filter(PREFIX::isAncestorOf)
					.map(ConfigurationPropertyName::toString)
					.filter(this::isOursAndUnknown)
					.forEach(unknown::add);
			}
		}
		for (String name : unknown) {
			logger.warn("{} is no property of the event bus and has no effect{}", name, suggestion(name));
		}
	}

	private void collect(String prefix, Class<?> type) {
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
			if (component.getType().isRecord()) {
				this.groups.add(name + ".");
				collect(name + ".", component.getType());
			}
			else {
				this.known.add(name);
			}
		}
	}

	private boolean isOursAndUnknown(String name) {
		String letters = letters(name);
		return this.known.stream().noneMatch((each) -> letters.equals(letters(each)))
				&& (this.groups.stream().anyMatch(name::startsWith) || !suggestion(name).isEmpty());
	}

	private String suggestion(String name) {
		String letters = letters(name);
		return this.known.stream()
			.filter((each) -> distance(letters, letters(each)) <= TYPING_ERRORS)
			.findFirst()
			.map((each) -> ": " + each + " is")
			.orElse("");
	}

	/**
	 * What counts: environment variables have no dashes, and elements of lists have an
	 * index.
	 */
	private static String letters(String name) {
		return name.toLowerCase(Locale.ROOT).replaceAll("\\[[^]]*]|[^a-z]", "");
	}

	/** How many letters have to be put in, taken out or changed. */
	private static int distance(String one, String other) {
		int[] previous = new int[other.length() + 1];
		for (int j = 0; j <= other.length(); j++) {
			previous[j] = j;
		}
		for (int i = 1; i <= one.length(); i++) {
			int[] current = new int[other.length() + 1];
			current[0] = i;
			for (int j = 1; j <= other.length(); j++) {
				int change = (one.charAt(i - 1) == other.charAt(j - 1)) ? 0 : 1;
				current[j] = Math.min(previous[j - 1] + change, Math.min(previous[j], current[j - 1]) + 1);
			}
			previous = current;
		}
		return previous[other.length()];
	}

}
