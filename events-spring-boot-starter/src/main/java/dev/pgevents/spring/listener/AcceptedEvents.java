package dev.pgevents.spring.listener;

import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.payload.PayloadClass;

import org.springframework.beans.factory.config.BeanDefinition;
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

	/** The payload classes that some listener accepts. */
	List<RegisteredPayload> payloads() {
		List<RegisteredPayload> accepted = new ArrayList<>();
		for (Class<?> payloadClass : payloadClasses()) {
			if (accepts(payloadClass) && !isExternalized(payloadClass)) {
				accepted.add(new RegisteredPayload(PayloadClass.of(payloadClass).type(), payloadClass));
			}
		}
		return accepted;
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
		ResolvableType type = ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, payloadClass);
		return this.context.getApplicationListeners()
			.stream()
			.anyMatch((listener) -> isMeant(listener) && generic(listener).supportsEventType(type));
	}

	/** Frameworks' listeners of just any event say nothing about these events. */
	private static boolean isMeant(ApplicationListener<?> listener) {
		return listener instanceof ApplicationListenerMethodAdapter || !generic(listener)
			.supportsEventType(ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, AnyPayload.class));
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
