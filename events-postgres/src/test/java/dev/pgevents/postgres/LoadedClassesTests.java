package dev.pgevents.postgres;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a bus loads that has neither sent nor received a payload: the start waits for it.
 */
class LoadedClassesTests {

	private static final String MAPPER = "com.fasterxml.jackson.datatype.jsr310.JavaTimeModule";

	private static final String PARSER = "com.fasterxml.jackson.core.JsonFactory";

	@Test
	void loadsNoMapperAndNoParserBeforeThereIsAPayload() throws Exception {
		try (Recording loader = new Recording()) {
			Object codec = loader.loadClass(JacksonPayloadCodec.class.getName()).getConstructor().newInstance();
			Object builder = loader.loadClass(PostgresEventBus.class.getName()).getMethod("builder").invoke(null);
			Class<?> source = loader.loadClass(ConnectionSource.class.getName());
			builder.getClass()
				.getMethod("listener", source)
				.invoke(builder, source.getMethod("url", String.class, String.class, String.class)
					.invoke(null, "jdbc:postgresql://localhost:1/none", null, null));
			((AutoCloseable) builder.getClass().getMethod("build").invoke(builder)).close();
			assertThat(loader.loaded).contains(PostgresEventBus.class.getName()).doesNotContain(MAPPER, PARSER);
			codec.getClass().getMethod("toJson", Object.class).invoke(codec, 1);
			assertThat(loader.loaded).contains(MAPPER, PARSER);
		}
	}

	/** Loads all but the JDK's classes itself, and knows which. */
	private static final class Recording extends URLClassLoader {

		private final Set<String> loaded = ConcurrentHashMap.newKeySet();

		Recording() {
			super(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
				.map(Recording::url)
				.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
		}

		private static URL url(String entry) {
			try {
				return Path.of(entry).toUri().toURL();
			}
			catch (MalformedURLException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		protected Class<?> findClass(String name) throws ClassNotFoundException {
			this.loaded.add(name);
			return super.findClass(name);
		}

	}

}
