package dev.pgevents.postgres.internal.eventlog;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * Where the rows of cursors are ({@code ctid}), as far as this process has moved them
 * last. A snapshot that is held, by a long query of anybody, keeps every version that a
 * row has had: who looks a cursor up by its key passes them all, so that after 600,000
 * moves each costs milliseconds (PostgreSQL 18). Who knows the row passes none. What is
 * remembered may be wrong, after a rollback for example: it is a hint that finds nothing
 * then, for the version that it names is no longer visible. Thread-safe.
 */
final class CursorRows {

	private final Map<Key, String> rows = new ConcurrentHashMap<>();

	@Nullable String of(String group, int partition) {
		return this.rows.get(new Key(group, partition));
	}

	void moved(String group, int partition, String row) {
		this.rows.put(new Key(group, partition), row);
	}

	private record Key(String group, int partition) {
	}

}
