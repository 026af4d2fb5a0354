package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Tensor;

/** Records, lists, maps and arrays of tensors as arguments, values, directions and results of every transform. */
class StructureTest {
    enum Kind {
        TANH,
        LINEAR
    }

    record Dense(Tensor weights, @Nullable Tensor bias, Kind kind, int width) {
        Tensor apply(Tensor x) {
            Tensor z = x.matmul(weights);
            z = bias == null ? z : z.add(bias);
            return kind == Kind.TANH ? z.tanh() : z;
        }
    }

    record Net(List<Dense> layers, Map<String, Tensor> scales) {
        Tensor apply(Tensor x) {
            Tensor y = x;
            for (Dense layer : layers) {
                y = layer.apply(y);
            }
            return y.mul(scales.get("out")).add(scales.get("at"));
        }
    }

    private static final Tensor X = Tensor.of(new double[][] {{0.3, -0.7}, {1.1, 0.4}, {-0.2, 0.9}});

    private static Net net() {
        Map<String, Tensor> scales = new LinkedHashMap<>();
        scales.put("out", Tensor.scalar(1.5));
        scales.put("at", Tensor.of(0.1));
        return new Net(
                List.of(
                        new Dense(
                                Tensor.of(new double[][] {{0.2, -0.4, 0.7}, {0.5, 0.3, -0.6}}),
                                Tensor.of(0.1, 0, -0.2),
                                Kind.TANH,
                                3),
                        new Dense(Tensor.of(new double[][] {{0.6}, {-0.3}, {0.8}}), null, Kind.LINEAR, 1)),
                scales);
    }

    private static Tensor loss(Net net) {
        return net.apply(X).square().sum();
    }

    private static final Structure<Net> NET = Structure.of(net());

    /** The same loss of one vector of all weights. */
    private static Tensor flatLoss(Tensor v) {
        return loss(net(v));
    }

    private static Net net(Tensor v) {
        return NET.restore(v);
    }

