package dev.pgevents.spring.app;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ExtendWith(OutputCaptureExtension.class)
class FailedStartTests {

	@Test
	void startFailsWithADescriptionAndAnAction(CapturedOutput output) {
		assertThatThrownBy(() -> new SpringApplicationBuilder(Application.class)
			.properties("events.postgres.url=jdbc:h2:mem:secret",
					"spring.datasource.url=jdbc:postgresql://localhost:1/none")
			.properties("spring.jpa.properties.hibernate.boot.allow_jdbc_metadata_access=false",
					"spring.jpa.database-platform=org.hibernate.dialect.PostgreSQLDialect",
					"spring.jpa.open-in-view=false")
			.run()).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START", "events.postgres.url does not lead there",
				"\"jdbc:h2:…\"", "events.backend=in-memory");
		assertThat(output).doesNotContain("mem:secret");
	}

}
