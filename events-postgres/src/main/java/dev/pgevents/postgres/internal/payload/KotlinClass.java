package dev.pgevents.postgres.internal.payload;

import java.util.Arrays;

/**
 * Recognizes what Kotlin's compiler made, which Jackson knows nothing of by itself.
 */
public final class KotlinClass {

	private static final String MARK = "kotlin.Metadata";

	private KotlinClass() {
	}

	/**
	 * What to do about a class that cannot be constructed.
	 * @param type the class
	 * @param ofJava what to do where it is no class of Kotlin
	 * @return what to do
	 */
	public static String remedy(Class<?> type, String ofJava) {
		boolean kotlin = Arrays.stream(type.getAnnotations())
			.anyMatch((annotation) -> annotation.annotationType().getName().equals(MARK));
		return kotlin ? "it is a class of Kotlin: add jackson-module-kotlin, which the mapper has to register" : ofJava;
	}

}
