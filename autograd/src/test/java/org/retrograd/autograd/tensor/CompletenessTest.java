package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.tensor.Definition.Example;

/** Nothing that can be differentiated escapes the catalogue. */
class CompletenessTest {
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.retrograd.autograd");

    /** Methods that are one line over methods of the catalogue, which are checked there. */
    private static final Set<String> COMPOSED = Set.of(
            "crop",
            "expandDims",
            "flatten",
            "flip",
            "meshgrid",
            "moveAxis",
            "split",
            "squeeze",
            "stack",
            "transpose",
            "unstack");

    /** Methods that make constants or variables, cut the graph, or whose derivative is stated rather than true. */
    private static final Set<String> NOT_DIFFERENTIATED = Set.of(
            "detach",
            "eye",
            "full",
            "named",
            "normal",
            "of",
            "ones",
            "range",
            "reverseGradient",
            "linspace",
            "scalar",
            "scaleGradient",
            "straightThrough",
            "uniform",
            "variable",
            "watch",
            "withValue",
            "zeros");

    private static Set<String> catalogue() {
        return Catalogue.definitions().stream().map(Definition::name).collect(Collectors.toSet());
    }

    @Test
    void everyMethodThatReturnsATensorIsInTheCatalogue() {
        Set<String> missing = new TreeSet<>();
        MAIN.stream()
                .filter(type -> type.getPackageName().equals(Tensor.class.getPackageName()))
                .map(JavaClass::reflect)
                .filter(type -> !Op.class.isAssignableFrom(type))
                .flatMap(type -> Stream.of(type.getMethods())
                        .filter(method -> type == Tensor.class || Modifier.isStatic(method.getModifiers())))
                .filter(CompletenessTest::returnsTensors)
                .map(Method::getName)
                .filter(name -> !catalogue().contains(name))
                .filter(name -> !COMPOSED.contains(name) && !NOT_DIFFERENTIATED.contains(name))
                .forEach(missing::add);
        assertThat(missing).isEmpty();
    }

    private static boolean returnsTensors(Method method) {
        return method.getReturnType() == Tensor.class
                || holdsTensors(method.getReturnType())
                || method.getGenericReturnType().getTypeName().equals("java.util.List<" + Tensor.class.getName() + ">");
    }

    private static boolean holdsTensors(Class<?> type) {
        return type.isRecord()
                && Stream.of(type.getRecordComponents()).anyMatch(component -> component.getType() == Tensor.class);
    }

    @Test
    void theExceptionsAreStillNeeded() {
        Set<String> methods =
                Stream.of(Tensor.class.getMethods()).map(Method::getName).collect(Collectors.toSet());
        assertThat(methods).containsAll(COMPOSED).containsAll(NOT_DIFFERENTIATED);
        assertThat(catalogue()).doesNotContainAnyElementsOf(COMPOSED).doesNotContainAnyElementsOf(NOT_DIFFERENTIATED);
    }

