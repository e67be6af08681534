package dev.pgevents;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.pgevents.api.ApiRules;
import dev.pgevents.api.NotOfTestSupport;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "dev.pgevents",
		importOptions = { ImportOption.DoNotIncludeTests.class, NotOfTestSupport.class })
class ArchitectureTests {

	@ArchTest
	static final ArchRule coreDependsOnNothingButItsTwoLibraries = classes().should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("dev.pgevents..", "java..", "org.slf4j..", "org.jspecify..");

	@ArchTest
	static final ArchRule apiShowsNothingInternal = ApiRules.API_SHOWS_NOTHING_INTERNAL;

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching("dev.(**)").should().beFreeOfCycles();

}
