package dev.pgevents.spring.internal.listener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.internal.payload.PayloadClass;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.transaction.event.TransactionalApplicationListener;
import org.springframework.util.ClassUtils;

/**
 * What the listeners of a context accept: events, or payloads of the classes with
 * {@link DomainEvent} in the application's packages.
 *
 * @since 0.1
 */
public final class AcceptedEvents {

	/**
	 * Payloads that are sent on from the application by others, and would go in circles.
	 */
	private static final List<String> EXTERNALIZED = List.of("org.springframework.modulith.events.Externalized",
			"org.jmolecules.event.annotation.Externalized");

	private final AbstractApplicationContext context;

	/**
	 * Asks the listeners of a context, which has to have found them all.
	 * @param context the context
	 */
	public AcceptedEvents(AbstractApplicationContext context) {
		this.context = context;
	}

	/** Whether some listener accepts {@link Event}. */
	boolean events() {
		return accepts(Event.class);
	}

	/** Whether some listener is called in transactions only. */
	boolean inTransactions() {
		return this.context.getApplicationListeners()
			.stream()
			.filter(TransactionalApplicationListener.class::isInstance)
			.anyMatch((listener) -> generic(listener).supportsEventType(applicationEvent(Event.class)) || payloads()
				.stream()
				.anyMatch((payload) -> generic(listener).supportsEventType(applicationEvent(payload.payloadClass()))));
	}

	/** The payload classes that some listener accepts. */
	List<RegisteredPayload> payloads() {
		List<RegisteredPayload> accepted = new ArrayList<>();
		for (Class<?> payloadClass : payloadClasses()) {
			if (accepts(payloadClass) && !isExternalized(payloadClass)) {
				accepted.add(new RegisteredPayload(type(payloadClass), payloadClass));
			}
		}
		return accepted;
	}

	private static EventType type(Class<?> payloadClass) {
		try {
			return PayloadClass.of(payloadClass).type();
		}
		catch (IllegalArgumentException ex) {
			throw new EventsConfigurationException(
					"The payload class " + payloadClass.getName() + " cannot work: " + ex.getMessage(),
					"Correct its annotations.", ex);
		}
	}

	private List<Class<?>> payloadClasses() {
		if (!AutoConfigurationPackages.has(this.context)) {
			return List.of();
		}
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false,
				this.context.getEnvironment());
		scanner.setResourceLoader(this.context);
		scanner.addIncludeFilter(new AnnotationTypeFilter(DomainEvent.class));
		List<Class<?>> classes = new ArrayList<>();
		for (String basePackage : AutoConfigurationPackages.get(this.context)) {
			for (BeanDefinition candidate : scanner.findCandidateComponents(basePackage)) {
				classes.add(ClassUtils.resolveClassName(String.valueOf(candidate.getBeanClassName()),
						this.context.getClassLoader()));
			}
		}
		return classes;
	}

	private boolean accepts(Class<?> payloadClass) {
		ResolvableType type = applicationEvent(payloadClass);
		return this.context.getApplicationListeners()
			.stream()
			.anyMatch((listener) -> isMeant(listener) && generic(listener).supportsEventType(type))
				|| listenersToBeCreated().anyMatch((declared) -> declared.isAssignableFrom(type)
						&& !declared.isAssignableFrom(applicationEvent(AnyPayload.class)));
	}

	/** What the listeners say that the first event for them creates. */
	private Stream<ResolvableType> listenersToBeCreated() {
		ConfigurableListableBeanFactory beans = this.context.getBeanFactory();
		return Arrays.stream(beans.getBeanNamesForType(ApplicationListener.class, true, false))
			.filter((name) -> !beans.containsSingleton(name))
			.map(beans::getType)
			.filter(Objects::nonNull)
			.map((type) -> ResolvableType.forClass(type).as(ApplicationListener.class).getGeneric())
			.filter((declared) -> declared.resolve() != null);
	}

	/** Frameworks' listeners of just any event say nothing about these events. */
	private static boolean isMeant(ApplicationListener<?> listener) {
		return listener instanceof ApplicationListenerMethodAdapter
				|| !generic(listener).supportsEventType(applicationEvent(AnyPayload.class));
	}

	private static ResolvableType applicationEvent(Class<?> payloadClass) {
		return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, payloadClass);
	}

	private static GenericApplicationListener generic(ApplicationListener<?> listener) {
		return (listener instanceof GenericApplicationListener generic) ? generic
				: new GenericApplicationListenerAdapter(listener);
	}

	private static boolean isExternalized(Class<?> payloadClass) {
		MergedAnnotations annotations = MergedAnnotations.from(payloadClass);
		return EXTERNALIZED.stream().anyMatch(annotations::isPresent);
	}

	/** A payload that no listener was written for. */
	private static final class AnyPayload {

	}

}
