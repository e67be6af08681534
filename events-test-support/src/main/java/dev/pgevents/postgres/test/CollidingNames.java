package dev.pgevents.postgres.test;

import java.util.ArrayList;
import java.util.List;

/**
 * Names with one hash value, as somebody would send them to slow a table of names down.
 */
public final class CollidingNames {

	private CollidingNames() {
	}

	/**
	 * All there are of one length.
	 * @return 256 names
	 */
	public static List<String> all() {
		List<String> names = new ArrayList<>();
		for (int i = 0; i < 256; i++) {
			StringBuilder name = new StringBuilder();
			for (int bit = 0; bit < 8; bit++) {
				name.append(((i >> bit & 1) == 0) ? "ab" : "bA"); // 33 * 'a' + 'b'
			}
			names.add(name.toString());
		}
		return names;
	}

}
