package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.spel.ExpressionState;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.InlineList;
import org.springframework.expression.spel.ast.InlineMap;
import org.springframework.expression.spel.ast.Literal;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpAnd;
import org.springframework.expression.spel.ast.OpEQ;
import org.springframework.expression.spel.ast.OpGE;
import org.springframework.expression.spel.ast.OpGT;
import org.springframework.expression.spel.ast.OpLE;
import org.springframework.expression.spel.ast.OpLT;
import org.springframework.expression.spel.ast.OpNE;
import org.springframework.expression.spel.ast.OpOr;
import org.springframework.expression.spel.ast.OperatorBetween;
import org.springframework.expression.spel.ast.OperatorInstanceof;
import org.springframework.expression.spel.ast.OperatorMatches;
import org.springframework.expression.spel.ast.OperatorNot;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.Ternary;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.support.StandardEvaluationContext;
import org.springframework.expression.spel.support.StandardTypeConverter;
import org.springframework.util.ClassUtils;

/**
 * Finds in a condition what would fail, or never be true, whatever event arrives: names
 * that there are not, values that are neither true nor false, and values of types that
 * are never equal. It knows the types of variables and what follows from them. Where a
 * subclass could have more, nothing is said.
 */
final class ConditionCheck {

	private static final ResolvableType UNKNOWN = ResolvableType.NONE;

	private static final ResolvableType BOOLEAN = ResolvableType.forClass(Boolean.class);

	private static final TypeDescriptor TRUTH = TypeDescriptor.valueOf(Boolean.class);

	private static final StandardTypeConverter converter = new StandardTypeConverter();

	private static final ClassMembers members = new ClassMembers();

	/** Their names and arguments are not those of what stands before them. */
	private static final List<Class<?>> OF_OTHER_THINGS = List.of(Indexer.class, Selection.class, Projection.class,
			InlineList.class, InlineMap.class, ConstructorReference.class);

	private static final List<Class<?>> LOGICAL = List.of(OpAnd.class, OpOr.class, OperatorNot.class);

	private static final List<Class<?>> EQUALITY = List.of(OpEQ.class, OpNE.class);

	private static final List<Class<?>> ORDER = List.of(OpLT.class, OpLE.class, OpGT.class, OpGE.class);

	private static final List<Class<?>> OTHER_TESTS = List.of(OperatorMatches.class, OperatorInstanceof.class,
			OperatorBetween.class);

	private final Map<String, ResolvableType> variables;

	private final @Nullable Class<?> exact;

	private final BeanFactory beans;

	private final BiFunction<String, String, EventsConfigurationException> refusal;

	/**
	 * Knows what conditions of a method can name.
	 * @param variables the types of variables, {@link ResolvableType#NONE} for a type
	 * that is not known; one of them is {@code root}
	 * @param exact a class of which there is no subclass, though there could be
	 * @param beans what follows an {@code @}
	 * @param refusal makes an error of what is wrong and what to do
	 */
	ConditionCheck(Map<String, ResolvableType> variables, @Nullable Class<?> exact, BeanFactory beans,
			BiFunction<String, String, EventsConfigurationException> refusal) {
		this.variables = variables;
		this.exact = exact;
		this.beans = beans;
		this.refusal = refusal;
	}

	/** Refuses a condition that cannot work. */
	void check(SpelNode condition) {
		ResolvableType root = this.variables.getOrDefault("root", UNKNOWN);
		checkTruth(condition, root, root);
	}

	/**
	 * The type of a part, after a check of it.
	 * @param node the part
	 * @param target the type of what stands before it
	 * @param scope the type of what names stand for in arguments
	 */
	private ResolvableType typeOf(SpelNode node, ResolvableType target, ResolvableType scope) {
		if (node instanceof VariableReference) {
			return variable(node.toStringAST().substring(1));
		}
		if (node instanceof CompoundExpression) {
			ResolvableType type = target;
			for (int i = 0; i < node.getChildCount(); i++) {
				type = typeOf(node.getChild(i), type, scope);
			}
			return type;
		}
		if (node instanceof PropertyOrFieldReference property) {
			return property(property, target);
		}
		if (node instanceof MethodReference method) {
			checkChildren(node, scope, scope);
			return method(method, target);
		}
		if (node instanceof Literal literal) {
			Object value = literal.getLiteralValue().getValue();
			return (value != null) ? ResolvableType.forClass(value.getClass()) : UNKNOWN;
		}
		if (isOne(LOGICAL, node)) {
			for (int i = 0; i < node.getChildCount(); i++) {
				checkTruth(node.getChild(i), target, scope);
			}
			return BOOLEAN;
		}
		if (isOne(EQUALITY, node) || isOne(ORDER, node)) {
			checkComparison(node, typeOf(node.getChild(0), target, scope), typeOf(node.getChild(1), target, scope));
			return BOOLEAN;
		}
		return typeOfOther(node, target, scope);
	}

	private ResolvableType typeOfOther(SpelNode node, ResolvableType target, ResolvableType scope) {
		if (node instanceof Ternary) {
			checkTruth(node.getChild(0), target, scope);
		}
		if (node instanceof FunctionReference) {
			throw this.refusal.apply("there is no function " + node.toStringAST(),
					"Call a method: of a value, of a bean (@limits.isLarge(#event)), or of a class "
							+ "(T(com.example.Limits).isLarge(#event)).");
		}
		if (node instanceof BeanReference) {
			checkBean(node.toStringAST().replaceAll("^@|'", ""));
		}
		if (node instanceof TypeReference type) {
			checkType(type);
		}
		else if (isOne(OF_OTHER_THINGS, node)) {
			checkChildren(node, UNKNOWN, UNKNOWN);
		}
		else {
			checkChildren(node, target, scope);
		}
		return isOne(OTHER_TESTS, node) ? BOOLEAN : UNKNOWN;
	}

