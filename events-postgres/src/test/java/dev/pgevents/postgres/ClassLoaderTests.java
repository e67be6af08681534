package dev.pgevents.postgres;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

import static org.assertj.core.api.Assertions.assertThat;

class ClassLoaderTests {

	@Test
	void worksWithADriverWhoseClassLoaderHasAnotherCopyOfTheBus() throws Exception {
		try (URLClassLoader own = new OwnClassLoader()) {
			assertThat(own.loadClass(Driver.class.getName())).isSameAs(Driver.class);
			Class<?> copy = own.loadClass(RoundTrip.class.getName());
			assertThat(copy).isNotSameAs(RoundTrip.class);
			@SuppressWarnings("unchecked")
			Function<List<String>, String> roundTrip = (Function<List<String>, String>) copy.getDeclaredConstructor()
				.newInstance();
			TestPostgres server = TestPostgres.shared();
			assertThat(roundTrip.apply(List.of(server.url(), server.user(), server.password()))).isEqualTo("arrived");
		}
	}

	/** Loads the bus itself, and all else from where the driver is. */
	private static final class OwnClassLoader extends URLClassLoader {

		private OwnClassLoader() {
			super(Stream.of(RoundTrip.class, PostgresEventBus.class, EventBus.class)
				.map((each) -> each.getProtectionDomain().getCodeSource().getLocation())
				.toArray(URL[]::new));
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				if (loaded != null) {
					return loaded;
				}
				return name.startsWith("dev.pgevents.") ? findClass(name) : super.loadClass(name, resolve);
			}
		}

	}

	/** Runs in that class loader. */
	public static final class RoundTrip implements Function<List<String>, String> {

		@Override
		public String apply(List<String> server) {
			CompletableFuture<String> received = new CompletableFuture<>();
			EventType type = EventType.of("class.loader");
			try (PostgresEventBus bus = PostgresEventBus.builder()
				.listener(ConnectionSource.url(server.get(0), server.get(1), server.get(2)))
				.build()) {
				bus.subscribe(SubscriptionFilter.types(type),
						(event) -> received.complete(event.payloadAs(String.class)))
					.ready()
					.get(30, TimeUnit.SECONDS);
				bus.publish(Event.of(type, null, "arrived"));
				return received.get(30, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
