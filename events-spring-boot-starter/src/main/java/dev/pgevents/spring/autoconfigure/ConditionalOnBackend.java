package dev.pgevents.spring.autoconfigure;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Conditional;

/**
 * Matches if {@code events.backend} is the given one, however it is written: as other
 * properties, {@code in-memory} may come as {@code IN_MEMORY}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnBackendCondition.class)
@interface ConditionalOnBackend {

	/**
	 * The backend.
	 * @return the backend
	 */
	EventsProperties.Backend value();

}
