package dev.pgevents.spring.internal.connection;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Properties;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Boot's {@code JdbcConnectionDetails}, where {@code @ServiceConnection} and
 * {@code spring.datasource.*} meet. The interface has moved between Boot 3.5 and 4, so it
 * is called by name.
 *
 * @since 0.1
 */
public final class BootConnectionDetails {

	static final List<String> NAMES = List.of("org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails",
			"org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails");

	private final Object details;

	private final Class<?> type;

	private BootConnectionDetails(Object details, Class<?> type) {
		this.details = details;
		this.type = type;
	}

	/**
	 * Looks for the one bean of the type.
	 * @param beans where to look
	 * @return the details, or null if there is none, or more than one
	 */
	public static @Nullable BootConnectionDetails find(ListableBeanFactory beans) {
		for (String name : NAMES) {
			if (ClassUtils.isPresent(name, BootConnectionDetails.class.getClassLoader())) {
				Class<?> type = ClassUtils.resolveClassName(name, BootConnectionDetails.class.getClassLoader());
				Object bean = beans.getBeanProvider(type).getIfUnique();
				return (bean != null) ? new BootConnectionDetails(bean, type) : null;
			}
		}
		return null;
	}

	@Nullable String url() {
		return call("getJdbcUrl");
	}

	/** As of now, by pgjdbc's names: user and password, as far as they are given. */
	Properties credentials() {
		Properties credentials = new Properties();
		add("user", call("getUsername"), credentials);
		add("password", call("getPassword"), credentials);
		return credentials;
	}

	private static void add(String name, @Nullable String value, Properties properties) {
		if (value != null) {
			properties.setProperty(name, value);
		}
	}

	private @Nullable String call(String name) {
		Method method = ReflectionUtils.findMethod(this.type, name);
		return (method != null) ? (String) ReflectionUtils.invokeMethod(method, this.details) : null;
	}

}
