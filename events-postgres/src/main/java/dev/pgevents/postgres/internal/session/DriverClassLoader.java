package dev.pgevents.postgres.internal.session;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

import dev.pgevents.postgres.internal.session.SessionFactory.Opener;
import dev.pgevents.postgres.internal.socket.WakeableSocketFactory;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Lets the driver find the bus's socket factory, which it looks up by its name: first in
 * its own class loader (pgjdbc 42.7.14, {@code ClassLoaderStrategy}). Where that is a
 * parent of the bus's, as with a driver that applications of a server share, it finds
 * none; where both have the class, as with Spring Boot's developer tools and classes that
 * are in no jar, it finds one that knows nothing of this bus.
 */
final class DriverClassLoader {

	private static final String CONTEXT_FIRST = "context-first";

	private DriverClassLoader() {
	}

	/** Opens a connection for which the driver finds the factory that is meant. */
	static Connection open(Opener opener, Properties settings) throws SQLException {
		if (driverFindsFactory()) {
			return opener.open(settings);
		}
		settings.setProperty(PGProperty.CLASS_LOADER_STRATEGY.getName(), CONTEXT_FIRST);
		Thread thread = Thread.currentThread();
		ClassLoader context = thread.getContextClassLoader();
		thread.setContextClassLoader(WakeableSocketFactory.class.getClassLoader());
		try {
			return opener.open(settings);
		}
		finally {
			thread.setContextClassLoader(context);
		}
	}

	private static boolean driverFindsFactory() {
		try {
			return Class.forName(WakeableSocketFactory.class.getName(), false,
					Driver.class.getClassLoader()) == WakeableSocketFactory.class;
		}
		catch (ClassNotFoundException ex) {
			return false;
		}
	}

}