    @Test
    void everyOperationOccursInAnExample() {
        Set<Class<?>> used = new java.util.HashSet<>(List.of(
                Variable.class,
                ControlOps.StraightThrough.class,
                ControlOps.ScaleGradient.class,
                ControlOps.Watch.class,
                // what users define: see CustomFunctionTest
                CustomOp.class,
                CustomRule.Once.class,
                Recomputed.class));
        for (Definition definition : Catalogue.definitions()) {
            for (Example example : definition.examples()) {
                List<Tensor> point = ExamplePoint.draw(example, 1).stream()
                        .map(Tensor::variable)
                        .toList();
                Tensor y = example.function().apply(point);
                Tensor g = Tensor.variable(Tensor.ones(y.shape().toArray()));
                Gradients gradients = y.backward(g);
                ExamplePoint.calls(y).forEach(t -> used.add(t.op().getClass()));
                point.stream()
                        .filter(gradients::has)
                        .forEach(x -> ExamplePoint.calls(gradients.of(x)).forEach(t -> used.add(t.op().getClass())));
            }
        }
        Set<String> missing = MAIN.stream()
                .filter(type ->
                        type.isAssignableTo(Op.class) && !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .map(JavaClass::getName)
                .filter(name -> used.stream().noneMatch(type -> type.getName().equals(name)))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(missing).isEmpty();
    }

    @Test
    void magnitudeIsNoSmallerThanTheValue() {
        for (Definition definition : Catalogue.definitions()) {
            for (Example example : definition.examples()) {
                List<Tensor> point = ExamplePoint.draw(example, 2).stream()
                        .map(Tensor::variable)
                        .toList();
                for (Tensor t : ExamplePoint.calls(example.function().apply(point))) {
                    Tensor value = t.detach();
                    Tensor bound = t.in.length == 0 ? value.abs() : t.op().magnitude(Tensor.constants(t.in), value);
                    assertThat(bound.shape()).isEqualTo(value.shape());
                    assertThat(value.abs().mul(1 - 1e-14).gt(bound).any())
                            .as(t.toString())
                            .isFalse();
                }
            }
        }
    }

    @Test
    void marginsAreZeroAtTheKinksThatWereDecided() {
        for (Primitive primitive : Catalogue.primitives()) {
            for (Primitive.SpecialPoint row : primitive.specialPoints()) {
                if (row.inputs().stream().anyMatch(a -> a.isNaN() || a.isInfinite())
                        || primitive.breaks().isEmpty()) {
                    continue;
                }
                double[] in = new double[3];
                for (int k = 0; k < primitive.arity(); k++) {
                    in[k] = row.inputs().get(k);
                }
                if (Set.of(
                                "abs",
                                "relu",
                                "leakyRelu",
                                "elu",
                                "celu",
                                "selu",
                                "relu6",
                                "hardTanh",
                                "hardSigmoid",
                                "hardSwish",
                                "maximum",
                                "minimum",
                                "fmax",
                                "fmin",
                                "sign",
                                "floor")
                        .contains(primitive.name())) {
                    double y = primitive.value(in[0], in[1], in[2]);
                    assertThat(primitive.breaks().stream()
                                    .mapToDouble(kink -> Math.abs(kink.margin().value(in[0], in[1], in[2], y, 0)))
                                    .min()
                                    .orElseThrow())
                            .as(primitive + " at " + row.inputs())
                            .isZero();
                }
            }
        }
    }

    @Test
    void dependenceIsThatOfTheDerivatives() {
        for (Definition definition : Catalogue.definitions()) {
            for (Example example : definition.examples()) {
                List<Tensor> point = ExamplePoint.draw(example, 3).stream()
                        .map(Tensor::variable)
                        .toList();
                ExamplePoint.calls(example.function().apply(point)).stream()
                        .filter(t -> t.in.length > 0 && t.op().dependence() != Op.Dependence.DENSE)
                        .forEach(CompletenessTest::checkDependence);
            }
        }
    }

    /** Pulls each entry of a result back by itself: what it reaches must be what the operation says it depends on. */
    private static void checkDependence(Tensor y) {
        Tensor[] in = Tensor.constants(y.in);
        for (int entry = 0; entry < y.size(); entry++) {
            Tensor seed = Indices.of(entry).oneHot(y.size()).reshape(y.shape());
            int reached = 0;
            for (int k = 0; k < in.length; k++) {
                Tensor g = Directions.unbroadcast(y.op().vjp(k, seed, in, y.detach()), 0, in[k].shape());
                double[] places = Tensor.range(in[k].size())
                        .reshape(in[k].shape())
                        .broadcastTo(y.op().dependence() == Op.Dependence.ELEMENTWISE ? y.shape() : in[k].shape())
                        .toArray();
                for (int i = 0; i < g.size(); i++) {
                    if (g.data.get(i) != 0) {
                        reached++;
                        if (y.op().dependence() == Op.Dependence.ELEMENTWISE) {
                            assertThat(places[entry]).as(y.toString()).isEqualTo(i);
                        }
                    }
                }
            }
            if (y.op().dependence() == Op.Dependence.SELECTION) {
                assertThat(reached).as(y.toString()).isLessThanOrEqualTo(1);
            }
        }
    }
}
