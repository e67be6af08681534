package dev.pgevents.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The public API of a module, as a text that is checked in: every public type outside of
 * packages called {@code internal}, with its public and protected members. Who changes
 * the API changes the text with it, so that nobody does so by accident.
 */
public final class ApiListing {

	private static final Path CLASSES = Path.of("target", "classes");

	/** Packages make lines long, and no two types of ours have one name. */
	private static final String PACKAGE = "\\b(?:[a-z]\\w*\\.)+(?=[A-Z])";

	private static final Set<String> GIVEN_TO_RECORDS = Set.of("equals", "hashCode", "toString");

	private static final Set<String> GIVEN_TO_ENUMS = Set.of("values", "valueOf");

	private ApiListing() {
	}

	/**
	 * Compares the API of the current module with its text in {@code docs/api}, or writes
	 * the text where the system property {@code api.update} is set.
	 * @param module the module's name, which is its folder's
	 */
	public static void assertIsCheckedIn(String module) {
		Path text = Path.of("..", "docs", "api", module + ".txt");
		String present = of(CLASSES);
		try {
			if (System.getProperty("api.update") != null) {
				Files.writeString(text, present);
			}
			assertThat(Files.exists(text) ? Files.readString(text) : "")
				.as("the public API of %s. Is the change meant? "
						+ "Then update docs/api/%s.txt, say so in CHANGELOG.md where users notice, and commit both: "
						+ "mvn -q -Dquick -pl %s -am test -Dtest=ApiListingTests -Dapi.update "
						+ "-Dsurefire.failIfNoSpecifiedTests=false", module, module, module)
				.isEqualTo(present);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static String of(Path classes) {
		try (Stream<Path> files = Files.walk(classes)) {
			Map<String, Class<?>> types = new TreeMap<>();
			files.map((file) -> classes.relativize(file).toString())
				.filter((file) -> file.endsWith(".class") && !file.contains("internal") && !file.contains("-info"))
				.map((file) -> load(file.substring(0, file.length() - ".class".length()).replace('/', '.')))
				.filter(ApiListing::isPublic)
				.forEach((type) -> types.put(type.getName(), type));
			return types.values().stream().map(ApiListing::type).collect(Collectors.joining("\n"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Class<?> load(String name) {
		try {
			return Class.forName(name, false, ApiListing.class.getClassLoader());
		}
		catch (ClassNotFoundException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static boolean isPublic(Class<?> type) {
		return !type.isAnonymousClass() && !type.isLocalClass() && isVisible(type.getModifiers())
				&& (type.getDeclaringClass() == null || isPublic(type.getDeclaringClass()));
	}

	private static boolean isVisible(int modifiers) {
		return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
	}

	private static String type(Class<?> type) {
		List<String> lines = new ArrayList<>();
		members(type.getDeclaredConstructors(), Constructor::toGenericString, lines);
		members(type.getDeclaredFields(), Field::toGenericString, lines);
		members(type.getDeclaredMethods(), Method::toGenericString, lines);
		return type.getPackageName() + " " + head(type) + "\n"
				+ lines.stream().map((line) -> "\t" + line + "\n").collect(Collectors.joining());
	}

	private static String head(Class<?> type) {
		String supertypes = Stream
			.concat(Stream.ofNullable(type.getGenericSuperclass()), Arrays.stream(type.getGenericInterfaces()))
			.filter((supertype) -> supertype != Object.class && supertype != Record.class)
			.map(ApiListing::simple)
			.collect(Collectors.joining(", "));
		return type.toGenericString()
			.replaceAll("\\bpublic |\\b(non-)?sealed |\\babstract (?=.*interface )", "")
			.replaceFirst("(?=\\b(class|interface) )", type.isSealed() ? "sealed " : "") // JDK
																							// 17
																							// does
																							// not
																							// say
																							// so
			.replaceAll(PACKAGE, "") + (supertypes.isEmpty() ? "" : " : " + supertypes);
	}

	private static String simple(Type type) {
		return type.getTypeName().replaceAll(PACKAGE, "");
	}

	private static <T extends Member> void members(T[] members, Function<T, String> text, List<String> lines) {
		Arrays.stream(members)
			.filter((member) -> isVisible(member.getModifiers()) && !member.isSynthetic() && !isGiven(member))
			.map((member) -> withoutNoise(text.apply(member)).replaceAll(PACKAGE, "")
				.replaceAll("\\b[\\w$.]+\\.(?=\\w+(?:\\(|$))", ""))
			.sorted()
			.forEach(lines::add);
	}

	/** Whether every type of its kind has it. */
	private static boolean isGiven(Member member) {
		Class<?> type = member.getDeclaringClass();
		return (type.isRecord() && GIVEN_TO_RECORDS.contains(member.getName()))
				|| (type.isEnum() && GIVEN_TO_ENUMS.contains(member.getName()));
	}

	private static String withoutNoise(String declaration) {
		return declaration.replaceAll("\\b(public|abstract|native|synchronized|transient|volatile) ", "");
	}

}
