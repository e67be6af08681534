package dev.pgevents.postgres;

import java.lang.reflect.Method;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;

import javax.sql.CommonDataSource;

import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Makes a DataSource of its class and properties, as HikariCP does.
 */
final class DataSourceOfClass {

	private DataSourceOfClass() {
	}

	/**
	 * Makes a DataSource.
	 * @param className its class
	 * @param properties for its setters
	 * @return the DataSource
	 * @throws IllegalArgumentException if there is no such class, or it has no such
	 * property; quotes no value
	 */
	static CommonDataSource make(String className, Properties properties) {
		CommonDataSource made = instantiate(className);
		for (String name : properties.stringPropertyNames()) {
			set(made, name, properties.getProperty(name));
		}
		return made;
	}

	private static CommonDataSource instantiate(String className) {
		try {
			return Class.forName(className, true, DataSourceOfClass.class.getClassLoader())
				.asSubclass(CommonDataSource.class)
				.getConstructor()
				.newInstance();
		}
		catch (ReflectiveOperationException | ClassCastException ex) {
			throw new IllegalArgumentException(
					"the pool's dataSourceClassName " + className + " is none of a DataSource", ex);
		}
	}

	/** Not with a cause: it may quote the value, which may be a URL with a password. */
	private static void set(CommonDataSource target, String property, String value) {
		String setter = "set" + property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
		try {
			for (Method method : target.getClass().getMethods()) {
				Object argument = method.getName().equals(setter) && method.getParameterCount() == 1
						? converted(value, method.getParameterTypes()[0]) : null;
				if (argument != null) {
					method.invoke(target, argument);
					return;
				}
			}
			if (target instanceof BaseDataSource own) {
				own.setProperty(property, value);
				return;
			}
		}
		catch (ReflectiveOperationException | IllegalArgumentException | SQLException ex) {
			// The same as no such property.
		}
		throw new IllegalArgumentException("the data-source property \"" + property
				+ "\" of the pool cannot be set on its " + target.getClass().getName() + ": check its name and value");
	}

	private static @Nullable Object converted(String value, Class<?> type) {
		if (type == int.class) {
			return Integer.valueOf(value);
		}
		if (type == long.class) {
			return Long.valueOf(value);
		}
		if (type == boolean.class) {
			return Boolean.valueOf(value);
		}
		return (type == String.class) ? value : null;
	}

}
