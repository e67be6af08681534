package dev.pgevents.postgres.internal.pool;

/**
 * Which pools there may be: none of their libraries is needed.
 */
public final class PoolLibraries {

	/** Whether HikariCP is there. */
	public static final boolean HIKARI = isPresent("com.zaxxer.hikari.HikariDataSource");

	/** Since HikariCP 7. */
	static final boolean HIKARI_CREDENTIALS_PROVIDER = isPresent("com.zaxxer.hikari.HikariCredentialsProvider");

	private PoolLibraries() {
	}

	private static boolean isPresent(String className) {
		try {
			Class.forName(className, false, PoolLibraries.class.getClassLoader());
			return true;
		}
		catch (ClassNotFoundException | LinkageError ex) {
			return false;
		}
	}

}
