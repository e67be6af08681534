package dev.pgevents.spring.internal.listener;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.internal.externalization.ExternalizingListener;
import dev.pgevents.spring.internal.payload.PayloadClass;
import dev.pgevents.spring.internal.payload.PayloadReading;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.ApplicationListenerMethodAdapter;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.transaction.event.TransactionalApplicationListener;

/**
 * What the listeners of a context accept: events, or payloads of the classes with
 * {@link dev.pgevents.spring.DomainEvent} in the application's packages.
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

	private final PayloadReading reading;

	/**
	 * Asks the listeners of a context, which has to have found them all.
	 * @param context the context
	 * @param reading how payloads are read
	 */
	public AcceptedEvents(AbstractApplicationContext context, PayloadReading reading) {
		this.context = context;
		this.reading = reading;
	}

	/** An event with the payload that listeners of today can read. */
	Event upcast(Event event) {
		return this.reading.upcast(event);
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
		if (!mayAcceptPayloads()) {
			return List.of();
		}
		Set<RegisteredPayload> accepted = new LinkedHashSet<>();
		for (Class<?> payloadClass : this.reading.classes().annotated()) {
			if (accepts(payloadClass) && !isExternalized(payloadClass)) {
				accepted.add(registered(payloadClass));
			}
		}
		return List.copyOf(accepted);
	}

	private RegisteredPayload registered(Class<?> payloadClass) {
		try {
			EventType type = PayloadClass.of(payloadClass).type();
			Class<?> annotated = PayloadClass.annotated(payloadClass);
			Class<?> read = (annotated == payloadClass) ? payloadClass
					: this.reading.types(annotated).classes().getOrDefault(type.value(), payloadClass);
			this.reading.codec().checkReadable(read);
			return new RegisteredPayload(type, read);
		}
		catch (IllegalArgumentException | PayloadConversionException ex) {
			throw new EventsConfigurationException(
					"The payload class " + payloadClass.getName() + " cannot work: " + ex.getMessage(),
					"Correct its annotations.", ex);
		}
	}

	/**
	 * Whether some listener may accept a payload: else there is no need to look for their
	 * classes, which reads each class of the application when it starts.
	 */
	boolean mayAcceptPayloads() {
		for (ApplicationListener<?> listener : this.context.getApplicationListeners()) {
			if (mayAcceptPayloads(listener)) {
				return true;
			}
		}
		return !declaredByBeans().isEmpty();
	}

	/**
	 * Plain ones say by generics what they listen to; of the others those of methods and
	 * of the application may.
	 */
	private static boolean mayAcceptPayloads(ApplicationListener<?> listener) {
		if (listener instanceof ApplicationListenerMethodAdapter || AopUtils.isAopProxy(listener)) {
			return true;
		}
		if (listener instanceof GenericApplicationListener) {
			return !isOfFrameworks(listener);
		}
		Class<?> declared = ResolvableType.forClass(listener.getClass())
			.as(ApplicationListener.class)
			.getGeneric()
			.resolve(Object.class);
		return isOfPayloads(declared);
	}

	/** Not of a kind of its own, as Boot's event of availability is. */
	private static boolean isOfPayloads(Class<?> declared) {
		return declared == PayloadApplicationEvent.class;
	}

	/**
	 * Those of Spring, for its own events; and those of this library, for none of these.
	 */
	private static boolean isOfFrameworks(ApplicationListener<?> listener) {
		return listener instanceof DomainEventListenerFactory.NeverCalled || listener instanceof ExternalizingListener
				|| listener.getClass().getName().startsWith("org.springframework.");
	}

	/** Who listens to any payload gets the event, and not its payload beside it. */
	private boolean accepts(Class<?> payloadClass) {
		ResolvableType type = applicationEvent(payloadClass);
		for (ApplicationListener<?> listener : this.context.getApplicationListeners()) {
			if (isMeant(listener) && generic(listener).supportsEventType(type)) {
				return true;
			}
		}
		for (ResolvableType declared : declaredByBeans()) {
			if (declared.isAssignableFrom(type) && (payloadClass == Event.class
					|| !declared.isAssignableFrom(applicationEvent(AnyPayload.class)))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * What the definitions of listener beans say, as Spring looks at them: more than a
	 * lambda does, and before the first event for a lazy one creates it.
	 */
	private List<ResolvableType> declaredByBeans() {
		ConfigurableListableBeanFactory beans = this.context.getBeanFactory();
		List<ResolvableType> all = new ArrayList<>();
		for (String name : beans.getBeanNamesForType(ApplicationListener.class, true, false)) {
			ResolvableType declared = declared(beans, name);
			if (isOfPayloads(declared.resolve(Object.class))) {
				all.add(declared);
			}
		}
		return all;
	}

	private static ResolvableType declared(ConfigurableListableBeanFactory beans, String name) {
		Class<?> type = beans.getType(name);
		ResolvableType defined = beans.containsBeanDefinition(name)
				? beans.getMergedBeanDefinition(name).getResolvableType().as(ApplicationListener.class).getGeneric()
				: ResolvableType.NONE;
		return (defined.resolve() != null || type == null) ? defined
				: ResolvableType.forClass(type).as(ApplicationListener.class).getGeneric();
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
		if (PayloadClass.isExternalized(payloadClass)) {
			return true;
		}
		MergedAnnotations annotations = MergedAnnotations.from(payloadClass);
		return EXTERNALIZED.stream().anyMatch(annotations::isPresent);
	}

	/** A payload that no listener was written for. */
	private static final class AnyPayload {

	}

}
