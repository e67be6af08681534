package com.example.rollups;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

@ExtendWith(OutputCaptureExtension.class)
class FailedStartTests {

	@Test
	void saysWhatToDo(CapturedOutput output) {
		assertThatException().isThrownBy(() -> new SpringApplicationBuilder(RollupsApplication.class)
			.properties("server.port=0", "spring.datasource.url=" + Database.url(),
					"validator.types=Epoch Closed")
			.run());
		assertThat(output).contains("APPLICATION FAILED TO START", "bean 'validator'", "Epoch Closed",
				"Correct the type");
	}

}
