package dev.pgevents.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Results of several rounds: for each row and column the median of what was measured. Not
 * thread-safe.
 */
public final class Table {

	private final String title;

	private final Map<String, Map<String, List<Double>>> cells = new LinkedHashMap<>();

	private final Set<String> columns = new LinkedHashSet<>();

	/**
	 * An empty table.
	 * @param title what the rows are
	 */
	public Table(String title) {
		this.title = title;
	}

	/**
	 * Adds a measurement.
	 * @param row what was measured
	 * @param column which quantity, with its unit
	 * @param value the value; NaN shows as a dash
	 */
	public void add(String row, String column, double value) {
		this.columns.add(column);
		this.cells.computeIfAbsent(row, (key) -> new LinkedHashMap<>())
			.computeIfAbsent(column, (key) -> new ArrayList<>())
			.add(value);
	}

	/**
	 * The median of a cell.
	 * @param row what was measured
	 * @param column which quantity
	 * @return the median, or NaN if nothing was measured
	 */
	public double median(String row, String column) {
		List<Double> values = new ArrayList<>(this.cells.getOrDefault(row, Map.of()).getOrDefault(column, List.of()));
		values.removeIf((value) -> value.isNaN());
		if (values.isEmpty()) {
			return Double.NaN;
		}
		Collections.sort(values);
		int middle = values.size() / 2;
		return (values.size() % 2 == 1) ? values.get(middle) : (values.get(middle - 1) + values.get(middle)) / 2;
	}

	/**
	 * What was measured.
	 * @return the rows in the order of their first value
	 */
	public List<String> rows() {
		return List.copyOf(this.cells.keySet());
	}

	/**
	 * The table as Markdown.
	 * @return lines, each with its line feed
	 */
	public String markdown() {
		StringBuilder text = new StringBuilder("| ").append(this.title).append(" |");
		this.columns.forEach((column) -> text.append(' ').append(column).append(" |"));
		text.append("\n|---|").append("---:|".repeat(this.columns.size())).append('\n');
		for (String row : rows()) {
			text.append("| ").append(row).append(" |");
			this.columns.forEach((column) -> text.append(' ').append(shown(median(row, column))).append(" |"));
			text.append('\n');
		}
		return text.toString();
	}

	private static String shown(double value) {
		if (Double.isNaN(value)) {
			return "-";
		}
		double size = Math.abs(value);
		String format = (size >= 100 || size == 0) ? "%,.0f" : (size >= 10) ? "%.1f" : (size >= 0.1) ? "%.2f" : "%.4f";
		return String.format(Locale.ROOT, format, value);
	}

}
