package dev.pgevents.spring.internal.jackson3;

import java.lang.reflect.Type;
import java.util.function.Supplier;

import dev.pgevents.PayloadCodec;
import dev.pgevents.postgres.internal.payload.PayloadReader;
import dev.pgevents.postgres.internal.payload.ReadableTypes;
import dev.pgevents.postgres.internal.wire.JsonFailure;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.function.SingletonSupplier;

/**
 * Payloads as JSON, written and read by Jackson 3. Thread-safe.
 *
 * @since 0.1
 */
public final class Jackson3PayloadCodec implements PayloadCodec {

	/** Made when it is needed, for it has many classes. */
	private final Supplier<Mapping> mapping;

	/** Made where there is a node of its own, for it has many classes. */
	private final @Nullable Supplier<PayloadCodec> jackson2;

	/**
	 * With the library's own mapper.
	 * @param jackson2 the codec for the nodes of Jackson 2
	 */
	public Jackson3PayloadCodec(Supplier<PayloadCodec> jackson2) {
		this(SingletonSupplier.of(() -> Mapping.of(PayloadMapper.create(), true)), jackson2);
	}

	/**
	 * With the application's mapper.
	 * @param beans where it is
	 * @return the codec, or null if the application has none, or several
	 */
	public static @Nullable PayloadCodec ofApplication(ListableBeanFactory beans) {
		ObjectMapper mapper = beans.getBeanProvider(ObjectMapper.class).getIfUnique();
		return (mapper != null) ? new Jackson3PayloadCodec(mapper) : null;
	}

	/**
	 * With a mapper of the application's.
	 * @param mapper reads and writes payloads
	 */
	public Jackson3PayloadCodec(ObjectMapper mapper) {
		this(SingletonSupplier.of(Mapping.of(mapper, false)), null);
	}

	private Jackson3PayloadCodec(Supplier<Mapping> mapping, @Nullable Supplier<PayloadCodec> jackson2) {
		this.mapping = mapping;
		this.jackson2 = jackson2;
	}

	@Override
	public String toJson(@Nullable Object value) {
		if (this.jackson2 != null && value != null && isOfJackson2(value.getClass())) {
			return this.jackson2.get().toJson(value);
		}
		if (value != null) {
			this.mapping.get().readable().checkReadableAgain(value.getClass());
		}
		try {
			return mapper().writeValueAsString(value);
		}
		catch (JacksonException ex) {
			throw ReadableTypes.unwritable(value, ex.getOriginalMessage(), JsonFailure.of(ex));
		}
	}

	@Override
	public <T> @Nullable T fromJson(String json, Type type) {
		if (this.jackson2 != null && type instanceof Class<?> plain && isOfJackson2(plain)) {
			return this.jackson2.get().fromJson(json, type);
		}
		return this.mapping.get().reader().read(json, type);
	}

	@Override
	public void checkReadable(Type type) {
		if (this.jackson2 != null && type instanceof Class<?> plain && isOfJackson2(plain)) {
			return;
		}
		this.mapping.get().readable().checkReadable(type);
	}

	/** Whether it is a node of the other Jackson. */
	private static boolean isOfJackson2(Class<?> type) {
		return type.getName().startsWith("com.fasterxml.jackson.databind.");
	}

	private ObjectMapper mapper() {
		return this.mapping.get().mapper();
	}

	/** A mapper, what it can read, and how. */
	private record Mapping(ObjectMapper mapper, ReadableTypes readable,
			PayloadReader<JsonParser, ObjectReader> reader) {

		static Mapping of(ObjectMapper mapper, boolean own) {
			return new Mapping(mapper, new Jackson3Types(mapper, own),
					new PayloadReader<>(new Jackson3Reading(mapper), own));
		}

	}

}
