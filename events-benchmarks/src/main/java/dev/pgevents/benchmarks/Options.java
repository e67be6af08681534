package dev.pgevents.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a harness is told on its command line, as {@code name=value}. Immutable.
 */
public final class Options {

	private final Map<String, String> values;

	private Options(Map<String, String> values) {
		this.values = values;
	}

	/**
	 * Reads arguments.
	 * @param args words of the form {@code name=value}
	 * @return the options
	 * @throws IllegalArgumentException if a word is of another form
	 */
	public static Options of(String... args) {
		return new Options(Arrays.stream(args)
			.map(Options::split)
			.collect(Collectors.toUnmodifiableMap((pair) -> pair[0], (pair) -> pair[1])));
	}

	private static String[] split(String arg) {
		String[] pair = arg.split("=", 2);
		if (pair.length != 2) {
			throw new IllegalArgumentException("\"" + arg + "\" is not of the form name=value");
		}
		return pair;
	}

	/**
	 * A text.
	 * @param name the option's name
	 * @param otherwise its default
	 * @return the given value or the default
	 */
	public String text(String name, String otherwise) {
		return this.values.getOrDefault(name, otherwise);
	}

	/**
	 * A number.
	 * @param name the option's name
	 * @param otherwise its default
	 * @return the given value or the default
	 */
	public int number(String name, int otherwise) {
		return Integer.parseInt(text(name, String.valueOf(otherwise)));
	}

	/**
	 * A list, separated by commas.
	 * @param name the option's name
	 * @param otherwise its default
	 * @return the given or the default values, without empty ones
	 */
	public List<String> list(String name, String otherwise) {
		return Arrays.stream(text(name, otherwise).split(",")).filter((item) -> !item.isEmpty()).toList();
	}

	/**
	 * A list of numbers, separated by commas.
	 * @param name the option's name
	 * @param otherwise its default
	 * @return the given or the default values
	 */
	public List<Integer> numbers(String name, String otherwise) {
		return list(name, otherwise).stream().map(Integer::valueOf).toList();
	}

}
