package dev.pgevents.postgres;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests on a network that fails, each on plain connections and over TLS. In the end
 * nothing of the bus may be left.
 */
@ParameterizedClass(name = "TLS {0}")
@ValueSource(booleans = { false, true })
abstract class FaultyNetworkTest {

	@Parameter
	boolean tls;

	FaultScenario scenario;

	@BeforeEach
	final void createScenario() throws Exception {
		this.scenario = new FaultScenario(this.tls);
	}

	@AfterEach
	final void closeScenario() throws Exception {
		this.scenario.closeAndVerifyNothingIsLeft();
	}

	/** A bus that delivers. */
	final void begin() throws Exception {
		this.scenario.build();
		this.scenario.begin();
	}

}
