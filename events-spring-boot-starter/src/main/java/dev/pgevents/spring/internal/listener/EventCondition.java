package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.ResolvableType;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;

/**
 * The expression that says which events a handler method is called for, in the words of
 * Spring's {@code @EventListener}. Thread-safe.
 */
final class EventCondition {

	private static final String ANNOTATION = "OnDomainEvent";

	private static final SpelExpressionParser parser = new SpelExpressionParser();

	private static final ParameterNameDiscoverer parameterNames = new DefaultParameterNameDiscoverer();

	private final BeanMethod handler;

	private final HandlerArguments arguments;

	private final BeanFactoryResolver beans;

	private final String text;

	private final SpelExpression expression;

	private final List<String> parameters;

	/**
	 * Reads a condition, or says why it cannot work.
	 * @param handler the method
	 * @param arguments what it takes
	 * @param beans those that the condition may call
	 * @param text the condition
	 */
	EventCondition(BeanMethod handler, HandlerArguments arguments, BeanFactory beans, String text) {
		this.handler = handler;
		this.arguments = arguments;
		this.beans = new BeanFactoryResolver(beans);
		this.text = text;
		this.expression = parsed();
		@Nullable String @Nullable [] names = parameterNames.getParameterNames(method());
		this.parameters = (names != null) ? Arrays.stream(names).filter(Objects::nonNull).toList() : List.of();
		new ConditionCheck(variables(), arguments.exactPayload(), beans, (problem, action) -> handler.refuse(ANNOTATION,
				"condition is \"" + text + "\", and " + problem, action))
			.check(this.expression.getAST());
	}

	/**
	 * Whether an event is for the method.
	 * @throws IllegalStateException if the condition cannot be evaluated for it
	 */
	@SuppressWarnings("NullAway") // Spring's array of arguments may hold null
	boolean isTrue(Event event, @Nullable Object[] values) {
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(new Root<>(event, values), method(),
				values, parameterNames);
		context.setBeanResolver(this.beans);
		if (!this.parameters.contains("event")) {
			context.setVariable("event", event);
		}
		try {
			if (!this.parameters.contains("payload") && this.text.contains("#payload")) {
				context.setVariable("payload", this.arguments.payloadOf(event, values));
			}
			return Boolean.TRUE.equals(this.expression.getValue(context, Boolean.class));
		}
		catch (EvaluationException ex) {
			throw new IllegalStateException("condition \"" + this.text + "\" of " + this.handler.name()
					+ " cannot be evaluated for " + event + ": " + ex.getMessage(), ex);
		}
	}

	private Method method() {
		return this.handler.method();
	}

	private SpelExpression parsed() {
		try {
			return parser.parseRaw(this.text);
		}
		catch (ParseException | IllegalStateException ex) {
			throw this.handler.refuse(ANNOTATION,
					"condition is \"" + this.text + "\", which does not compile: " + ex.getMessage(),
					"Correct the condition: an expression in SpEL, such as #event.appId == '1' or #payload.index > 3.",
					ex);
		}
	}

	/**
	 * The types of what the condition can name. One that does not exist is null, and
	 * would fail at each event or at none.
	 */
	private Map<String, ResolvableType> variables() {
		Map<String, ResolvableType> variables = new LinkedHashMap<>();
		variables.put("event", ResolvableType.forClass(Event.class));
		variables.put("payload", this.arguments.payloadType());
		for (int i = 0; i < method().getParameterCount(); i++) {
			ResolvableType type = this.arguments.type(i);
			variables.put("a" + i, type);
			variables.put("p" + i, type);
			if (!this.parameters.isEmpty()) {
				variables.put(this.parameters.get(i), type);
			}
		}
		variables.put("root", ResolvableType.forClassWithGenerics(Root.class, this.arguments.payloadType()));
		variables.put("this", ResolvableType.NONE); // an element, where one selects some
		return variables;
	}

	/**
	 * What {@code #root} is, and names without a {@code #} are of.
	 *
	 * @param <P> the type of payloads, for who reads the types only
	 */
	@SuppressWarnings("EffectivelyPrivate") // called by name
	private final class Root<P extends @Nullable Object> {

		private final Event event;

		private final @Nullable Object[] args;

		Root(Event event, @Nullable Object[] args) {
			this.event = event;
			this.args = args;
		}

		@SuppressWarnings("unused") // in conditions
		public Event getEvent() {
			return this.event;
		}

		@SuppressWarnings("unused") // in conditions
		public @Nullable Object[] getArgs() {
			return this.args;
		}

		@SuppressWarnings({ "unused", "unchecked", "NullAway" }) // in conditions
																	// conditions
		public P getPayload() {
			return (P) EventCondition.this.arguments.payloadOf(this.event, this.args);
		}

	}

}
