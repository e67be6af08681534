package dev.pgevents.benchmarks;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A plot of horizontal bars in groups, over a logarithmic axis. Not thread-safe.
 */
public final class SvgBars {

	private static final String[] COLOURS = { "#1f6feb", "#f0883e", "#3fb950", "#a371f7", "#db61a2", "#8b949e" };

	private static final int LABEL_WIDTH = 250;

	private static final int PLOT_WIDTH = 520;

	private static final int BAR = 14;

	private final String title;

	private final Map<String, Map<String, Double>> groups = new LinkedHashMap<>();

	/**
	 * An empty plot.
	 * @param title what is shown, with the unit
	 */
	public SvgBars(String title) {
		this.title = title;
	}

	/**
	 * Adds a bar.
	 * @param group the label of its group
	 * @param series what the bar's colour stands for
	 * @param value the value; those that are not positive numbers are left out
	 * @return this
	 */
	public SvgBars add(String group, String series, double value) {
		if (value > 0) {
			this.groups.computeIfAbsent(group, (key) -> new LinkedHashMap<>()).put(series, value);
		}
		return this;
	}

	/**
	 * The plot.
	 * @return an SVG document
	 */
	public String svg() {
		Map<String, String> colours = colours();
		double low = Math.floor(Math.log10(values().min().orElse(1)));
		double high = Math.max(low + 1, Math.ceil(Math.log10(values().max().orElse(10))));
		StringBuilder body = new StringBuilder();
		int y = 52;
		for (Map.Entry<String, Map<String, Double>> group : this.groups.entrySet()) {
			int height = group.getValue().size() * BAR;
			text(body, LABEL_WIDTH - 8, y + height / 2 + 4, "end", group.getKey());
			for (Map.Entry<String, Double> bar : group.getValue().entrySet()) {
				double width = Math.max(1, (Math.log10(bar.getValue()) - low) / (high - low) * PLOT_WIDTH);
				body.append(String.format(Locale.ROOT,
						"<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n", LABEL_WIDTH, y, width,
						BAR - 2, colours.get(bar.getKey())));
				text(body, LABEL_WIDTH + (int) width + 4, y + 10, "start", shown(bar.getValue()));
				y += BAR;
			}
			y += 8;
		}
		int total = LABEL_WIDTH + PLOT_WIDTH + 80;
		return String.format(Locale.ROOT,
				"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
						+ "font-size=\"11\">%n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
				total, y + 8, total, y + 8) + head(colours) + body + "</svg>\n";
	}

	private String head(Map<String, String> colours) {
		StringBuilder head = new StringBuilder();
		text(head, 10, 18, "start", this.title + " (logarithmic)");
		int x = LABEL_WIDTH;
		for (Map.Entry<String, String> series : colours.entrySet()) {
			head.append(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"28\" width=\"10\" height=\"10\" fill=\"%s\"/>%n",
					x, series.getValue()));
			text(head, x + 14, 37, "start", series.getKey());
			x += 30 + series.getKey().length() * 7;
		}
		return head.toString();
	}

	private Map<String, String> colours() {
		Map<String, String> colours = new LinkedHashMap<>();
		this.groups.values()
			.forEach((bars) -> bars.keySet()
				.forEach((series) -> colours.computeIfAbsent(series,
						(key) -> COLOURS[colours.size() % COLOURS.length])));
		return colours;
	}

	private java.util.stream.DoubleStream values() {
		return this.groups.values().stream().flatMap((bars) -> bars.values().stream()).mapToDouble(Double::doubleValue);
	}

	private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
		svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n", x, y, anchor,
				text.replace("&", "&amp;").replace("<", "&lt;")));
	}

	private static String shown(double value) {
		return String.format(Locale.ROOT, (value >= 100) ? "%,.0f" : "%.2f", value);
	}

}
