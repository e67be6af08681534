package com.example.rollups;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.test.context.DynamicPropertyRegistry;

/** One PostgreSQL for all tests. */
final class Database {

	private static final EmbeddedPostgres server = start();

	private Database() {
	}

	static void register(DynamicPropertyRegistry registry) {
		registry.add("spring.datasource.url", Database::url);
	}

	static String url() {
		return server.getJdbcUrl("postgres", "postgres");
	}

	private static EmbeddedPostgres start() {
		try {
			return EmbeddedPostgres.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
