package dev.pgevents.api;

import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

/**
 * Rules for every module.
 */
public final class ApiRules {

	/** What users may name leads them to nothing that they may not. */
	public static final ArchRule API_SHOWS_NOTHING_INTERNAL = classes().that()
		.arePublic()
		.and()
		.resideOutsideOfPackage("..internal..")
		.should(showNothingInternal());

	private ApiRules() {
	}

	private static ArchCondition<JavaClass> showNothingInternal() {
		return new ArchCondition<>("show no internal type in a public or protected signature") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				Stream<JavaType> supertypes = Stream.concat(type.getSuperclass().stream(),
						type.getInterfaces().stream());
				supertypes.forEach((supertype) -> check(type.getName(), supertype, events));
				type.getMembers()
					.stream()
					.filter(ApiRules::isVisible)
					.forEach((member) -> types(member).forEach((each) -> check(member.getFullName(), each, events)));
			}

			private void check(String where, JavaType shown, ConditionEvents events) {
				shown.getAllInvolvedRawTypes()
					.stream()
					.filter((raw) -> raw.getPackageName().startsWith("dev.pgevents")
							&& raw.getPackageName().contains(".internal"))
					.forEach((raw) -> events.add(SimpleConditionEvent.violated(raw,
							where + " shows " + raw.getName() + ": move the type to a root package, or hide it")));
			}

		};
	}

	private static boolean isVisible(JavaMember member) {
		return (member.getModifiers().contains(JavaModifier.PUBLIC)
				|| member.getModifiers().contains(JavaModifier.PROTECTED))
				&& !member.getModifiers().contains(JavaModifier.SYNTHETIC);
	}

	private static Stream<JavaType> types(JavaMember member) {
		if (member instanceof JavaCodeUnit unit) {
			return Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream());
		}
		return (member instanceof JavaField field) ? Stream.of(field.getType()) : Stream.empty();
	}

}
