package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Bad input: each message says what was expected, what was given, and what to do. */
class MessagesTest {
    private static final Tensor M = Tensor.zeros(2, 3);
    private static final Tensor V = Tensor.zeros(4);
    private static final Tensor EMPTY = Tensor.zeros(0, 3);

    private static DynamicTest refuses(
            String call, Supplier<?> mistake, Class<? extends RuntimeException> type, String... parts) {
        return DynamicTest.dynamicTest(call, () -> {
            RuntimeException thrown = null;
            try {
                mistake.get();
            } catch (RuntimeException e) {
                thrown = e;
            }
            assertThat(thrown).isInstanceOf(type).hasMessageContainingAll(parts);
        });
    }

    private static DynamicTest argument(String call, Supplier<?> mistake, String... parts) {
        return refuses(call, mistake, IllegalArgumentException.class, parts);
    }

    private static DynamicTest bounds(String call, Supplier<?> mistake, String... parts) {
        return refuses(call, mistake, IndexOutOfBoundsException.class, parts);
    }

    @TestFactory
    Stream<DynamicTest> shapesThatDoNotFit() {
        return Stream.of(
                argument(
                        "add",
                        () -> M.add(V),
                        "add: shapes [2, 3] and [4] do not broadcast",
                        "they must be equal, or one of them 1"),
                argument("where", () -> Tensor.where(Mask.of(true, false), M, M), "where: shapes", "do not broadcast"),
                argument("gt", () -> M.gt(V), "greater: shapes [2, 3] and [4] do not broadcast"),
                argument("clamp", () -> M.clamp(2, 1), "clamp needs low <= high, but got 2.0 and 1.0"),
                argument("polygamma", () -> M.polygamma(-1), "polygamma needs n >= 0, but got -1"),
                argument(
                        "matmul",
                        () -> M.matmul(Tensor.zeros(4, 5)),
                        "matmul needs [.., n, k] and [.., k, m], but got [2, 3] and [4, 5]: the inner sizes 3 and 4 differ"),
                argument("matmul with a vector", () -> M.matmul(V), "[2, 3] and [4]", "the inner sizes 3 and 4 differ"),
                argument("matmul with a scalar", () -> M.matmul(Tensor.scalar(1)), "at least one axis", "use mul"),
                argument(
                        "matmul of batches",
                        () -> Tensor.zeros(2, 1, 3).matmul(Tensor.zeros(3, 3, 1)),
                        "matmul of [2, 1, 3] and [3, 3, 1]: the batch shapes [2] and [3] do not broadcast"),
                argument("dot", () -> V.dot(M), "dot needs two vectors of one length, but got shapes [4] and [2, 3]"),
                argument("outer", () -> V.outer(M), "outer needs two vectors"),
                argument("kron", () -> V.kron(M), "kron needs two matrices"),
                argument(
                        "reshape",
                        () -> M.reshape(4, 2),
                        "reshape keeps the number of entries, but shape [2, 3] has 6 and [4, 2] has 8"),
                argument("reshape with -1", () -> M.reshape(4, -1), "[4, -1] fits no whole length in place of its -1"),
                argument("reshape with two -1", () -> M.reshape(-1, -1), "which may stand once"),
                argument(
                        "reshape of indices", () -> Indices.of(1, 2).reshape(3), "reshape keeps the number of entries"),
                argument(
                        "permute",
                        () -> M.permute(0),
                        "permute needs each of the 2 axes of shape [2, 3] once, but got [0]"),
                argument("permute twice", () -> M.permute(0, 0), "axis 0 of shape [2, 3] is named twice"),
                argument("transpose", () -> V.transpose(), "transpose() exchanges the last two axes", "expandDims"),
                argument(
                        "squeeze",
                        () -> M.squeeze(1),
                        "squeeze takes axes of length 1 away, but axis 1 of shape [2, 3] has length 3"),
                argument("broadcastTo", () -> M.broadcastTo(2, 4), "shape [2, 3] cannot be broadcast to [2, 4]"),
                argument(
                        "concat",
                        () -> Tensor.concat(0, M, V),
                        "concat along axis 0 needs shapes that agree",
                        "[[2, 3], [4]]"),
                argument("concat of nothing", () -> Tensor.concat(0), "concat needs at least one tensor"),
                argument("stack", () -> Tensor.stack(0, M, Tensor.zeros(3, 2)), "shapes that agree"),
                argument("stack", () -> Tensor.stack(0), "stack needs at least one tensor"),
                argument(
                        "split",
                        () -> V.split(0, 1, 2),
                        "split lengths must add up to the axis, but [1, 2] add up to 3",
                        "length 4"),
                argument("pad", () -> M.pad(0, -1, 0), "padding must not be negative", "use crop"),
                argument("padEdge", () -> EMPTY.padEdge(0, 1, 1), "has none along axis 0"),
                argument("padReflect", () -> V.padReflect(0, 4, 0), "padReflect mirrors at most 3 entries"),
                argument("diag", () -> M.diag(), "diag needs one axis, but got shape [2, 3]"),
                argument("diagonal", () -> V.diagonal(), "diagonal needs at least two axes"),
                argument("tril", () -> V.tril(0), "a triangle needs at least two axes"),
                argument("straightThrough", () -> M.straightThrough(V), "same shape, but got [2, 3] and [4]"),
                argument(
                        "of ragged rows",
                        () -> Tensor.of(new double[][] {{1, 2}, {3}}),
                        "row 0 has 2 entries and row 1 has 1"),
                argument("a negative length", () -> Tensor.zeros(2, -1), "axis lengths must not be negative"));
    }

