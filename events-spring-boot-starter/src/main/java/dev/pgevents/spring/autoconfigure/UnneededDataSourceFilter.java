package dev.pgevents.spring.autoconfigure;

import java.util.Set;

import dev.pgevents.spring.autoconfigure.EventsProperties.Backend;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanClassLoaderAware;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Leaves out Boot's DataSource where events stay in memory and it could only fail the
 * start: the starter has JDBC on the class path, and nothing says where a database is.
 */
final class UnneededDataSourceFilter implements AutoConfigurationImportFilter, EnvironmentAware, BeanClassLoaderAware {

	private static final Set<String> DATA_SOURCE = Set.of(
			"org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
			"org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration");

	/** What can be a database, or say where one is, without a property. */
	private static final Set<String> DATABASES = Set.of("org.h2.Driver", "org.hsqldb.jdbc.JDBCDriver",
			"org.apache.derby.jdbc.EmbeddedDriver",
			"org.springframework.boot.testcontainers.service.connection.ServiceConnection",
			"org.springframework.boot.docker.compose.core.DockerCompose");

	private @Nullable Environment environment;

	private @Nullable ClassLoader classLoader;

	@Override
	public void setEnvironment(Environment environment) {
		this.environment = environment;
	}

	@Override
	public void setBeanClassLoader(ClassLoader classLoader) {
		this.classLoader = classLoader;
	}

	@Override
	public boolean[] match(@Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
		// Asked first, since most set none: binding takes time of the start.
		boolean unneeded = this.environment != null && this.environment.containsProperty("events.backend")
				&& isUnneeded(Binder.get(this.environment));
		boolean[] kept = new boolean[autoConfigurationClasses.length];
		for (int i = 0; i < kept.length; i++) {
			String name = autoConfigurationClasses[i];
			kept[i] = !unneeded || name == null || !DATA_SOURCE.contains(name);
		}
		return kept;
	}

	private boolean isUnneeded(Binder properties) {
		return isInMemory(properties)
				&& !properties.bind("spring.datasource", Bindable.mapOf(String.class, Object.class)).isBound()
				&& DATABASES.stream().noneMatch((name) -> ClassUtils.isPresent(name, this.classLoader));
	}

	private static boolean isInMemory(Binder properties) {
		try {
			return properties.bind("events.backend", Backend.class).orElse(Backend.POSTGRES) == Backend.IN_MEMORY
					&& properties.bind("events.enabled", Boolean.class).orElse(true);
		}
		catch (BindException ex) {
			return false; // said where the properties are read
		}
	}

}
