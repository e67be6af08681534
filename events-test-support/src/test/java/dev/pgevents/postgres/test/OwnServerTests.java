package dev.pgevents.postgres.test;

import java.util.Iterator;
import java.util.List;
import java.util.Set;

import dev.pgevents.postgres.fault.ControlledServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OwnServerTests {

	@Test
	void serverWhosePortWasTakenByAnotherIsNotMistakenForThatOne() throws Exception {
		try (ControlledServer other = ControlledServer.create("cluster_name = 'other'").start()) {
			Iterator<Integer> ports = List.of(other.port(), 0).iterator();
			try (EmbeddedPostgres own = OwnServer.start((builder) -> builder.setPort(ports.next()))) {
				assertThat(Set.of(own.getPort(), other.port())).hasSize(2);
				assertThat(other.isRunning()).isTrue();
			}
			assertThat(other.query("SELECT 1")).isEqualTo(1);
		}
	}

}
