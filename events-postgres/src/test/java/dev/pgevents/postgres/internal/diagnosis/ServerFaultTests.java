package dev.pgevents.postgres.internal.diagnosis;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ServerFaultTests {

	@ParameterizedTest
	@CsvSource({ "14.20, 14.21", "15.0, 15.16", "16.11, 16.12", "17.7 (Debian 17.7-1.pgdg13+1), 17.8", "18.1, 18.2" })
	void versionThatLosesWhatUnreadNotificationsNeedIsNamed(String version, String mended) {
		assertThat(ServerFault.of(version)).startsWith("PostgreSQL " + version.split(" ")[0] + " has a known fault")
			.contains("58P01")
			.endsWith("Update to " + mended + " or later");
	}

	@ParameterizedTest
	@ValueSource(strings = { "14.21", "15.16", "16.12", "17.8", "18.2", "18.6 (Debian 18.6-1)", "19.0", "19beta1",
			"18beta1", "", "PGlite" })
	void otherVersionsHaveNone(String version) {
		assertThat(ServerFault.of(version)).isNull();
	}

	@Test
	void versionThatIsTooOldIsNamed() {
		assertThat(ServerFault.of("13.22")).contains("PostgreSQL 13 is older", "14 or later");
	}

}
