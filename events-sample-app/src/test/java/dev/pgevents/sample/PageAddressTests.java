package dev.pgevents.sample;

import org.junit.jupiter.api.Test;

import org.springframework.context.support.StaticApplicationContext;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class PageAddressTests {

	@Test
	void nodesThatStartAtTheSameTimeHaveAPageEach() {
		assertThat(port(new MockEnvironment())).isNotEqualTo(port(new MockEnvironment()));
	}

	@Test
	void portThatIsGivenIsTaken() {
		assertThat(port(new MockEnvironment().withProperty("server.port", "8123"))).isEqualTo(8123);
	}

	/** Where the page will be; no server is started. */
	private static int port(MockEnvironment environment) {
		try (StaticApplicationContext node = new StaticApplicationContext()) {
			node.setEnvironment(environment);
			new PageAddress().initialize(node);
			return environment.getRequiredProperty("server.port", Integer.class);
		}
	}

}
