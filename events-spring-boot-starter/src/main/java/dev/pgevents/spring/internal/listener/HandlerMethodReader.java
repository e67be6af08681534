package dev.pgevents.spring.internal.listener;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SyncTask;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnDomainEvents;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.SyncRunListener;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.payload.PayloadReading;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * Makes endpoints of annotated methods, or says why one cannot work.
 */
final class HandlerMethodReader {

	private final ConfigurableListableBeanFactory beans;

	private final SubscriptionOptions defaults;

	private final Duration shutdownTimeout;

	private final EventObserver observer;

	private final PayloadReading reading;

	private final HandlerMethodCheck check;

	private final Supplier<List<SyncRunListener>> syncRunListeners;

	private final Map<String, Integer> names = new ConcurrentHashMap<>();

	/**
	 * Reads methods of a context's beans.
	 * @param beans the context's beans
	 * @param defaults for what annotations leave open
	 * @param shutdownTimeout how long closing waits for a method that synchronizes
	 * @param observer observes the calls of handler methods
	 * @param reading how payloads are read
	 */
	HandlerMethodReader(ConfigurableListableBeanFactory beans, SubscriptionOptions defaults, Duration shutdownTimeout,
			EventObserver observer, PayloadReading reading) {
		this.beans = beans;
		this.defaults = defaults;
		this.shutdownTimeout = shutdownTimeout;
		this.observer = observer;
		this.reading = reading;
		this.check = new HandlerMethodCheck(beans);
		this.syncRunListeners = SingletonSupplier
			.of(() -> beans.getBeanProvider(SyncRunListener.class).orderedStream().toList());
	}

	/** The endpoints of a method: one for each annotation, none for {@link OnGap}. */
	List<Endpoint> read(String beanName, Class<?> type, Method invocable) {
		BeanMethod beanMethod = new BeanMethod(this.beans, beanName, type, invocable);
		Method method = beanMethod.method();
		List<Endpoint> endpoints = new ArrayList<>();
		for (OnDomainEvent annotation : AnnotatedElementUtils.findMergedRepeatableAnnotations(method,
				OnDomainEvent.class)) {
			this.check.check(beanMethod, "OnDomainEvent");
			endpoints.add(handler(beanName, type, beanMethod, annotation));
		}
		SyncOnDomainEvent sync = AnnotatedElementUtils.findMergedAnnotation(method, SyncOnDomainEvent.class);
		if (sync != null) {
			this.check.check(beanMethod, "SyncOnDomainEvent");
			endpoints.add(sync(beanMethod, sync));
		}
		if (AnnotatedElementUtils.hasAnnotation(method, OnGap.class)) {
			this.check.check(beanMethod, "OnGap");
			checkGapMethod(type, beanMethod);
		}
		return endpoints;
	}

	private void checkGapMethod(Class<?> type, BeanMethod gap) {
		Class<?>[] parameters = gap.method().getParameterTypes();
		if (parameters.length != 1 || parameters[0] != Gap.class) {
			throw gap.refuse("OnGap", "it must take a Gap and nothing else", "Declare (Gap gap) as its parameters.");
		}
		if (annotated(type, OnDomainEvent.class).isEmpty() && annotated(type, OnDomainEvents.class).isEmpty()) {
			throw gap.refuse("OnGap", "no @OnDomainEvent method of its class could have gaps",
					"Move it to the class of the handler method that may miss events.");
		}
	}

	private Endpoint handler(String beanName, Class<?> type, BeanMethod handler, OnDomainEvent annotation) {
		AnnotationValues values = new AnnotationValues(this.beans, handler, "OnDomainEvent");
		HandlerArguments arguments = HandlerArguments.of(handler, this.reading);
		SubscriptionFilter filter = filter(handler, "OnDomainEvent",
				() -> arguments.types(values.texts("types", annotation.types())),
				values.texts("apps", annotation.apps()));
		String id = values.text("id", annotation.id());
		String name = id.isEmpty() ? unique(handler.name()) : id;
		return new SubscriptionEndpoint(name, values.bool("autoStartup", annotation.autoStartup(), true), filter,
				options(handler, annotation, values, name), eventHandler(name, handler, annotation, arguments,
						values.text("condition", annotation.condition()), gapMethods(beanName, type)));
	}

	private EventHandler eventHandler(String name, BeanMethod method, OnDomainEvent annotation,
			HandlerArguments arguments, String condition, List<BeanMethod> gapMethods) {
		if (condition.isEmpty()) {
			return this.observer.observed(name,
					handlerOf(method, annotation, new Handler(method, arguments, gapMethods)));
		}
		ConditionalHandler.Verdicts verdicts = new ConditionalHandler.Verdicts(arguments,
				new EventCondition(method, arguments, this.beans, condition));
		EventHandler observed = this.observer.observed(name,
				handlerOf(method, annotation, new Handler(method, verdicts, gapMethods)));
		return new ConditionalHandler(observed, verdicts, (event) -> this.observer.filtered(name, event));
	}

