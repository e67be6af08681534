package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.VariableReference;
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

	private final Set<String> parameters = new LinkedHashSet<>();

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
		if (names != null) {
			Arrays.stream(names).forEach(this.parameters::add);
		}
		checkVariables(this.expression.getAST());
	}

	/**
	 * Whether an event is for the method.
	 * @throws IllegalStateException if the condition cannot be evaluated for it
	 */
	@SuppressWarnings("NullAway") // Spring's array of arguments may hold null
	boolean isTrue(Event event, @Nullable Object[] values) {
		MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(new Root(event, values), method(),
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

	/** One that does not exist is null, and would fail at each event or at none. */
	private void checkVariables(SpelNode node) {
		if (node instanceof VariableReference) {
			String name = node.toStringAST().substring(1);
			if (!isKnown(name)) {
				throw this.handler.refuse(ANNOTATION, "condition is \"" + this.text + "\", and there is no #" + name,
						"Use #event, #payload, #root, " + (this.parameters.isEmpty()
								? "#a0 for the first parameter, or compile with -parameters and use their names."
								: "or a parameter: #" + String.join(", #", this.parameters) + "."));
			}
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			checkVariables(node.getChild(i));
		}
	}

	private boolean isKnown(String name) {
		if (Set.of("event", "payload", "root", "this").contains(name) || this.parameters.contains(name)) {
			return true;
		}
		return name.matches("[ap]\\d{1,3}") && Integer.parseInt(name.substring(1)) < method().getParameterCount();
	}

	/** What {@code #root} is, and names without a {@code #} are of. */
	@SuppressWarnings("EffectivelyPrivate") // called by name
	private final class Root {

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

		@SuppressWarnings("unused") // in conditions
		public @Nullable Object getPayload() {
			return EventCondition.this.arguments.payloadOf(this.event, this.args);
		}

	}

}
