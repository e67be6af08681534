package com.example.rollups;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestContextManager;

import static org.assertj.core.api.Assertions.assertThat;

/** Spring keeps contexts, and on Boot 3.5 it does not pause them. */
class KeptContextTests {

	@Test
	void contextOfAnotherTestClassHearsNothing() throws Exception {
		List<TestContextManager> tests = new ArrayList<>();
		ApplicationContext one = use(One.class, tests);
		end(tests);
		ApplicationContext other = use(Other.class, tests);
		other.getBean(Epochs.class).close("kept", 1);
		assertThat(other.getBean(Validator.class).handled.take()).isEqualTo(new EpochClosed("kept", 1));
		end(tests);
		use(One.class, tests);
		one.getBean(Epochs.class).close("kept", 2);
		assertThat(one.getBean(Validator.class).handled.take()).isEqualTo(new EpochClosed("kept", 2));
		assertThat(other.getBean(Validator.class).handled).isEmpty();
		end(tests);
	}

	private static ApplicationContext use(Class<?> test, List<TestContextManager> tests) throws Exception {
		TestContextManager manager = new TestContextManager(test);
		tests.add(manager);
		manager.beforeTestClass();
		manager.prepareTestInstance(test.getDeclaredConstructor().newInstance());
		return manager.getTestContext().getApplicationContext();
	}

	private static void end(List<TestContextManager> tests) throws Exception {
		for (TestContextManager each : tests) {
			each.afterTestClass();
		}
		tests.clear();
	}

	static class WithDatabase {

		@DynamicPropertySource
		static void database(DynamicPropertyRegistry registry) {
			Database.register(registry);
		}

	}

	@SpringBootTest(classes = RollupsApplication.class, properties = "which=one")
	static class One extends WithDatabase {

	}

	@SpringBootTest(classes = RollupsApplication.class, properties = "which=other")
	static class Other extends WithDatabase {

	}

}