	private static EventHandler handlerOf(BeanMethod method, OnDomainEvent annotation, EventHandler handler) {
		return annotation.group().isEmpty() ? handler : GroupMethod.handler(method, handler);
	}

	private Endpoint sync(BeanMethod method, SyncOnDomainEvent annotation) {
		Class<?>[] parameters = method.method().getParameterTypes();
		boolean takesTrigger = parameters.length == 1 && parameters[0] == SyncTrigger.class;
		if (parameters.length > 0 && !takesTrigger) {
			throw method.refuse("SyncOnDomainEvent", "it may take a SyncTrigger and nothing else",
					"Declare () or (SyncTrigger trigger) as its parameters.");
		}
		SyncTask task = takesTrigger ? method::call : (trigger) -> method.call();
		AnnotationValues values = new AnnotationValues(this.beans, method, "SyncOnDomainEvent");
		String id = unique(method.name());
		return new SyncEndpoint(id,
				filter(method, "SyncOnDomainEvent", () -> values.texts("types", annotation.types()),
						values.texts("apps", annotation.apps())),
				values.duration("every", annotation.every()), this.shutdownTimeout,
				new SyncRuns(id, this.observer.observedSync(id, task), this.syncRunListeners),
				this.observer::reportFailedSync);
	}

	/** A second annotation on a method, or an overloaded method, gets a number. */
	private String unique(String name) {
		int count = this.names.merge(name, 1, Integer::sum);
		return (count == 1) ? name : name + "#" + count;
	}

	private SubscriptionFilter filter(BeanMethod method, String annotation, Supplier<String[]> types, String[] apps) {
		try {
			return SubscriptionFilter.types(types.get()).andApps(apps);
		}
		catch (IllegalArgumentException ex) {
			throw method.refuse(annotation, String.valueOf(ex.getMessage()),
					"Correct the type: lower-case words joined by dots, such as epoch.closed or epoch.*.", ex);
		}
	}

	private SubscriptionOptions options(BeanMethod handler, OnDomainEvent annotation, AnnotationValues values,
			String name) {
		OverflowPolicy[] overflow = annotation.overflow();
		if (overflow.length > 1) {
			throw handler.refuse("OnDomainEvent", "it has " + overflow.length + " overflow policies", "Keep one.");
		}
		SubscriptionOptions.Builder options = SubscriptionOptions.builder()
			.name(name)
			.concurrency(values.positive("concurrency", annotation.concurrency(), this.defaults.concurrency()))
			.bufferSize(values.positive("bufferSize", annotation.bufferSize(), this.defaults.bufferSize()))
			.ignoreOwn(annotation.ignoreOwn())
			.overflow((overflow.length == 1) ? overflow[0] : overflow(annotation))
			.errorHandler(errorHandler(handler, values.text("errorHandler", annotation.errorHandler())));
		return GroupMethod.options(handler, options, values.text("group", annotation.group()),
				values.text("from", annotation.from()));
	}

	/** Nothing overflows in a group. */
	private OverflowPolicy overflow(OnDomainEvent annotation) {
		return annotation.group().isEmpty() ? this.defaults.overflow() : OverflowPolicy.DROP_OLDEST;
	}

	private @Nullable EventErrorHandler errorHandler(BeanMethod handler, String name) {
		if (name.isEmpty()) {
			return this.defaults.errorHandler();
		}
		if (!this.beans.containsBean(name) || !this.beans.isTypeMatch(name, EventErrorHandler.class)) {
			throw handler.refuse("OnDomainEvent",
					"errorHandler is \"" + name + "\", and there is no such EventErrorHandler",
					"Name one of these beans, or none: "
							+ String.join(", ", this.beans.getBeanNamesForType(EventErrorHandler.class)) + ".");
		}
		return (subscription, delivery, error) -> this.beans.getBean(name, EventErrorHandler.class)
			.onError(subscription, delivery, error);
	}

	private static Set<Method> annotated(Class<?> type, Class<? extends Annotation> annotation) {
		return MethodIntrospector.selectMethods(type,
				(Method each) -> AnnotatedElementUtils.hasAnnotation(each, annotation));
	}

	private List<BeanMethod> gapMethods(String beanName, Class<?> type) {
		return annotated(type, OnGap.class).stream()
			.map((gap) -> new BeanMethod(this.beans, beanName, type,
					AopUtils.selectInvocableMethod(gap, this.beans.getType(beanName))))
			.toList();
	}

	/** Calls a handler method, and its bean's gap methods. */
	private record Handler(BeanMethod method, ArgumentResolver arguments,
			List<BeanMethod> gapMethods) implements EventHandler {

		@Override
		public void onEvent(Event event) throws Exception {
			this.method.call(this.arguments.resolve(event));
		}

		@Override
		public void onGap(Gap gap) throws Exception {
			for (BeanMethod gapMethod : this.gapMethods) {
				gapMethod.call(gap);
			}
		}

	}

}
