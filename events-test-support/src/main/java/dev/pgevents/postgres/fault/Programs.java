package dev.pgevents.postgres.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Programs that a machine may have.
 */
final class Programs {

	private Programs() {
	}

	/** Where a program is, among the folders of administrators' programs, too. */
	static Optional<Path> find(String name) {
		String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
		return Stream.of(path.split(":"))
			.map((folder) -> Path.of(folder, name))
			.filter(Files::isExecutable)
			.findFirst();
	}

}
