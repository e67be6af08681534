package dev.pgevents.spring.app;

import dev.pgevents.postgres.test.TestPostgres;

import org.springframework.test.context.DynamicPropertyRegistry;

/**
 * Puts the tests' database into {@code spring.datasource.*}.
 */
final class TestDatabase {

	private TestDatabase() {
	}

	static void register(DynamicPropertyRegistry registry) {
		TestPostgres database = TestPostgres.shared();
		registry.add("spring.datasource.url", database::url);
		registry.add("spring.datasource.username", database::user);
		registry.add("spring.datasource.password", database::password);
	}

}
