package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.StringUtils;

/**
 * Reads the attributes of one method's annotation, placeholders resolved, or says which
 * one cannot work.
 */
final class AnnotationValues {

	private final ConfigurableListableBeanFactory beans;

	private final BeanMethod method;

	private final String annotation;

	AnnotationValues(ConfigurableListableBeanFactory beans, BeanMethod method, String annotation) {
		this.beans = beans;
		this.method = method;
		this.annotation = annotation;
	}

	String text(String attribute, String value) {
		try {
			String resolved = this.beans.resolveEmbeddedValue(value);
			return (resolved != null) ? resolved.trim() : "";
		}
		catch (IllegalArgumentException ex) {
			throw this.method.refuse(this.annotation, attribute + " \"" + value + "\" cannot be resolved",
					"Set the property, or give a default: ${name:default}.", ex);
		}
	}

	/** The values; one may be a list of its own, parted by commas. */
	String[] texts(String attribute, String[] values) {
		List<String> all = new ArrayList<>();
		for (String value : values) {
			for (String each : StringUtils.commaDelimitedListToStringArray(text(attribute, value))) {
				if (!each.isBlank()) {
					all.add(each.trim());
				}
			}
		}
		return all.toArray(new String[0]);
	}

	int positive(String attribute, String value, int otherwise) {
		String resolved = text(attribute, value);
		if (resolved.isEmpty()) {
			return otherwise;
		}
		try {
			int number = Integer.parseInt(resolved);
			if (number >= 1) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// said below
		}
		throw this.method.refuse(this.annotation,
				attribute + " is \"" + resolved + "\", it must be a whole number from 1", "Correct the number.");
	}

	boolean bool(String attribute, String value, boolean otherwise) {
		String resolved = text(attribute, value);
		return switch (resolved) {
			case "" -> otherwise;
			case "true" -> true;
			case "false" -> false;
			default ->
				throw this.method.refuse(this.annotation, attribute + " is \"" + resolved + "\"", "Say true or false.");
		};
	}

	Duration duration(String attribute, String value) {
		String resolved = text(attribute, value);
		try {
			Duration duration = DurationStyle.detectAndParse(resolved);
			if (!duration.isNegative() && !duration.isZero()) {
				return duration;
			}
		}
		catch (IllegalArgumentException ex) {
			// said below
		}
		throw this.method.refuse(this.annotation, attribute + " is \"" + resolved + "\", it must be a positive time",
				"Give a duration, such as 30s.");
	}

}
