package dev.pgevents.spring;

import java.util.List;

import com.zaxxer.hikari.HikariConfig;
import dev.pgevents.Event;
import dev.pgevents.postgres.internal.socket.WakeableSocketFactory;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.annotation.ReflectiveRuntimeHintsRegistrar;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.aot.hint.predicate.RuntimeHintsPredicates.reflection;

class NativeHintsTests {

	@Test
	void handlerMethodsAndTheirPayloadsAreReachable() throws NoSuchMethodException {
		RuntimeHints hints = new RuntimeHints();
		new ReflectiveRuntimeHintsRegistrar().registerRuntimeHints(hints, Handler.class);
		assertThat(reflection().onMethodInvocation(Handler.class.getDeclaredMethod("once", Closed.class)))
			.accepts(hints);
		assertThat(reflection().onMethodInvocation(Handler.class.getDeclaredMethod("twice", List.class, Event.class)))
			.accepts(hints);
		assertThat(reflection().onType(Closed.class)).accepts(hints);
		assertThat(reflection().onMethodInvocation(Closed.class.getDeclaredMethod("index"))).accepts(hints);
		assertThat(reflection().onType(Input.class)).accepts(hints);
		assertThat(reflection().onType(Event.class)).rejects(hints);
	}

	@Test
	void whatIsCalledByNameIsReachable() throws NoSuchMethodException {
		RuntimeHints hints = new RuntimeHints();
		SpringFactoriesLoader.forResourceLocation("META-INF/spring/aot.factories")
			.load(RuntimeHintsRegistrar.class)
			.forEach((registrar) -> registrar.registerHints(hints, getClass().getClassLoader()));
		assertThat(reflection().onConstructorInvocation(WakeableSocketFactory.class.getConstructor(String.class)))
			.accepts(hints);
		assertThat(reflection().onMethodInvocation(JdbcConnectionDetails.class.getMethod("getJdbcUrl"))).accepts(hints);
		assertThat(reflection().onMethodInvocation(HikariConfig.class.getMethod("getJdbcUrl"))).accepts(hints);
	}

	@Test
	void payloadsThatAreOnlyPublishedAreReachable() {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		AutoConfigurationPackages.register(beans, "dev.pgevents.spring.app");
		DefaultGenerationContext generation = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get(NativeHintsTests.class)), new InMemoryGeneratedFiles());
		AotServices.factoriesAndBeans(beans)
			.load(BeanFactoryInitializationAotProcessor.class)
			.stream()
			.filter((processor) -> processor.getClass().getName().startsWith("dev.pgevents."))
			.map((processor) -> processor.processAheadOfTime(beans))
			.forEach((contribution) -> contribution.applyTo(generation, null));
		TypeReference announced = TypeReference.of("dev.pgevents.spring.app.EpochService$Announced");
		assertThat(reflection().onType(announced)).accepts(generation.getRuntimeHints());
		assertThat(generation.getRuntimeHints().reflection().getTypeHint(announced).methods())
			.anyMatch((method) -> method.getName().equals("app"));
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app, long index) {

	}

	record Input(String text) {

	}

	static class Handler {

		@OnDomainEvent
		void once(Closed closed) {
		}

		@OnDomainEvent("input.received")
		@OnDomainEvent("epoch.opened")
		void twice(List<Input> inputs, Event event) {
		}

	}

}
