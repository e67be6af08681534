package dev.pgevents.spring.internal.payload;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.spring.DomainEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.filter.AbstractTypeHierarchyTraversingFilter;
import org.springframework.util.ClassUtils;

/**
 * Finds the classes of payloads: those with {@link DomainEvent}, of their own or
 * inherited, in the application's packages, and those that a sealed type permits.
 *
 * @since 0.1
 */
public final class PayloadClasses {

	private final BeanFactory beans;

	private final Environment environment;

	private final ResourceLoader loader;

	private @Nullable List<Class<?>> annotated;

	/**
	 * Looks in the packages of an application.
	 * @param context the application's context
	 */
	public PayloadClasses(ConfigurableApplicationContext context) {
		this(context, context.getEnvironment(), context);
	}

	PayloadClasses(BeanFactory beans, Environment environment, ResourceLoader loader) {
		this.beans = beans;
		this.environment = environment;
		this.loader = loader;
	}

	/**
	 * The classes of which there can be instances, in the application's packages; looked
	 * for once.
	 * @return the classes
	 */
	public synchronized List<Class<?>> annotated() {
		if (this.annotated == null) {
			this.annotated = scan(packages());
		}
		return this.annotated;
	}

	/**
	 * The annotated classes that are subtypes of a type: those it permits, else those in
	 * the application's packages and in that of the type.
	 * @param type an interface, an abstract or a sealed class
	 * @return the classes
	 */
	Set<Class<?>> under(Class<?> type) {
		Set<Class<?>> found = new LinkedHashSet<>();
		if (isConcrete(type)) {
			found.add(type);
		}
		if (type.isSealed()) {
			for (Class<?> permitted : type.getPermittedSubclasses()) {
				found.addAll(under(permitted));
			}
		}
		else if (!isConcrete(type)) {
			List<Class<?>> candidates = new ArrayList<>(annotated());
			String own = type.getPackageName();
			if (packages().stream().noneMatch((each) -> own.equals(each) || own.startsWith(each + "."))) {
				candidates.addAll(scan(List.of(own)));
			}
			candidates.stream().filter(type::isAssignableFrom).forEach(found::add);
		}
		found.removeIf((each) -> !PayloadClass.isAnnotated(each));
		return found;
	}

	static boolean isConcrete(Class<?> type) {
		return !Modifier.isAbstract(type.getModifiers());
	}

	private List<String> packages() {
		return AutoConfigurationPackages.has(this.beans) ? AutoConfigurationPackages.get(this.beans) : List.of();
	}

	private List<Class<?>> scan(List<String> packages) {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false,
				this.environment);
		scanner.setResourceLoader(this.loader);
		scanner.addIncludeFilter(new InheritedAnnotation());
		List<Class<?>> classes = new ArrayList<>();
		for (String each : packages) {
			for (BeanDefinition candidate : scanner.findCandidateComponents(each)) {
				classes.add(ClassUtils.resolveClassName(String.valueOf(candidate.getBeanClassName()),
						this.loader.getClassLoader()));
			}
		}
		return classes;
	}

	/**
	 * Spring's own filter looks at interfaces or superclasses of some annotations only.
	 */
	private static final class InheritedAnnotation extends AbstractTypeHierarchyTraversingFilter {

		InheritedAnnotation() {
			super(true, true);
		}

		@Override
		protected boolean matchSelf(MetadataReader reader) {
			AnnotationMetadata metadata = reader.getAnnotationMetadata();
			return metadata.isAnnotated(DomainEvent.class.getName());
		}

	}

}
