package dev.pgevents.api;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;

/**
 * Leaves out this module, which tests have among their dependencies.
 */
public final class NotOfTestSupport implements ImportOption {

	@Override
	public boolean includes(Location location) {
		return !location.contains("events-test-support");
	}

}
