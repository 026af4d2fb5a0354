package org.retrograd.nn;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Tensor;

/** What this module may know: of the engine, what every user may use. So no derivative can be written in it. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.retrograd.nn");

    @Test
    void usesNoArraysAndNoScalarRules() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.retrograd.autograd.array..", "org.retrograd.autograd.scalar..")
                .because("derivatives and loops over entries belong to the engine")
                .check(CLASSES);
    }

    @Test
    void usesOnlyPublicTypesOfTensorsAndTransforms() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.retrograd.autograd..")
                        .and(not(resideInAnyPackage("org.retrograd.autograd.tensor", "org.retrograd.autograd.diff")
                                .and(modifier(JavaModifier.PUBLIC)))))
                .because("what nn can do, every user can do")
                .check(CLASSES);
    }

    @Test
    void formsOuterProductsOfDeltasInTheDeltaRuleAlone() {
        noClasses()
                .that(not(belongToAnyOf(DeltaRule.class)))
                .should()
                .callMethod(Tensor.class, "transpose")
                .orShould()
                .callMethod(Trace.class, "delta", Gradients.class, int.class)
                .because("the delta rule is the one named exception to: no derivative in nn")
                .check(CLASSES);
    }

    @Test
    void printsNothingAndDrawsNoHiddenRandomNumbers() {
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
                .check(CLASSES);
    }

    @Test
    void keepsDataFreeOfNetworks() {
        noClasses()
                .that()
                .resideInAPackage("org.retrograd.nn.data")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.retrograd.nn").or(resideInAPackage("org.retrograd.autograd..")))
                .check(CLASSES);
        slices().matching("org.retrograd.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