    private static Net direction(double scale) {
        int n = NET.flatten(net()).size();
        return net(Tensor.range(n).add(1).mul(0.7).sin().mul(scale));
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.flatten().get(i);
            assertThat(actual.flatten().get(i))
                    .isCloseTo(e, org.assertj.core.data.Offset.offset(1e-12 * (1 + Math.abs(e))));
        }
    }

    private static void assertClose(Net actual, Tensor expected) {
        assertClose(NET.flatten(actual), expected);
    }

    @Test
    void everyTransformOfAStructureIsThatOfTheVectorOfItsEntries() {
        Net x = net();
        Tensor flat = NET.flatten(x);
        Net v = direction(1);
        Tensor flatV = NET.flatten(v);
        assertThat(flat.size()).isEqualTo(6 + 3 + 3 + 1 + 1);
        assertClose(Derivatives.gradient(StructureTest::loss, x), Derivatives.gradient(StructureTest::flatLoss, flat));
        assertClose(
                Derivatives.valueAndGradient(StructureTest::loss, x).gradient(),
                Derivatives.gradient(StructureTest::flatLoss, flat));
        assertClose(Derivatives.hvp(StructureTest::loss, x, v), Derivatives.hvp(StructureTest::flatLoss, flat, flatV));
        assertClose(Derivatives.vhp(StructureTest::loss, x, v), Derivatives.hvp(StructureTest::flatLoss, flat, flatV));
        assertClose(Derivatives.hessian(StructureTest::loss, x), Derivatives.hessian(StructureTest::flatLoss, flat));
        assertClose(
                Derivatives.hessianDiagonal(StructureTest::loss, x),
                Derivatives.hessianDiagonal(StructureTest::flatLoss, flat));
        assertClose(
                Derivatives.laplacian(StructureTest::loss, x), Derivatives.laplacian(StructureTest::flatLoss, flat));
        assertClose(
                Derivatives.directional(StructureTest::loss, x, v, 3),
                Derivatives.directional(StructureTest::flatLoss, flat, flatV, 3));
        Function<Net, Tensor> f = net -> net.apply(X);
        UnaryOperator<Tensor> flatF = u -> net(u).apply(X);
        Tensor g = Tensor.of(new double[][] {{1}, {-2}, {0.5}});
        assertClose(Derivatives.vjp(f, x, g), Derivatives.vjp(flatF, flat, g));
        assertClose(Derivatives.jvp(f, x, v), Derivatives.jvp(flatF, flat, flatV));
        assertClose(Derivatives.valueAndJvp(f, x, v).tangent(), Derivatives.jvp(flatF, flat, flatV));
        assertClose(Derivatives.gaussNewtonProduct(f, x, v), Derivatives.gaussNewtonProduct(flatF, flat, flatV));
        assertClose(
                Derivatives.gaussNewtonProduct(f, y -> y.exp().sum(), x, v),
                Derivatives.gaussNewtonProduct(flatF, y -> y.exp().sum(), flat, flatV));
        Tensor jacobian = Derivatives.jacobian(flatF, flat).reshape(3, flat.size());
        for (Mode mode : Mode.values()) {
            Net blocks = Derivatives.jacobian(f, x, mode);
            assertThat(blocks.layers().get(0).weights().shape()).hasToString("[3, 1, 2, 3]");
            assertThat(blocks.scales().get("out").shape()).hasToString("[3, 1]");
            List<Tensor> columns = NET.tensors("the Jacobian", blocks).stream()
                    .map(block -> block.reshape(3, -1))
                    .toList();
            assertClose(Tensor.concat(1, columns.toArray(new Tensor[0])), jacobian);
        }
    }

    record Outcome(Tensor value, Map<String, List<Tensor>> more, String unit) {}

    private static final Structure<Outcome> OUTCOME = Structure.of(outcome(net()));

    private static Outcome outcome(Net net) {
        Tensor y = net.apply(X);
        Map<String, List<Tensor>> more = new LinkedHashMap<>();
        more.put("both", List.of(y.sin().sum(), net.layers().get(0).weights().exp()));
        more.put("same", List.of(y));
        return new Outcome(y.square(), more, "m");
    }

    private static Tensor flatOutcome(Tensor v) {
        return OUTCOME.flatten(outcome(net(v)));
    }

    private static void assertClose(Outcome actual, Tensor expected) {
        assertThat(actual.unit()).isEqualTo("m");
        assertThat(actual.more().keySet()).containsExactly("both", "same");
        assertClose(OUTCOME.flatten(actual), expected);
    }

    private static Tensor squares(Outcome y) {
        return OUTCOME.flatten(y).square().mul(0.5).sum();
    }

    @Test
    void everyTransformToAStructureIsThatToTheVectorOfItsEntries() {
        Net x = net();
        Tensor flat = NET.flatten(x);
        Net v = direction(1);
        Tensor flatV = NET.flatten(v);
        Function<Net, Outcome> f = StructureTest::outcome;
        UnaryOperator<Tensor> flatF = StructureTest::flatOutcome;
        Tensor flatG = Tensor.range(3 + 1 + 6 + 3).mul(0.3).cos();
        Outcome g = OUTCOME.restore(flatG);
        Tensor jv = Derivatives.jvp(flatF, flat, flatV);
        Tensor jg = Derivatives.vjp(flatF, flat, flatG);
        assertThat(jv.ne(0).all()).isTrue();
        assertThat(jg.ne(0).all()).isTrue();
        assertClose(Derivatives.jvp(f, x, v), jv);
        assertClose(Derivatives.valueAndJvp(f, x, v).value(), flatF.apply(flat));
        assertClose(Derivatives.valueAndJvp(f, x, v).tangent(), jv);
        assertClose(Derivatives.vjp(f, x, g), jg);
        Differential<Net, Outcome> at = Derivatives.linearize(f, x);
        assertClose(at.value(), flatF.apply(flat));
        assertClose(at.push(v), jv);
        assertClose(at.pull(g), jg);
        assertClose(Derivatives.directional(f, x, v, 0), flatF.apply(flat));
        assertClose(Derivatives.directional(f, x, v, 1), jv);
        UnaryOperator<Tensor> second = z -> Derivatives.jvp(u -> Derivatives.jvp(flatF, u, flatV), z, flatV);
        assertClose(Derivatives.directional(f, x, v, 2), second.apply(flat));
        assertClose(Derivatives.directional(f, x, v, 3), Derivatives.jvp(second, flat, flatV));
        assertClose(Derivatives.gaussNewtonProduct(f, x, v), Derivatives.vjp(flatF, flat, jv));
        assertClose(Derivatives.gaussNewtonProduct(f, StructureTest::squares, x, v), Derivatives.vjp(flatF, flat, jv));
        Function<Outcome, Tensor> loss = y -> OUTCOME.flatten(y).exp().sum();
        assertClose(
                Derivatives.gaussNewtonProduct(f, loss, x, v),
                Derivatives.vjp(flatF, flat, jv.mul(flatF.apply(flat).exp())));
    }

    @Test
    void severalDirectionsAtOnceAreTheSingleOnes() {
        Net x = net();
        List<Net> directions = List.of(direction(1), direction(-0.4), Derivatives.gradient(StructureTest::loss, x));
        Net together = NET.with(IntStream.range(0, 5)
                .mapToObj(k -> Tensor.stack(
                        0,
                        directions.stream()
                                .map(v -> NET.tensors("the direction", v).get(k))
                                .toArray(Tensor[]::new)))
                .toList());
        Function<Net, Outcome> f = StructureTest::outcome;
        Function<Outcome, Tensor> loss = y -> OUTCOME.flatten(y).exp().sum();
        List<UnaryOperator<Net>> products = List.of(
                v -> Derivatives.hvp(StructureTest::loss, x, v),
                v -> Derivatives.vhp(StructureTest::loss, x, v),
                v -> Derivatives.gaussNewtonProduct(f, x, v),
                v -> Derivatives.gaussNewtonProduct(f, loss, x, v));
        for (UnaryOperator<Net> product : products) {
            List<Tensor> found = NET.tensors("the products", product.apply(together));
            for (int i = 0; i < directions.size(); i++) {
                int which = i;
                Net one = NET.with(
                        found.stream().map(all -> all.unstack(0).get(which)).toList());
                assertClose(one, NET.flatten(product.apply(directions.get(i))));
            }
        }
        // but a series goes along one line
        assertMessage(
                () -> Derivatives.directional(f, x, together, 2),
                "the direction at .layers[0].weights needs the shape [2, 3], but got [3, 2, 3]");
    }

    @Test
    void theFormIsKeptAndWhatIsNoTensorIsCarriedThrough() {
        Net g = Derivatives.gradient(StructureTest::loss, net());
        assertThat(g.layers().get(0).kind()).isEqualTo(Kind.TANH);
        assertThat(g.layers().get(0).width()).isEqualTo(3);
        assertThat(g.layers().get(1).bias()).isNull();
        assertThat(g.scales().keySet()).containsExactly("out", "at");
        assertThat(g.layers().get(0).weights().traced()).isFalse();
    }

    @Test
    void valuesMayBeStructuresToo() {
        Function<Tensor, Map<String, List<Tensor>>> f =
                v -> Map.of("powers", List.of(v.square(), v.pow(3)), "sum", List.of(v.sum()));
        Tensor x = Tensor.of(1, 2);
        Differential<Tensor, Map<String, List<Tensor>>> at = Derivatives.linearize(f, x);
        assertClose(at.value().get("powers").get(1), Tensor.of(1, 8));
        Map<String, List<Tensor>> tangent = at.push(Tensor.of(1, 10));
        assertClose(tangent.get("powers").get(0), Tensor.of(2, 40));
        assertClose(tangent.get("powers").get(1), Tensor.of(3, 120));
        assertClose(tangent.get("sum").get(0), Tensor.scalar(11));
        Map<String, List<Tensor>> seed =
                Map.of("sum", List.of(Tensor.scalar(5)), "powers", List.of(Tensor.of(1, 0), Tensor.of(0, 1)));
        assertClose(at.pull(seed), Tensor.of(2 + 5, 12 + 5));
        assertThat(at.value().get("sum").get(0).traced()).isFalse();
        // the same tensor twice, a constant, and the argument itself among the results
        Differential<Tensor, List<Tensor>> same = Derivatives.linearize(
                v -> {
                    Tensor y = v.square();
                    return List.of(y, y, Tensor.of(7), v);
                },
                x);
        assertClose(
                same.pull(List.of(Tensor.of(1, 0), Tensor.of(1, 1), Tensor.of(1), Tensor.of(0, 100))),
                Tensor.of(4, 104));
        assertClose(same.push(Tensor.of(1, 1)).get(2), Tensor.of(0));
        assertClose(same.push(Tensor.of(1, 1)).get(3), Tensor.of(1, 1));
    }

    @Test
    void mapsAndListsComeBackAsTheirKind() {
        Tensor x = Tensor.of(1, 2);
        HashMap<String, Tensor> hash = new HashMap<>(Map.of("a", x, "b", x));
        TreeMap<String, Tensor> tree = new TreeMap<>(Comparator.reverseOrder());
        tree.putAll(hash);
        ArrayList<Tensor> list = new ArrayList<>(List.of(x, x));
        HashMap<String, Tensor> g = Derivatives.gradient(m -> m.get("a").sum(), hash);
        assertThat(g.keySet()).containsExactlyElementsOf(hash.keySet());
        TreeMap<String, Tensor> t = Derivatives.gradient(m -> m.get("a").sum(), tree);
        assertThat(t.keySet()).containsExactly("b", "a");
        ArrayList<Tensor> l = Derivatives.gradient(m -> m.get(0).sum(), list);
        assertClose(l.get(0), Tensor.of(1, 1));
        assertClose(l.get(1), Tensor.of(0, 0));
        Tensor[] array = Derivatives.gradient(a -> a[0].dot(a[1]), new Tensor[] {x, Tensor.of(3, 4)});
        assertClose(array[1], x);
        Object[] mixed = Derivatives.gradient(a -> ((Tensor) a[1]).sum(), new Object[] {"name", x});
        assertThat(mixed[0]).isEqualTo("name");
        List<Tensor> none = Derivatives.gradient(a -> Tensor.scalar(1), List.of());
        assertThat(none).isEmpty();
    }

    record Link(Tensor here, @Nullable Link next) {}

    @Test
    void depthNeedsNoStack() {
        Link chain = null;
        for (int i = 0; i < 20_000; i++) {
            chain = new Link(Tensor.scalar(i), chain);
        }
        Structure<Link> structure = Structure.of(java.util.Objects.requireNonNull(chain));
        Tensor all = structure.flatten(chain);
        assertThat(all.size()).isEqualTo(20_000);
        Link back = structure.restore(all.mul(2));
        assertThat(back.here().item()).isEqualTo(2 * 19_999.0);
        Link shorter = java.util.Objects.requireNonNull(chain.next());
        assertThatThrownBy(() -> structure.flatten(shorter))
                .hasMessageContaining("expected a record Link at .next.next");
    }

    @Test
    void whatHasAnotherFormIsRefused() {
        Net x = net();
        Net other = new Net(x.layers().subList(0, 1), x.scales());
        assertMessage(
                () -> Derivatives.hvp(StructureTest::loss, x, other),
                "the tangent has another form than the value it belongs to: expected a list of 2 at .layers, but got a list "
                        + "of 1");
        assertMessage(
                () -> Derivatives.jvp(n -> n.apply(X), x, new Net(x.layers(), Map.of("out", X))),
                "the tangent has another form than the value it belongs to: expected a map with keys [out, at] at .scales, "
                        + "but got a map with keys [out]");
        Dense first = x.layers().get(0);
        Dense none = new Dense(first.weights(), null, Kind.TANH, 3);
        assertMessage(
                () -> Derivatives.jvp(d -> d.apply(X), first, none),
                "the tangent has another form than the value it belongs to: expected a tensor at .bias, but got null");
        assertMessage(
                () -> Derivatives.jvp(d -> d.apply(X), none, first),
                "the tangent has another form than the value it belongs to: expected null at .bias, but got a tensor");
        Dense wide = new Dense(Tensor.zeros(2, 4), Tensor.zeros(3), Kind.TANH, 3);
        assertMessage(
                () -> Derivatives.jvp(d -> d.apply(X), first, wide),
                "the tangent at .weights needs the shape [2, 3], or one more axis of directions before it, but got [2, 4]");
        assertMessage(
                () -> Derivatives.vjp(v -> List.of(v, v), X, List.of(X)),
                "the cotangent has another form than the value it belongs to: expected a list of 2 at the top, but got a "
                        + "list of 1");
        Tensor lead = Tensor.stack(0, Tensor.zeros(3), Tensor.zeros(3));
        assertMessage(
                () -> Derivatives.jvp(
                        d -> d.get(0).add(d.get(1)),
                        List.of(Tensor.zeros(3), Tensor.zeros(3)),
                        List.of(lead, Tensor.zeros(3))),
                "either all tangents carry a leading axis of directions, equally many, or none, but got shapes "
                        + "[[2, 3], [3]] for arguments of shapes [[3], [3]]");
    }

    @Test
    @SuppressWarnings("NullAway") // what the messages are about
    void whatCannotHoldTensorsIsRefused() {
        Tensor x = Tensor.of(1, 2);
        assertMessage(
                () -> Structure.of(new HashSet<>(Set.of(x))),
                "expected a tensor, or a record, list, map or array of them, but got a HashSet at the top");
        assertMessage(
                () -> Derivatives.gradient(o -> x, List.of(x, Optional.of(x))),
                "expected a tensor, or a record, list, map or array of them, but got a Optional at [1]");
        assertMessage(
                () -> Structure.of(null),
                "expected a tensor, or a record, list, map or array of them, but got null at the top");
        assertMessage(
                () -> Structure.of(new Tensor[] {x, null}),
                "expected a tensor, or a record, list, map or array of them, but got null at [1]");
        Map<String, Tensor> withNull = new HashMap<>();
        withNull.put("w", null);
        assertMessage(
                () -> Structure.of(withNull),
                "expected a tensor, or a record, list, map or array of them, but got null at [\"w\"]");
        assertMessage(
                () -> Derivatives.gradient(o -> null, List.of(x)),
                "the function to differentiate returned null: it must return a tensor, or a record, list, map or array of "
                        + "them");
        assertMessage(
                () -> Derivatives.jvp(o -> Arrays.asList(x, null), x, x),
                "the function to differentiate returned null at [1]: it must return a tensor, or a record, list, map or "
                        + "array of them");
        assertMessage(
                () -> Derivatives.jvp(o -> Optional.of(x), x, x),
                "the function to differentiate returned a Optional: it must return a tensor, or a record, list, map or "
                        + "array of them");
        assertMessage(
                () -> Structure.of(3.5),
                "expected a tensor, or a record, list, map or array of them, but got a Double at the top");
    }

    record Positive(Tensor x) {
        Positive {
            if (x.min().item() < 0) {
                throw new IllegalArgumentException("must not be negative");
            }
        }
    }

    record Narrow(ArrayList<Tensor> list, LinkedHashMap<String, Tensor> map) {}

    record Odd(CopyOnWriteArrayList<Tensor> list) {}

    @Test
    void recordsThatCannotBeMadeAgainAreNamed() {
        assertMessage(
                () -> Derivatives.gradient(p -> p.x().neg().sum(), new Positive(Tensor.of(1, 2))),
                "the constructor of record Positive refuses other tensors in place of its own, such as derivatives: "
                        + "java.lang.IllegalArgumentException: must not be negative");
        Narrow narrow = new Narrow(new ArrayList<>(List.of(X)), new LinkedHashMap<>(Map.of("x", X)));
        assertClose(
                Derivatives.gradient(n -> n.list().get(0).add(n.map().get("x")).sum(), narrow)
                        .map()
                        .get("x"),
                Tensor.ones(3, 2));
        assertMessage(
                () -> Derivatives.gradient(o -> o.list().get(0).sum(), new Odd(new CopyOnWriteArrayList<>(List.of(X)))),
                "record Odd cannot be made: declare lists as List, maps as Map, and open its package to this library");
    }

    @Test
    void resultsAreTracedIfSomebodyElseIsWatching() {
        Net x = net();
        Tensor scale = Tensor.variable(2);
        Net g = Derivatives.gradient(n -> loss(n).mul(scale).sum(), x);
        assertClose(
                NET.flatten(g).sum().backward().of(scale),
                NET.flatten(Derivatives.gradient(StructureTest::loss, x)).sum(Dims.KEEP, 0));
        // a gradient of a gradient's norm, over the whole net
        Net twice = Derivatives.gradient(
                n -> NET.flatten(Derivatives.gradient(StructureTest::loss, n)).sumSquares(), x);
        Net hvp = Derivatives.hvp(StructureTest::loss, x, Derivatives.gradient(StructureTest::loss, x));
        assertClose(NET.flatten(twice), NET.flatten(hvp).mul(2));
    }

    @Test
    void perExampleGradientsOfStructures() {
        record Example(Tensor x, Tensor y) {}
        Dense w = net().layers().get(0);
        Example batch = new Example(X, Tensor.of(new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}));
        Dense found = Derivatives.perExampleGradients(
                (d, e) -> d.apply(e.x().expandDims(0)).sub(e.y()).sumSquares(), w, batch);
        assertThat(found.kind()).isEqualTo(Kind.TANH);
        for (int i = 0; i < 3; i++) {
            Tensor x = X.slice(0, i, i + 1);
            Tensor y = batch.y().slice(0, i, i + 1);
            Dense alone = Derivatives.gradient(d -> d.apply(x).sub(y).sumSquares(), w);
            assertClose(found.weights().slice(0, i, i + 1).squeeze(0), alone.weights());
        }
        assertMessage(
                () -> Derivatives.perExampleGradients((d, e) -> e.x().sum(), w, new Example(X, Tensor.zeros(2, 3))),
                "a batch has equally many examples along the first axis of each tensor, but got shapes [[3, 2], [2, 3]]");
        assertMessage(
                () -> Derivatives.perExampleGradients((d, e) -> Tensor.scalar(1), w, List.<Tensor>of()),
                "a batch has equally many examples along the first axis of each tensor, but there is no tensor");
    }

    private static void assertMessage(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
