package dev.pgevents.spring.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
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
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (NativeDetector.inNativeImage()) { // where records do not tell their
												// components
			return;
		}
		Set<String> said = said();
		if (!said.isEmpty()) {
			collect("events.", EventsProperties.class);
		}
		for (String name : said) {
			if (isOursAndUnknown(name)) {
				logger.warn("{} is no property of the event bus and has no effect{}", name, suggestion(name));
			}
		}
	}

	/** Those that somebody has set. */
	private Set<String> said() {
		Set<String> said = new TreeSet<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source instanceof IterableConfigurationPropertySource iterable) {
				for (ConfigurationPropertyName name : iterable) {
					if (PREFIX.isAncestorOf(name)) {
						said.add(name.toString());
					}
				}
			}
		}
		return said;
	}

	private void collect(String prefix, Class<?> type) {
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + dashed(component.getName());
			if (component.getType().isRecord()) {
				this.groups.add(name + ".");
				collect(name + ".", component.getType());
			}
			else {
				this.known.add(name);
			}
		}
	}

	private static String dashed(String name) {
		StringBuilder dashed = new StringBuilder(name.length() + 2);
		for (int i = 0; i < name.length(); i++) {
			char each = name.charAt(i);
			if (Character.isUpperCase(each)) {
				dashed.append('-');
			}
			dashed.append(Character.toLowerCase(each));
		}
		return dashed.toString();
	}

	private boolean isOursAndUnknown(String name) {
		String letters = letters(name);
		for (String each : this.known) {
			if (letters.equals(letters(each))) {
				return false;
			}
		}
		for (String each : this.groups) {
			if (name.startsWith(each)) {
				return true;
			}
		}
		return !suggestion(name).isEmpty();
	}

	private String suggestion(String name) {
		String letters = letters(name);
		for (String each : this.known) {
			if (distance(letters, letters(each)) <= TYPING_ERRORS) {
				return ": " + each + " is";
			}
		}
		return "";
	}

	/**
	 * What counts: environment variables have no dashes, and elements of lists have an
	 * index.
	 */
	private static String letters(String name) {
		StringBuilder letters = new StringBuilder(name.length());
		boolean index = false;
		for (int i = 0; i < name.length(); i++) {
			char each = Character.toLowerCase(name.charAt(i));
			index = (each == '[') || (index && each != ']');
			if (!index && each >= 'a' && each <= 'z') {
				letters.append(each);
			}
		}
		return letters.toString();
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
