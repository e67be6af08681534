package dev.pgevents.spring.app;

import dev.pgevents.postgres.test.TestPostgres;

import org.springframework.test.context.DynamicPropertyRegistry;

/**
 * Puts a database of the tests into {@code spring.datasource.*}.
 */
public final class TestDatabase {

	private TestDatabase() {
	}

	/**
	 * For whoever takes properties as texts.
	 * @param database the database
	 * @return {@code spring.datasource.*}
	 */
	public static String[] properties(TestPostgres database) {
		return new String[] { "spring.datasource.url=" + database.url(),
				"spring.datasource.username=" + database.user(), "spring.datasource.password=" + database.password() };
	}

	static void register(DynamicPropertyRegistry registry) {
		TestPostgres database = TestPostgres.shared();
		registry.add("spring.datasource.url", database::url);
		registry.add("spring.datasource.username", database::user);
		registry.add("spring.datasource.password", database::password);
	}

}
