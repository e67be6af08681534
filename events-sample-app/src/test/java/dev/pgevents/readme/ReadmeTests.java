package dev.pgevents.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class ReadmeTests {

	@Test
	void exampleOfTheReadmeWorks() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory")
			.withBean(Claims.class)
			.withBean(Validator.class)
			.run((context) -> {
				Claims claims = context.getBean(Claims.class);
				await().atMost(Duration.ofSeconds(20)).until(() -> claims.computed.contains("missing"));
				context.getBean(DomainEventPublisher.class).publish(new EpochClosed("1", 42));
				await().atMost(Duration.ofSeconds(20)).until(() -> claims.computed.contains("1: 42"));
			});
	}

	/** Which makes a subclass of it. */
	@Test
	void exampleWorksWithTransactionalOnIt() {
		AtomicInteger transactions = new AtomicInteger();
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory")
			.withBean(Claims.class)
			.withBean("validator", Validator.class)
			.withBean("transactional", MethodInterceptor.class, () -> (call) -> {
				transactions.incrementAndGet();
				return call.proceed();
			})
			.withBean(BeanNameAutoProxyCreator.class, ReadmeTests::transactional)
			.run((context) -> {
				Claims claims = context.getBean(Claims.class);
				assertThat(AopUtils.isCglibProxy(context.getBean("validator"))).isTrue();
				await().atMost(Duration.ofSeconds(20)).until(() -> claims.computed.contains("missing"));
				context.getBean(DomainEventPublisher.class).publish(new EpochClosed("1", 42));
				await().atMost(Duration.ofSeconds(20)).until(() -> claims.computed.contains("1: 42"));
				assertThat(transactions).hasValueGreaterThanOrEqualTo(2);
			});
	}

	/** As Spring Boot does for {@code @Transactional}. */
	private static BeanNameAutoProxyCreator transactional() {
		BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
		proxies.setBeanNames("validator");
		proxies.setInterceptorNames("transactional");
		proxies.setProxyTargetClass(true);
		return proxies;
	}

	@Test
	void exampleOfTheReadmeIsTheOneTested() throws IOException {
		String tested = Files.readString(Path.of("src/test/java/dev/pgevents/readme/ReadmeTests.java"));
		assertThat(tested.lines()).containsAll(imports());
		assertThat(squeezed(tested)).contains(squeezed(code()));
	}

	@Test
	void exampleOfTheReadmeIsShortAndCompilesAsItIsPrinted() throws IOException {
		assertThat(code().lines().filter((line) -> !line.isBlank())).hasSizeLessThanOrEqualTo(15);
		Set<String> annotations = Pattern.compile("@(\\w+)")
			.matcher(code())
			.results()
			.map((name) -> name.group(1))
			.collect(Collectors.toSet());
		assertThat(imports()).extracting((line) -> line.replaceAll(".*\\.|;", ""))
			.containsExactlyInAnyOrderElementsOf(annotations);
	}

	private static String example() throws IOException {
		String readme = Files.readString(Path.of("../README.md"));
		int begin = readme.indexOf("import ");
		return readme.substring(begin, readme.indexOf("```", begin));
	}

	private static List<String> imports() throws IOException {
		return example().lines().filter((line) -> line.startsWith("import ")).toList();
	}

	private static String code() throws IOException {
		return example().replaceAll("(?m)^import .*\n", "");
	}

	/** Code without what only the formatter cares for. */
	private static String squeezed(String code) {
		return code.replaceAll("\\s", "");
	}

}

class Claims {

	final List<String> computed = new CopyOnWriteArrayList<>();

	void compute(String app, long index) {
		this.computed.add(app + ": " + index);
	}

	void computeMissing() {
		this.computed.add("missing");
	}

}

@DomainEvent("epoch.closed")
record EpochClosed(@AppId String app, long index) {
}

@Component
class Validator {

	private final Claims claims;

	Validator(Claims claims) {
		this.claims = claims;
	}

	@OnDomainEvent // called the moment the publisher's transaction commits
	void on(EpochClosed epoch) {
		this.claims.compute(epoch.app(), epoch.index());
	}

	@SyncOnDomainEvent(types = "epoch.closed", every = "30s") // finds what no event told
	void catchUp() {
		this.claims.computeMissing();
	}

}
