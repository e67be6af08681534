package dev.pgevents.spring.internal.actuate;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;

import dev.pgevents.EventBus;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.FactoryBean;
import org.springframework.util.Assert;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Makes the health indicator of Boot 3.5, whose types have moved in Boot 4, so that this
 * is not compiled against them.
 */
public final class FormerHealthIndicator implements FactoryBean<Object> {

	/** The interface, which Boot 4 has not. */
	public static final String TYPE = "org.springframework.boot.actuate.health.HealthIndicator";

	private static final String HEALTH = "org.springframework.boot.actuate.health.Health";

	private final EventBus bus;

	private final Duration gracePeriod;

	private final Clock clock;

	private final Class<?> type;

	private final Class<?> health;

	/**
	 * Watches a bus.
	 * @param bus the bus
	 * @param gracePeriod for how long it may not deliver
	 * @param clock measures for how long it has not
	 * @param classLoader has Boot's classes
	 */
	public FormerHealthIndicator(EventBus bus, Duration gracePeriod, Clock clock, @Nullable ClassLoader classLoader) {
		this.bus = bus;
		this.gracePeriod = gracePeriod;
		this.clock = clock;
		this.type = ClassUtils.resolveClassName(TYPE, classLoader);
		this.health = ClassUtils.resolveClassName(HEALTH, classLoader);
	}

	@Override
	public Class<?> getObjectType() {
		return this.type;
	}

	@Override
	public Object getObject() {
		return Proxy.newProxyInstance(this.type.getClassLoader(), new Class<?>[] { this.type }, this::invoke);
	}

	private @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
		if (method.isDefault()) {
			return InvocationHandler.invokeDefault(proxy, method, arguments);
		}
		return switch (method.getName()) {
			case "health" -> health();
			case "equals" -> arguments != null && proxy == arguments[0];
			case "hashCode" -> System.identityHashCode(proxy);
			default -> "health of the event bus";
		};
	}

	private Object health() {
		try {
			EventsHealth health = EventsHealth.of(this.bus, this.gracePeriod, this.clock.instant());
			return build(health.isUp() ? "UP" : "DOWN", health.details());
		}
		catch (RuntimeException ex) {
			return build("DOWN", Map.of("error", ex.toString()));
		}
	}

	private Object build(String status, Map<String, Object> details) {
		Object builder = call(this.health, null, "status", status);
		call(builder.getClass(), builder, "withDetails", details);
		return call(builder.getClass(), builder, "build");
	}

	private static Object call(Class<?> type, @Nullable Object target, String name, Object... arguments) {
		Class<?>[] types = new Class<?>[arguments.length];
		for (int i = 0; i < arguments.length; i++) {
			types[i] = (arguments[i] instanceof Map) ? Map.class : arguments[i].getClass();
		}
		Method method = ReflectionUtils.findMethod(type, name, types);
		Assert.state(method != null, () -> type + " has no method " + name);
		Object result = ReflectionUtils.invokeMethod(method, target, arguments);
		Assert.state(result != null, () -> type + "." + name + " returned nothing");
		return result;
	}

}