	private void checkChildren(SpelNode node, ResolvableType target, ResolvableType scope) {
		for (int i = 0; i < node.getChildCount(); i++) {
			typeOf(node.getChild(i), target, scope);
		}
	}

	private ResolvableType variable(String name) {
		ResolvableType type = this.variables.get(name);
		if (type == null) {
			throw this.refusal.apply("there is no #" + name,
					"Use one of these: #" + String.join(", #", this.variables.keySet()) + ".");
		}
		return type;
	}

	private ResolvableType property(PropertyOrFieldReference node, ResolvableType target) {
		Class<?> type = known(target, node.isNullSafe());
		if (type == null) {
			return UNKNOWN;
		}
		ResolvableType found = members.property(target, type, node.getName());
		if (found == null && (isClosed(type) || type == Map.class)) {
			throw this.refusal.apply(described(target) + " has no " + node.getName(), remedy(target, type));
		}
		return (found != null) ? found : UNKNOWN;
	}

	private String remedy(ResolvableType target, Class<?> type) {
		if (type == Map.class) {
			return "Name the key: ['…'].";
		}
		String remedy = "Use what it has: " + members.properties(type) + ".";
		return isRoot(target) ? remedy + " What the payload has is #payload.…, what the event has #event.…." : remedy;
	}

	private ResolvableType method(MethodReference node, ResolvableType target) {
		Class<?> type = known(target, node.isNullSafe());
		if (type == null) {
			return UNKNOWN;
		}
		List<Method> found = members.methods(type, node.getName(), node.getChildCount());
		if (found.isEmpty() && isClosed(type)) {
			throw this.refusal.apply(described(target) + " has no method " + node.toStringAST(),
					"Call one that it has, with as many arguments: " + members.methods(type) + ".");
		}
		boolean certain = found.stream().map(Method::getGenericReturnType).distinct().count() == 1;
		return certain ? ClassMembers.typeOf(target, found.get(0), found.get(0).getGenericReturnType()) : UNKNOWN;
	}

	private void checkBean(String name) {
		if (!this.beans.containsBean(name)) {
			throw this.refusal.apply("there is no bean \"" + name + "\"",
					"Correct the bean's name, or define the bean.");
		}
	}

	private void checkType(TypeReference type) {
		try {
			type.getValue(new ExpressionState(new StandardEvaluationContext()));
		}
		catch (EvaluationException ex) {
			throw this.refusal.apply("there is no " + type.toStringAST(),
					"Correct the class's name, package included; a nested class is written Outer$Nested.");
		}
	}

	private void checkComparison(SpelNode node, ResolvableType left, ResolvableType right) {
		Class<?> one = known(left, false);
		Class<?> other = known(right, false);
		if (one != null && other != null && one != other && isClosed(one) && isClosed(other)
				&& !areBoth(Number.class, one, other) && !areBoth(CharSequence.class, one, other)) {
			throw this.refusal.apply(
					"in " + node.toStringAST() + " a " + one.getName()
							+ (isOne(EQUALITY, node) ? " is never equal to a " + other.getName()
									: " cannot be compared with a " + other.getName()),
					"Compare values of one type, such as #event.type.value == 'order.placed' or "
							+ "#payload.status.name() == 'PAID'.");
		}
	}

	private void checkTruth(SpelNode node, ResolvableType target, ResolvableType scope) {
		Class<?> type = known(typeOf(node, target, scope), false);
		if (type != null && isClosed(type) && !isTruth(node, type)) {
			throw this.refusal.apply(node.toStringAST() + " is a " + type.getName() + ", neither true nor false",
					"Compare it with something, such as #payload.amount > 100.");
		}
	}

	private static boolean isTruth(SpelNode node, Class<?> type) {
		if (node instanceof Literal literal) {
			try {
				converter.convertValue(literal.getLiteralValue().getValue(), TypeDescriptor.valueOf(type), TRUTH);
				return true;
			}
			catch (EvaluationException ex) {
				return false;
			}
		}
		return converter.canConvert(TypeDescriptor.valueOf(type), TRUTH);
	}

	/** Whether there is nothing that such a value could have besides. */
	private boolean isClosed(Class<?> type) {
		return Modifier.isFinal(type.getModifiers()) || type.isEnum() || type == this.exact;
	}

	/** Null where the class does not tell what a value has. */
	private static @Nullable Class<?> known(ResolvableType type, boolean nullSafe) {
		Class<?> resolved = type.resolve();
		if (resolved == null || resolved == void.class || resolved == Class.class || resolved.isArray()
				|| (nullSafe && resolved == Optional.class)) {
			return null;
		}
		return ClassUtils.resolvePrimitiveIfNecessary(resolved);
	}

	private boolean isRoot(ResolvableType type) {
		return type.equals(this.variables.get("root"));
	}

	private String described(ResolvableType type) {
		return isRoot(type) ? "#root" : type.toString();
	}

	private static boolean isOne(List<Class<?>> kinds, SpelNode node) {
		return kinds.stream().anyMatch((kind) -> kind.isInstance(node));
	}

	private static boolean areBoth(Class<?> kind, Class<?> one, Class<?> other) {
		return kind.isAssignableFrom(one) && kind.isAssignableFrom(other);
	}

}
