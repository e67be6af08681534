package dev.pgevents.spring;

import dev.pgevents.postgres.PostgresEventBus;

/**
 * Has the last word on the bus, after the {@code events.*} properties. Beans of this type
 * are called in their order.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface EventBusCustomizer {

	/**
	 * Changes the bus to be built.
	 * @param builder the builder
	 */
	void customize(PostgresEventBus.Builder builder);

}
