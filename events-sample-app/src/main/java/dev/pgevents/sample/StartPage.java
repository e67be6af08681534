package dev.pgevents.sample;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Leads to the console, which shows the node.
 */
@RestController
class StartPage {

	@GetMapping("/")
	ResponseEntity<Void> toConsole() {
		return ResponseEntity.status(HttpStatus.FOUND).header(HttpHeaders.LOCATION, "events-console/").build();
	}

}
