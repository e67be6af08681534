package dev.pgevents.benchmarks.peers;

import java.io.Serializable;

/** What is published and handled. */
record Work(String app, long number) implements Serializable {

	/** As a text, for peers that send one. */
	String text() {
		return this.number + " " + this.app;
	}

	static Work of(String text) {
		String[] parts = text.split(" ", 2);
		return new Work(parts[1], Long.parseLong(parts[0]));
	}

}
