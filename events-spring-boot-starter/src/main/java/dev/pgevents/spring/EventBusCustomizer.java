package dev.pgevents.spring;

import dev.pgevents.postgres.PostgresEventBus;

/**
 * Has the last word on the bus, after the {@code events.*} properties. Beans of this type
 * are called in their order, once, while the bus is made; what they throw fails the
 * start. What they set replaces what the starter has set: with a connection listener of
 * theirs, for example, no {@link ConnectionStateChanged} is published.
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
