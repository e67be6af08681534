package dev.pgevents.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where tables and plots go: to the console, and into the folder named by the option
 * {@code out}.
 */
public final class Results {

	private final Path folder;

	/**
	 * Results of a run.
	 * @param options may hold {@code out}
	 */
	public Results(Options options) {
		this.folder = Path.of(options.text("out", "target/results"));
	}

	/**
	 * Prints a text and keeps it.
	 * @param name the file's name
	 * @param text its content
	 */
	public void text(String name, String text) {
		System.out.println(text);
		write(name, text);
	}

	/**
	 * Keeps a plot.
	 * @param name the file's name
	 * @param plot the plot
	 */
	public void plot(String name, SvgBars plot) {
		write(name, plot.svg());
	}

	private void write(String name, String text) {
		try {
			Files.createDirectories(this.folder);
			Files.writeString(this.folder.resolve(name), text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
