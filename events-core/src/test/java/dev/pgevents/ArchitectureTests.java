package dev.pgevents;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "dev.pgevents", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

	@ArchTest
	static final ArchRule coreDependsOnNothingButItsTwoLibraries = classes().should()
		.onlyDependOnClassesThat()
		.resideInAnyPackage("dev.pgevents..", "java..", "org.slf4j..", "org.jspecify..");

	@ArchTest
	static final ArchRule packagesHaveNoCycles = slices().matching("dev.(**)").should().beFreeOfCycles();

}