    @TestFactory
    Stream<DynamicTest> axesThatDoNotExist() {
        return Stream.of(
                bounds(
                        "sum(2)",
                        () -> M.sum(2),
                        "axis 2 does not exist: shape [2, 3] has axes 0 to 1, or -2 to -1 counted from the end"),
                bounds("sum(-3)", () -> M.sum(-3), "axis -3 does not exist"),
                argument(
                        "sum twice",
                        () -> M.sum(1, -1),
                        "axis 1 of shape [2, 3] is named twice in [1, -1]: name each axis once"),
                bounds("max of a scalar", () -> Tensor.scalar(1).max(0), "a scalar, shape [], has no axes"),
                bounds("softmax", () -> M.softmax(2), "axis 2 does not exist"),
                bounds("cumSum", () -> M.cumSum(2), "axis 2 does not exist"),
                bounds("prod", () -> M.prod(2), "axis 2 does not exist"),
                bounds("argMax", () -> M.argMax(2), "axis 2 does not exist"),
                bounds("dim", () -> M.dim(5), "axis 5 does not exist"),
                bounds("expandDims", () -> M.expandDims(4), "axis 4 does not exist"),
                bounds("permute", () -> M.permute(0, 2), "axis 2 does not exist"),
                bounds("moveAxis", () -> M.moveAxis(0, 2), "axis 2 does not exist"),
                bounds("flip", () -> M.flip(2), "axis 2 does not exist"),
                bounds("concat", () -> Tensor.concat(2, M, M), "axis 2 does not exist"));
    }

    @TestFactory
    Stream<DynamicTest> reductionsOfNothing() {
        return Stream.of(
                argument("max", () -> EMPTY.max(), "max of no entries does not exist: shape [0, 3]"),
                argument("min", () -> EMPTY.min(0), "min of no entries does not exist"),
                argument("mean", () -> EMPTY.mean(), "mean of no entries does not exist"),
                argument("argMax", () -> EMPTY.argMax(0), "argMax of no entries does not exist"),
                argument("argMin", () -> EMPTY.argMin(0), "argMin of no entries does not exist"),
                argument("normInf", () -> EMPTY.normInf(), "max of no entries does not exist"),
                argument(
                        "variance",
                        () -> Tensor.of(1).variance(1),
                        "variance with ddof 1 needs more than 1 entries, but shape [1] gives 1"),
                argument("standardDeviation", () -> EMPTY.standardDeviation(0, 0), "needs more than 0 entries"));
    }

    @TestFactory
    Stream<DynamicTest> positionsThatDoNotExist() {
        return Stream.of(
                bounds(
                        "get",
                        () -> M.get(0, 3),
                        "index 3 is outside axis 1 of shape [2, 3], whose indices are 0 to 2 or, from the end, -1 to -3"),
                bounds("get with too few", () -> M.get(0), "an entry of shape [2, 3] has 2 indices, but got [0]"),
                bounds("take", () -> M.take(Indices.of(0, 2), 0), "index 2 is outside axis 0 of shape [2, 3]"),
                bounds("gather", () -> M.gather(Indices.of(0, 3).reshape(2, 1), 1), "index 3 is outside axis 1"),
                argument(
                        "gather of another rank",
                        () -> M.gather(Indices.of(0, 1), 1),
                        "gather along axis 1 needs indices of shape [2, 3]"),
                bounds("index", () -> M.index(Indices.of(0), Indices.of(-4)), "index -4 is outside axis 1"),
                argument(
                        "index with too many",
                        () -> V.index(Indices.of(0), Indices.of(0)),
                        "at least 1 and at most 1, but got 2"),
                argument("index of two shapes", () -> M.index(Indices.of(0), Indices.of(0, 1)), "indices of one shape"),
                bounds(
                        "scatterAdd",
                        () -> M.scatterAdd(0, Indices.of(2), Tensor.zeros(1, 3)),
                        "index 2 is outside axis 0"),
                bounds(
                        "empty axis",
                        () -> V.take(Indices.of(0), 0).take(Indices.of(), 0).take(Indices.of(0), 0),
                        "is empty"),
                argument(
                        "scatterAdd source",
                        () -> M.scatterAdd(0, Indices.of(1), V),
                        "scatterAdd needs a source of shape [1, 3] at these indices, but got [4]"),
                argument(
                        "scatter twice",
                        () -> M.scatter(0, Indices.of(1, 1), M),
                        "each position may be named once, but got [1, 1]",
                        "scatterAdd adds up"),
                argument(
                        "segmentSum",
                        () -> M.segmentSum(Indices.of(0), 2),
                        "one segment for each slice along axis 0, but got [1] segments"),
                bounds(
                        "segmentSum outside",
                        () -> M.segmentSum(Indices.of(0, 2), 2),
                        "segmentSum needs classes from 0 to 1, but got 2 at position 1"),
                bounds(
                        "oneHot",
                        () -> Indices.of(0, 3).oneHot(3),
                        "oneHot needs classes from 0 to 2, but got 3 at position 1"),
                bounds("oneHot from the end", () -> Indices.of(-1).oneHot(3), "but got -1 at position 0"),
                bounds(
                        "slice",
                        () -> V.slice(0, 1, 5),
                        "slice needs 0 <= from <= to <= 4",
                        "but got from 1 to 5 step 1"),
                bounds("slice step 0", () -> V.slice(0, 1, 2, 0), "a step other than 0"),
                bounds("crop", () -> V.crop(0, 3, 3), "crop needs widths of at least 0 that add up to at most 4"),
                refuses(
                        "item",
                        () -> M.item(),
                        IllegalStateException.class,
                        "item() is for a single number",
                        "use get(..) or toArray()"));
    }
}
