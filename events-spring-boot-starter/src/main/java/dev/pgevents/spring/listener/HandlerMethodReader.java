package dev.pgevents.spring.listener;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgevents.Event;
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
import dev.pgevents.spring.payload.PayloadClass;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.context.event.EventListener;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.StringUtils;

/**
 * Makes endpoints of annotated methods, or says why one cannot work.
 */
final class HandlerMethodReader {

	private static final Set<String> SHORT_SCOPES = Set.of("request", "session");

	private final ConfigurableListableBeanFactory beans;

	private final SubscriptionOptions defaults;

	private final Duration shutdownTimeout;

	private final Map<String, Integer> names = new ConcurrentHashMap<>();

	/**
	 * Reads methods of a context's beans.
	 * @param beans the context's beans
	 * @param defaults for what annotations leave open
	 * @param shutdownTimeout how long closing waits for a method that synchronizes
	 */
	HandlerMethodReader(ConfigurableListableBeanFactory beans, SubscriptionOptions defaults, Duration shutdownTimeout) {
		this.beans = beans;
		this.defaults = defaults;
		this.shutdownTimeout = shutdownTimeout;
	}

	/** Whether a method carries one of our annotations. */
	static boolean isAnnotated(Method method) {
		MergedAnnotations annotations = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY);
		return annotations.isPresent(OnDomainEvent.class) || annotations.isPresent(OnDomainEvents.class)
				|| annotations.isPresent(OnGap.class) || annotations.isPresent(SyncOnDomainEvent.class);
	}

	/** The endpoints of a method: one for each annotation, none for {@link OnGap}. */
	List<Endpoint> read(String beanName, Class<?> type, Method invocable) {
		BeanMethod beanMethod = new BeanMethod(this.beans, beanName, type, invocable);
		Method method = beanMethod.method();
		List<Endpoint> endpoints = new ArrayList<>();
		for (OnDomainEvent annotation : AnnotatedElementUtils.findMergedRepeatableAnnotations(method,
				OnDomainEvent.class)) {
			checkMethod(beanName, beanMethod, "OnDomainEvent");
			endpoints.add(handler(beanName, type, beanMethod, annotation));
		}
		SyncOnDomainEvent sync = AnnotatedElementUtils.findMergedAnnotation(method, SyncOnDomainEvent.class);
		if (sync != null) {
			checkMethod(beanName, beanMethod, "SyncOnDomainEvent");
			endpoints.add(sync(beanMethod, sync));
		}
		if (AnnotatedElementUtils.hasAnnotation(method, OnGap.class)) {
			checkMethod(beanName, beanMethod, "OnGap");
			checkGapMethod(type, beanMethod);
		}
		return endpoints;
	}

	private void checkMethod(String beanName, BeanMethod beanMethod, String annotation) {
		Method method = beanMethod.method();
		MergedAnnotation<EventListener> own = MergedAnnotations.from(method, SearchStrategy.TYPE_HIERARCHY)
			.get(EventListener.class);
		if (own.isPresent() && own.getDistance() == 0) {
			throw beanMethod.refuse(annotation, "it carries @EventListener, too, and would be called twice",
					"Remove one of the two annotations.");
		}
		Class<?>[] parameters = method.getParameterTypes();
		if (parameters.length > 0
				&& parameters[parameters.length - 1].getName().equals("kotlin.coroutines.Continuation")) {
			throw beanMethod.refuse(annotation, "it is a suspend function", "Make it an ordinary function.");
		}
		if (method.getReturnType() != void.class) {
			throw beanMethod.refuse(annotation,
					"it returns " + method.getReturnType().getName() + ", which nobody would see", "Make it void.");
		}
		String scope = scope(beanName);
		if (scope != null && SHORT_SCOPES.contains(scope)) {
			throw beanMethod.refuse(annotation,
					"its bean lives in the scope \"" + scope + "\", and events arrive outside of any " + scope,
					"Move the method to a singleton bean.");
		}
	}

	private @Nullable String scope(String beanName) {
		String target = ScopedProxyUtils.getTargetBeanName(beanName);
		String definition = this.beans.containsBeanDefinition(target) ? target : beanName;
		return this.beans.containsBeanDefinition(definition) ? this.beans.getMergedBeanDefinition(definition).getScope()
				: null;
	}

	private void checkGapMethod(Class<?> type, BeanMethod gap) {
		Class<?>[] parameters = gap.method().getParameterTypes();
		if (parameters.length != 1 || parameters[0] != Gap.class) {
			throw gap.refuse("OnGap", "it must take a Gap and nothing else", "Declare (Gap gap) as its parameters.");
		}
		if (MethodIntrospector
			.selectMethods(type,
					(Method each) -> AnnotatedElementUtils.hasAnnotation(each, OnDomainEvent.class)
							|| AnnotatedElementUtils.hasAnnotation(each, OnDomainEvents.class))
			.isEmpty()) {
			throw gap.refuse("OnGap", "no @OnDomainEvent method of its class has gaps to tell of",
					"Move it to the class of the handler method that may miss events.");
		}
	}

	private Endpoint handler(String beanName, Class<?> type, BeanMethod handler, OnDomainEvent annotation) {
		HandlerArguments arguments = HandlerArguments.of(handler);
		String[] types = resolved(annotation.types());
		String inferred = (types.length == 0 && arguments.payloadClass() != null)
				? PayloadClass.typeOf(arguments.payloadClass()) : null;
		SubscriptionFilter filter = filter(handler, "OnDomainEvent",
				(inferred != null) ? new String[] { inferred } : types, annotation.apps());
		String id = resolve(annotation.id());
		String name = id.isEmpty() ? unique(handler.name()) : id;
		return new SubscriptionEndpoint(name, bool(handler, annotation.autoStartup()), filter,
				options(handler, annotation, name), new Handler(handler, arguments, gapMethods(beanName, type)));
	}

	private Endpoint sync(BeanMethod method, SyncOnDomainEvent annotation) {
		Class<?>[] parameters = method.method().getParameterTypes();
		boolean takesTrigger = parameters.length == 1 && parameters[0] == SyncTrigger.class;
		if (parameters.length > 0 && !takesTrigger) {
			throw method.refuse("SyncOnDomainEvent", "it may take a SyncTrigger and nothing else",
					"Declare () or (SyncTrigger trigger) as its parameters.");
		}
		SyncTask task = takesTrigger ? method::call : (trigger) -> method.call();
		return new SyncEndpoint(unique(method.name()),
				filter(method, "SyncOnDomainEvent", resolved(annotation.types()), annotation.apps()),
				every(method, resolve(annotation.every())), this.shutdownTimeout, task);
	}

	/** A second annotation on a method, or an overloaded method, gets a number. */
	private String unique(String name) {
		int count = this.names.merge(name, 1, Integer::sum);
		return (count == 1) ? name : name + "#" + count;
	}

	private SubscriptionFilter filter(BeanMethod method, String annotation, String[] types, String[] apps) {
		try {
			return SubscriptionFilter.types(types).andApps(resolved(apps));
		}
		catch (IllegalArgumentException ex) {
			throw method.refuse(annotation, String.valueOf(ex.getMessage()),
					"Correct the type: lower-case words joined by dots, such as epoch.closed or epoch.*.", ex);
		}
	}

	private SubscriptionOptions options(BeanMethod handler, OnDomainEvent annotation, String name) {
		OverflowPolicy[] overflow = annotation.overflow();
		if (overflow.length > 1) {
			throw handler.refuse("OnDomainEvent", "it has " + overflow.length + " overflow policies", "Keep one.");
		}
		try {
			return SubscriptionOptions.builder()
				.name(name)
				.concurrency(number(annotation.concurrency(), this.defaults.concurrency()))
				.bufferSize(number(annotation.bufferSize(), this.defaults.bufferSize()))
				.overflow((overflow.length == 1) ? overflow[0] : this.defaults.overflow())
				.build();
		}
		catch (IllegalArgumentException ex) {
			throw handler.refuse("OnDomainEvent",
					"concurrency and bufferSize must be whole numbers from 1: " + ex.getMessage(),
					"Correct the number.", ex);
		}
	}

	private Duration every(BeanMethod method, String every) {
		try {
			Duration duration = DurationStyle.detectAndParse(every);
			if (duration.isNegative() || duration.isZero()) {
				throw new IllegalArgumentException("'" + every + "' is not positive");
			}
			return duration;
		}
		catch (IllegalArgumentException ex) {
			throw method.refuse("SyncOnDomainEvent", "every: " + ex.getMessage(),
					"Give a positive duration, such as 30s.", ex);
		}
	}

	private boolean bool(BeanMethod handler, String value) {
		return switch (resolve(value)) {
			case "", "true" -> true;
			case "false" -> false;
			default -> throw handler.refuse("OnDomainEvent", "autoStartup is \"" + resolve(value) + "\"",
					"Say true or false.");
		};
	}

	private int number(String value, int otherwise) {
		String resolved = resolve(value);
		return resolved.isEmpty() ? otherwise : Integer.parseInt(resolved.trim());
	}

	private List<BeanMethod> gapMethods(String beanName, Class<?> type) {
		return MethodIntrospector
			.selectMethods(type, (Method each) -> AnnotatedElementUtils.hasAnnotation(each, OnGap.class))
			.stream()
			.map((gap) -> new BeanMethod(this.beans, beanName, type,
					AopUtils.selectInvocableMethod(gap, this.beans.getType(beanName))))
			.toList();
	}

	private String[] resolved(String[] values) {
		return Arrays.stream(values)
			.map(this::resolve)
			.flatMap((value) -> Arrays.stream(StringUtils.commaDelimitedListToStringArray(value)))
			.map(String::trim)
			.filter((value) -> !value.isEmpty())
			.toArray(String[]::new);
	}

	private String resolve(String value) {
		String resolved = this.beans.resolveEmbeddedValue(value);
		return (resolved != null) ? resolved : "";
	}

	/** Calls a handler method, and its bean's gap methods. */
	private record Handler(BeanMethod method, HandlerArguments arguments,
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
