package dev.pgevents.console;

import dev.pgevents.api.ApiListing;
import org.junit.jupiter.api.Test;

class ApiListingTests {

	@Test
	void publicApiIsTheOneThatIsCheckedIn() {
		ApiListing.assertIsCheckedIn("events-console");
	}

}
