package org.retrograd.autograd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.GeneralCodingRules;
import org.junit.jupiter.api.Test;

/** The arrows between the packages: {@code check → diff → tensor → scalar → array}. */
class ArchitectureTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.retrograd.autograd");

    @Test
    void packagesKnowOnlyThoseBelowThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("check")
                .definedBy("..autograd.check..")
                .layer("diff")
                .definedBy("..autograd.diff..")
                .layer("tensor")
                .definedBy("..autograd.tensor..")
                .layer("scalar")
                .definedBy("..autograd.scalar..")
                .layer("array")
                .definedBy("..autograd.array..")
                .whereLayer("check")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("diff")
                .mayOnlyBeAccessedByLayers("check")
                .whereLayer("tensor")
                .mayOnlyBeAccessedByLayers("diff", "check")
                .whereLayer("scalar")
                .mayOnlyBeAccessedByLayers("tensor", "diff", "check")
                .check(MAIN);
        slices().matching("org.retrograd.autograd.(*)..")
                .should()
                .beFreeOfCycles()
                .check(MAIN);
    }

    @Test
    void arraysKnowNoDerivativeAndTransformsNoKernel() {
        noClasses()
                .that()
                .resideInAPackage("..diff..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..scalar..")
                .check(MAIN);
    }

    @Test
    void theLibraryPrintsNothing() {
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(MAIN);
    }

    @Test
    void onlyTheTestKitKnowsTestLibraries() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..autograd.check.kit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "net.jqwik..", "org.assertj..", "org.opentest4j..")
                .check(MAIN);
        noClasses()
                .that()
                .resideOutsideOfPackage("..autograd.check.kit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..autograd.check.kit..")
                .check(MAIN);
    }

    @Test
    void elementaryFunctionsDoNotDependOnTheCompiler() {
        for (String name : new String[] {
            "exp", "log", "sin", "cos", "tan", "tanh", "pow", "log1p", "expm1", "atan2", "cbrt", "hypot", "sinh",
            "cosh", "asin", "acos", "atan", "log10"
        }) {
            noClasses()
                    .should()
                    .callMethodWhere(com.tngtech.archunit.base.DescribedPredicate.describe(
                            "Math." + name,
                            call -> call.getTargetOwner().isEquivalentTo(Math.class)
                                    && call.getName().equals(name)))
                    .check(MAIN);
        }
    }
}
