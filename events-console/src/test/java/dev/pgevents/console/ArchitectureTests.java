package dev.pgevents.console;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.pgevents.api.ApiRules;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "dev.pgevents.console", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule apiShowsNothingInternal = ApiRules.API_SHOWS_NOTHING_INTERNAL;

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching("dev.(**)").should().beFreeOfCycles();

}
