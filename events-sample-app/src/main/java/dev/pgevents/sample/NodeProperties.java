package dev.pgevents.sample;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the node runs.
 *
 * @param blockTime Time between two blocks of the simulated chain.
 * @param inputsPerEpoch Number of inputs after which the chain closes an epoch.
 * @param syncEvery Time after which a service looks at the tables though no event came.
 * @param epochs Number of settled epochs after which the node stops; 0 for never.
 */
@ConfigurationProperties("node")
record NodeProperties(@DefaultValue("250ms") Duration blockTime, @DefaultValue("3") int inputsPerEpoch,
		@DefaultValue("30s") Duration syncEvery, @DefaultValue("0") int epochs) {

}
