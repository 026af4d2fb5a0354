package org.retrograd.autograd.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.retrograd.autograd.diff.Derivatives.Mode;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** Matrices of derivatives and the products with them, against closed forms, in both modes and nested in one another. */
class DerivativesTest {
    private static final Tensor A = Tensor.of(new double[][] {{2, -1, 0.5}, {0.3, 1, 4}, {-2, 0.7, 3}});

    /** A function with the closed forms of its Jacobian and, if it is scalar, of its Hessian. */
    record Known(
            String name,
            UnaryOperator<Tensor> f,
            Tensor x,
            UnaryOperator<Tensor> jacobian,
            UnaryOperator<Tensor> hessian) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Known> scalar() {
        Tensor x3 = Tensor.of(0.4, -1.3, 0.9);
        return Stream.of(
                new Known(
                        "Rosenbrock",
                        DerivativesTest::rosenbrock,
                        Tensor.of(-1.2, 1),
                        v -> {
                            double x = v.get(0);
                            double y = v.get(1);
                            return Tensor.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x));
                        },
                        v -> {
                            double x = v.get(0);
                            double y = v.get(1);
                            return Tensor.of(new double[][] {{2 - 400 * (y - 3 * x * x), -400 * x}, {-400 * x, 200}});
                        }),
                new Known(
                        "quadratic form",
                        v -> v.dot(A.matmul(v)),
                        x3,
                        v -> A.add(A.transpose()).matmul(v),
                        v -> A.add(A.transpose())),
                new Known("norm", Tensor::norm, x3, v -> v.div(v.norm()), v -> {
                    Tensor unit = v.div(v.norm());
                    return Tensor.eye(3).sub(unit.outer(unit)).div(v.norm());
                }),
                new Known("logSumExp", Tensor::logSumExp, x3, v -> v.softmax(0), DerivativesTest::softmaxSlope),
                new Known("product", Tensor::prod, x3, v -> v.prod().div(v), v -> {
                    Tensor inverse = Tensor.ones(3).div(v);
                    return inverse.outer(inverse).sub(inverse.square().diag()).mul(v.prod());
                }),
                new Known(
                        "entropy",
                        v -> v.mul(v.log()).sum(),
                        Tensor.of(0.2, 0.3, 1.5),
                        v -> v.log().add(1),
                        v -> Tensor.ones(3).div(v).diag()),
                new Known(
                        "bump",
                        v -> v.sumSquares().neg().exp(),
                        x3,
                        v -> v.mul(-2).mul(bump(v)),
                        v -> v.outer(v).mul(4).sub(Tensor.eye(3).mul(2)).mul(bump(v))),
                new Known(
                        "logistic loss",
                        v -> A.matmul(v).softplus().sum(),
                        x3,
                        v -> A.transpose().matmul(A.matmul(v).sigmoid()),
                        v -> {
                            Tensor p = A.matmul(v).sigmoid();
                            return A.transpose()
                                    .matmul(p.mul(p.neg().add(1)).diag())
                                    .matmul(A);
                        }),
                new Known(
                        "Himmelblau",
                        DerivativesTest::himmelblau,
                        Tensor.of(-1.5, 2.3),
                        v -> {
                            double x = v.get(0);
                            double y = v.get(1);
                            double a = x * x + y - 11;
                            double b = x + y * y - 7;
                            return Tensor.of(4 * x * a + 2 * b, 2 * a + 4 * y * b);
                        },
                        v -> {
                            double x = v.get(0);
                            double y = v.get(1);
                            double mixed = 4 * (x + y);
                            return Tensor.of(new double[][] {
                                {12 * x * x + 4 * y - 42, mixed}, {mixed, 12 * y * y + 4 * x - 26}
                            });
                        }),
                new Known(
                        "potential of a charge",
                        v -> v.norm().reciprocal(),
                        x3,
                        v -> v.div(v.norm().pow(3)).neg(),
                        v -> {
                            Tensor unit = v.div(v.norm());
                            return unit.outer(unit)
                                    .mul(3)
                                    .sub(Tensor.eye(3))
                                    .div(v.norm().pow(3));
                        }),
                new Known(
                        "Cauchy likelihood",
                        v -> v.sumSquares().log1p(),
                        x3,
                        v -> v.mul(2).div(v.sumSquares().add(1)),
                        v -> {
                            Tensor s = v.sumSquares().add(1);
                            return Tensor.eye(3)
                                    .mul(2)
                                    .div(s)
                                    .sub(v.outer(v).mul(4).div(s.square()));
                        }),
                new Known(
                        "geometric mean",
                        v -> v.log().mean().exp(),
                        Tensor.of(0.2, 0.3, 1.5),
                        v -> v.log().mean().exp().div(v).div(3),
                        v -> {
                            Tensor inverse = v.reciprocal();
                            return inverse.outer(inverse)
                                    .div(9)
                                    .sub(inverse.square().diag().div(3))
                                    .mul(v.log().mean().exp());
                        }),
                new Known(
                        "cross-entropy",
                        v -> A.matmul(v).logSumExp().sub(A.matmul(v).dot(Tensor.of(0.1, 0.6, 0.3))),
                        x3,
                        v -> A.transpose().matmul(A.matmul(v).softmax(0).sub(Tensor.of(0.1, 0.6, 0.3))),
                        v -> A.transpose().matmul(softmaxSlope(A.matmul(v))).matmul(A)));
    }

    static Stream<Known> vector() {
        Tensor x3 = Tensor.of(0.4, -1.3, 0.9);
        return Stream.of(
                new Known("linear", A::matmul, x3, v -> A, UnaryOperator.identity()),
                new Known("softmax", v -> v.softmax(0), x3, DerivativesTest::softmaxSlope, UnaryOperator.identity()),
                new Known(
                        "elementwise",
                        v -> v.sin().mul(v),
                        x3,
                        v -> v.sin().add(v.mul(v.cos())).diag(),
                        UnaryOperator.identity()),
                new Known(
                        "polar to Cartesian",
                        DerivativesTest::cartesian,
                        Tensor.of(2, 0.6),
                        v -> {
                            double r = v.get(0);
                            double phi = v.get(1);
                            return Tensor.of(new double[][] {
                                {Math.cos(phi), -r * Math.sin(phi)}, {Math.sin(phi), r * Math.cos(phi)}
                            });
                        },
                        UnaryOperator.identity()),
                new Known(
                        "Cartesian to polar",
                        DerivativesTest::polar,
                        Tensor.of(1.5, -0.8),
                        v -> {
                            double x = v.get(0);
                            double y = v.get(1);
                            double r = Math.hypot(x, y);
                            return Tensor.of(new double[][] {{x / r, y / r}, {-y / (r * r), x / (r * r)}});
                        },
                        UnaryOperator.identity()),
                new Known(
                        "unit vector",
                        v -> v.div(v.norm()),
                        x3,
                        v -> {
                            Tensor unit = v.div(v.norm());
                            return Tensor.eye(3).sub(unit.outer(unit)).div(v.norm());
                        },
                        UnaryOperator.identity()),
                new Known(
                        "powers",
                        v -> Tensor.stack(0, v, v.square(), v.pow(3)),
                        x3,
                        v -> Tensor.stack(
                                0,
                                Tensor.eye(3),
                                v.mul(2).diag(),
                                v.square().mul(3).diag()),
                        UnaryOperator.identity()),
                new Known(
                        "running sum",
                        v -> v.cumSum(0),
                        x3,
                        v -> Tensor.ones(3, 3).tril(0),
                        UnaryOperator.identity()),
                new Known(
                        "fewer values",
                        v -> v.slice(0, 0, 2).mul(v.get(2)),
                        x3,
                        v -> Tensor.of(new double[][] {{0.9, 0, 0}, {0, 0.9, 0}}),
                        UnaryOperator.identity()),
                new Known(
                        "matrix square",
                        v -> v.matmul(v),
                        A,
                        v -> {
                            // d(XX)ij / dXkl = [i = k] Xlj + Xik [l = j]
                            Tensor eye = Tensor.eye(3);
                            return pairs(eye, v.transpose()).add(pairs(v, eye));
                        },
                        UnaryOperator.identity()));
    }

    private static Tensor rosenbrock(Tensor v) {
        Tensor x = entry(v, 0);
        Tensor y = entry(v, 1);
        return x.neg().add(1).square().add(y.sub(x.square()).square().mul(100));
    }

    private static Tensor himmelblau(Tensor v) {
        Tensor x = entry(v, 0);
        Tensor y = entry(v, 1);
        return x.square().add(y).sub(11).square().add(x.add(y.square()).sub(7).square());
    }

    private static Tensor entry(Tensor v, int i) {
        return v.slice(0, i, i + 1).squeeze(0);
    }

    private static Tensor cartesian(Tensor v) {
        Tensor r = entry(v, 0);
        return Tensor.stack(0, r.mul(entry(v, 1).cos()), r.mul(entry(v, 1).sin()));
    }

    private static Tensor polar(Tensor v) {
        return Tensor.stack(0, entry(v, 0).hypot(entry(v, 1)), entry(v, 1).atan2(entry(v, 0)));
    }

    private static Tensor softmaxSlope(Tensor v) {
        Tensor p = v.softmax(0);
        return p.diag().sub(p.outer(p));
    }

    private static Tensor bump(Tensor v) {
        return v.sumSquares().neg().exp();
    }

    /** Returns the products a_ik b_jl, in the order i, j, k, l. */
    private static Tensor pairs(Tensor a, Tensor b) {
        return a.reshape(a.dim(0), 1, a.dim(1), 1).mul(b.reshape(1, b.dim(0), 1, b.dim(1)));
    }

    private static Tensor random(int... shape) {
        return Tensor.uniform(new SplittableRandom(11), -1, 1, shape);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double scale = 1;
        for (double value : expected.toArray()) {
            scale = Math.max(scale, Math.abs(value));
        }
        assertThat(actual.toArray()).containsExactly(expected.toArray(), Offset.offset(1e-12 * scale));
    }

    @ParameterizedTest
    @MethodSource({"scalar", "vector"})
    void jacobiansEqualTheirClosedFormsInBothModesAndInChunksOfAnySize(Known known) {
        Tensor expected = known.jacobian.apply(known.x);
        assertClose(Derivatives.jacobian(known.f, known.x), expected);
        assertThat(Derivatives.jacobian(known.f, known.x).traced()).isFalse();
        for (Mode mode : Mode.values()) {
            Tensor whole = Derivatives.jacobian(known.f, known.x, mode);
            assertClose(whole, expected);
            for (int directions : new int[] {1, 2, 3, 5, 100}) {
                assertClose(Derivatives.jacobian(known.f, known.x, mode, directions), whole);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("scalar")
    void hessiansAndTheirProductsEqualTheirClosedForms(Known known) {
        Tensor expected = known.hessian.apply(known.x);
        Tensor v = random(known.x.size());
        assertClose(Derivatives.gradient(known.f, known.x), known.jacobian.apply(known.x));
        assertClose(Derivatives.hessian(known.f, known.x), expected);
        assertClose(Derivatives.hvp(known.f, known.x, v), expected.matmul(v));
        assertClose(Derivatives.vhp(known.f, known.x, v), expected.matmul(v));
        assertClose(Derivatives.hessianDiagonal(known.f, known.x), expected.diagonal());
        assertClose(Derivatives.laplacian(known.f, known.x), expected.trace());
        assertClose(Derivatives.directional(known.f, known.x, v, 0), known.f.apply(known.x));
        assertClose(
                Derivatives.directional(known.f, known.x, v, 1),
                known.jacobian.apply(known.x).dot(v));
        assertClose(Derivatives.directional(known.f, known.x, v, 2), v.dot(expected.matmul(v)));
    }

    @ParameterizedTest
    @MethodSource({"scalar", "vector"})
    void gaussNewtonProductsAreThoseOfTheMatrix(Known known) {
        Tensor v = random(known.x.shape().toArray());
        Tensor j = known.jacobian.apply(known.x).reshape(-1, known.x.size());
        Tensor flat = v.flatten();
        assertClose(
                Derivatives.gaussNewtonProduct(known.f, known.x, v).flatten(),
                j.transpose().matmul(j.matmul(flat)));
        // the loss Σ y⁴ has the Hessian 12 y²
        Tensor curvature = known.f.apply(known.x).flatten().square().mul(12);
        assertClose(
                Derivatives.gaussNewtonProduct(known.f, y -> y.pow(4).sum(), known.x, v)
                        .flatten(),
                j.transpose().matmul(curvature.mul(j.matmul(flat))));
    }

    @Test
    void moreDirectionsThanOneSweepHoldsAreSweptInChunks() {
        Tensor x = random(150);
        assertClose(Derivatives.jacobian(v -> v.sin(), x), x.cos().diag());
        assertClose(Derivatives.jacobian(v -> v.sin(), x, Mode.REVERSE), x.cos().diag());
        UnaryOperator<Tensor> chain =
                v -> v.slice(0, 1, 150).mul(v.slice(0, 0, 149).sin()).sum();
        Tensor h = Derivatives.hessian(chain, x);
        assertClose(Derivatives.hessianDiagonal(chain, x), h.diagonal());
        assertClose(Derivatives.laplacian(chain, x), h.trace());
        assertThat(h.sameAs(Derivatives.jacobian(v -> Derivatives.gradient(chain, v), x, Mode.FORWARD, 7)))
                .isTrue();
        // neither elementwise nor linear: by products with the Hessian
        UnaryOperator<Tensor> others = v -> v.mul(3).sin().logSumExp();
        Tensor full = Derivatives.hessian(others, x);
        assertClose(Derivatives.hessianDiagonal(others, x), full.diagonal());
        assertClose(Derivatives.laplacian(others, x), full.trace());
    }

    /** The square of each entry, which notes each evaluation, and each call of a rule with how many directions it carries. */
    private static final class Noted {
        private final List<String> calls = new ArrayList<>();
        private final CustomFunction square = CustomFunction.of("noted", in -> {
                    calls.add("value");
                    return in.get(0).square();
                })
                .vjp((g, in, y) -> {
                    calls.add("reverse " + directions(g, y));
                    return List.of(g.mul(in.get(0)).mul(2));
                })
                .jvp((t, in, y) -> {
                    calls.add("forward " + directions(t.get(0), in.get(0)));
                    return t.get(0).mul(in.get(0)).mul(2);
                })
                .carryingDirections();

        private static int directions(Tensor derivative, Tensor of) {
            return derivative.rank() == of.rank() ? 1 : derivative.dim(0);
        }

        /** Returns what was noted since the last time. */
        List<String> calls() {
            List<String> found = List.copyOf(calls);
            calls.clear();
            return found;
        }
    }

    @Test
    void aJacobianGoesWhicheverWayCostsLessUnlessItIsTold() {
        Noted noted = new Noted();
        Tensor matrix = random(50, 3);
        UnaryOperator<Tensor> tall = v -> matrix.matmul(noted.square.apply(v));
        UnaryOperator<Tensor> wide = v -> noted.square.apply(matrix.transpose().matmul(v));
        UnaryOperator<Tensor> square = v -> noted.square.apply(v);
        Derivatives.jacobian(tall, random(3));
        assertThat(noted.calls()).containsExactly("value", "forward 3");
        Derivatives.jacobian(wide, random(50));
        assertThat(noted.calls()).containsExactly("value", "reverse 3");
        Derivatives.jacobian(square, random(7));
        assertThat(noted.calls()).containsExactly("value", "forward 7");
        Derivatives.jacobian(tall, random(3), Mode.REVERSE);
        assertThat(noted.calls()).containsExactly("value", "reverse 50");
        Derivatives.jacobian(wide, random(50), Mode.FORWARD);
        assertThat(noted.calls()).containsExactly("value", "forward 50");
    }

    /** Fewer values than arguments, but cotangents would be as long as the argument where tangents are single numbers. */
    @Test
    void whatAJacobianCostsIsCountedInEntriesAndNotInArgumentsAndValuesAlone() {
        Noted noted = new Noted();
        Derivatives.jacobian(v -> noted.square.apply(v.sum()).mul(Tensor.ones(10)), random(11));
        assertThat(noted.calls()).containsExactly("value", "forward 11");
        Derivatives.jacobian(v -> noted.square.apply(v.sum()).mul(Tensor.ones(2)), random(11));
        assertThat(noted.calls()).containsExactly("value", "reverse 2");
    }

    @ParameterizedTest
    @EnumSource
    void noSweepCarriesMoreDirectionsThanItIsTold(Mode mode) {
        Noted noted = new Noted();
        UnaryOperator<Tensor> f = v -> noted.square.apply(v);
        String way = mode == Mode.FORWARD ? "forward " : "reverse ";
        Derivatives.jacobian(f, random(10), mode, 4);
        assertThat(noted.calls()).containsExactly("value", way + 4, way + 4, way + 2);
        Derivatives.jacobian(f, random(3), mode, 1);
        assertThat(noted.calls()).containsExactly("value", way + 1, way + 1, way + 1);
        Derivatives.jacobian(f, random(10), mode, 100);
        assertThat(noted.calls()).containsExactly("value", way + 10);
    }

    /** 64 directions, and fewer where an array anywhere in the function has more than 4,096 entries. */
    @ParameterizedTest
    @EnumSource
    void theMemoryOfASweepIsBoundedUnasked(Mode mode) {
        Noted noted = new Noted();
        String way = mode == Mode.FORWARD ? "forward " : "reverse ";
        Derivatives.jacobian(v -> noted.square.apply(v), random(150), mode);
        assertThat(noted.calls()).containsExactly("value", way + 64, way + 64, way + 22);
        Function<Integer, UnaryOperator<Tensor>> through = entries -> v -> noted.square
                .apply(v)
                .mul(v.sum().mul(Tensor.full(1e-3, entries)).mean());
        Derivatives.jacobian(through.apply(1 << 17), random(5), mode);
        assertThat(noted.calls()).containsExactly("value", way + 2, way + 2, way + 1);
        Derivatives.jacobian(through.apply(1 << 19), random(2), mode);
        assertThat(noted.calls()).containsExactly("value", way + 1, way + 1);
    }

    @Test
    void shapesAreThoseOfTheValueFollowedByThoseOfTheArgument() {
        for (Mode mode : Mode.values()) {
            assertClose(Derivatives.jacobian(Tensor::sin, Tensor.scalar(0.3), mode), Tensor.scalar(Math.cos(0.3)));
            assertClose(Derivatives.jacobian(x -> x.mul(Tensor.of(1, 2)), Tensor.scalar(3), mode), Tensor.of(1, 2));
            assertThat(Derivatives.jacobian(x -> x.sum(0), random(2, 3), mode).shape())
                    .hasToString("[3, 2, 3]");
            assertClose(Derivatives.jacobian(x -> Tensor.of(5, 6), random(3), mode), Tensor.zeros(2, 3));
            assertClose(Derivatives.jacobian(x -> x, random(3), mode), Tensor.eye(3));
            assertClose(Derivatives.jacobian(x -> x.sin(), Tensor.zeros(0), mode), Tensor.zeros(0, 0));
            assertClose(Derivatives.jacobian(x -> x.sum(), Tensor.zeros(0, 2), mode), Tensor.zeros(0, 2));
            assertClose(Derivatives.jacobian(x -> x.slice(0, 0, 0), random(3), mode), Tensor.zeros(0, 3));
        }
        Tensor m = random(2, 2);
        assertClose(
                Derivatives.hessian(x -> x.sumSquares(), m),
                Tensor.eye(4).reshape(2, 2, 2, 2).mul(2));
        assertClose(Derivatives.hessianDiagonal(x -> x.sumSquares(), m), Tensor.full(2, 2, 2));
        assertClose(Derivatives.hessian(x -> x.pow(3), Tensor.scalar(2)), Tensor.scalar(12));
        assertClose(Derivatives.hessian(x -> x.sum(), Tensor.zeros(0)), Tensor.zeros(0, 0));
        assertClose(Derivatives.laplacian(x -> x.sum(), Tensor.zeros(0)), Tensor.scalar(0));
    }

    @Test
    void aLinearizationEvaluatesOnceHoweverManySweepsFollow() {
        AtomicInteger calls = new AtomicInteger();
        Differential<Tensor, Tensor> at = Derivatives.linearize(
                v -> {
                    calls.incrementAndGet();
                    return v.square();
                },
                Tensor.of(1, 2));
        assertClose(at.push(Tensor.of(1, 1)), Tensor.of(2, 4));
        assertClose(at.push(Tensor.eye(2)), Tensor.of(2, 4).diag());
        assertClose(at.pull(Tensor.of(3, 1)), Tensor.of(6, 4));
        assertThat(calls.get()).isEqualTo(1);
    }

    @Test
    void theFirstSweepAndLaterOnesGiveTheSameBits() {
        SplittableRandom random = new SplittableRandom(3);
        Tensor x = Tensor.uniform(random, 0.2, 1, 3, 4);
        Tensor row = Tensor.uniform(random, 0.2, 1, 4);
        UnaryOperator<Tensor> f = v -> v.sin().mul(row).pow(row).div(v.tanh()).mul(v);
        Tensor one = Tensor.uniform(random, -1, 1, 3, 4);
        Tensor several = Tensor.stack(0, one, Tensor.zeros(3, 4), one.square());
        Tensor pushed = Derivatives.jvp(f, x, one);
        Tensor pulled = Derivatives.vjp(f, x, one);
        Differential<Tensor, Tensor> at = Derivatives.linearize(f, x);
        for (int sweep = 0; sweep < 3; sweep++) {
            assertThat(at.push(one).toArray()).containsExactly(pushed.toArray());
            assertThat(at.pull(one).toArray()).containsExactly(pulled.toArray());
            assertThat(at.push(several).unstack(0).get(0).toArray()).containsExactly(pushed.toArray());
            assertThat(at.pull(several).unstack(0).get(0).toArray()).containsExactly(pulled.toArray());
        }
    }

    @Test
    void threadsMayShareALinearization() throws Exception {
        Tensor x = Tensor.uniform(new SplittableRandom(3), 0.2, 1, 30);
        List<Tensor> directions = Tensor.eye(30).unstack(0);
        for (int round = 0; round < 20; round++) {
            Differential<Tensor, Tensor> at =
                    Derivatives.linearize(v -> v.sin().exp().mul(v.sum()), x);
            double[][] alone = new double[30][];
            for (int k = 0; k < 30; k++) {
                alone[k] = Derivatives.jvp(v -> v.sin().exp().mul(v.sum()), x, directions.get(k))
                        .toArray();
            }
            List<Tensor> found = directions.parallelStream().map(at::push).toList();
            for (int k = 0; k < 30; k++) {
                assertThat(found.get(k).toArray()).containsExactly(alone[k]);
            }
        }
    }

    @Test
    void matricesOfDerivativesNestToTheFourthOrderInSeveralVariables() {
        // f = Π exp(x): every partial derivative of every order is f itself
        Tensor x = Tensor.of(0.3, -0.2);
        UnaryOperator<Tensor> f = v -> v.sum().exp();
        Tensor expected = Tensor.full(Math.exp(0.1), 2, 2, 2, 2);
        assertClose(Derivatives.jacobian(v -> Derivatives.jacobian(u -> Derivatives.hessian(f, u), v), x), expected);
        for (Mode a : Mode.values()) {
            for (Mode b : Mode.values()) {
                assertClose(
                        Derivatives.jacobian(
                                v -> Derivatives.jacobian(u -> Derivatives.hessian(f, u), v, a, 1), x, b, 3),
                        expected);
            }
        }
        assertClose(Derivatives.hessian(v -> Derivatives.laplacian(f, v), x), Tensor.full(2 * Math.exp(0.1), 2, 2));
        // the bilaplacian of |x|⁴ in n dimensions is 8 n (n + 2)
        assertClose(
                Derivatives.laplacian(
                        v -> Derivatives.laplacian(u -> u.sumSquares().square(), v), Tensor.of(1, 2, 3)),
                Tensor.scalar(120));
    }

    @Test
    void eitherModeOverSeveralDirectionsOfTheOtherAgreesForEveryKindOfOperation() {
        Tensor x = random(2, 3);
        List<UnaryOperator<Tensor>> functions = List.of(
                v -> v.pow(3).reshape(3, 2),
                v -> v.pow(3).transpose(),
                v -> v.pow(3).sum(1),
                v -> v.pow(3).sum(Dims.KEEP, 0).broadcastTo(4, 3),
                v -> v.pow(3).slice(1, 0, 3, -1),
                v -> v.pow(3).pad(0, 1, 2),
                v -> Tensor.concat(1, v.pow(3), v.exp()),
                v -> v.pow(3).diagonal(),
                v -> v.pow(3).flatten().diag(),
                v -> v.matmul(v.transpose()),
                v -> v.pow(3).tril(0),
                v -> v.softmax(1),
                v -> v.cumSum(0).pow(3),
                v -> v.pow(3).max(0),
                v -> v.variance(1, 0).sqrt(),
                v -> v.pow(3).take(Indices.of(2, 0, 2), 1),
                v -> v.pow(3).roll(1, 1).mul(v),
                v -> v.flatten().pow(2).prod());
        for (UnaryOperator<Tensor> f : functions) {
            Tensor expected =
                    Derivatives.jacobian(v -> Derivatives.jacobian(f, v, Mode.REVERSE, 1), x, Mode.REVERSE, 1);
            for (Mode inner : Mode.values()) {
                for (Mode outer : Mode.values()) {
                    assertClose(Derivatives.jacobian(v -> Derivatives.jacobian(f, v, inner, 4), x, outer, 4), expected);
                }
            }
        }
    }

    @Test
    void perturbationsOfNestedTransformsAreNotConfused() {
        Tensor x = Tensor.of(3, 5);
        // J of x · Σ J_y(x + y) at any y: the inner Jacobian is the identity, whose sum is 2
        for (Mode outer : Mode.values()) {
            for (Mode inner : Mode.values()) {
                assertClose(
                        Derivatives.jacobian(
                                v -> v.mul(Derivatives.jacobian(v::add, Tensor.of(1, 1), inner)
                                        .sum()),
                                x,
                                outer),
                        Tensor.eye(2).mul(2));
                assertClose(
                        Derivatives.jacobian(
                                v -> v.mul(
                                        Derivatives.jacobian(v::mul, v, inner).diagonal()),
                                x,
                                outer),
                        x.mul(2).diag());
            }
        }
        assertClose(
                Derivatives.hessian(
                        v -> v.mul(Derivatives.hessianDiagonal(
                                        w -> w.square().mul(v).sum(), v))
                                .sum(),
                        x),
                Tensor.eye(2).mul(4));
    }

    @Test
    void resultsAreTracedIfAndOnlyIfAVariableOfSomebodyElseIsThere() {
        Tensor a = Tensor.variable(2, 3);
        Tensor x = Tensor.of(0.5, -1);
        UnaryOperator<Tensor> f = v -> v.pow(3).mul(a).sum();
        Tensor h = Derivatives.hessian(f, x);
        assertClose(h, x.mul(6).mul(a.detach()).diag());
        assertClose(h.sum().backward().of(a), x.mul(6));
        assertClose(Derivatives.laplacian(f, x).backward().of(a), x.mul(6));
        assertClose(
                Derivatives.gaussNewtonProduct(v -> v.mul(a), x, Tensor.of(1, 1))
                        .sum()
                        .backward()
                        .of(a),
                a.detach().mul(2));
        assertClose(Derivatives.directional(f, x, Tensor.of(1, 1), 3).backward().of(a), Tensor.of(6, 6));
        assertThat(Derivatives.jacobian(v -> v.square(), x).traced()).isFalse();
        assertThat(Derivatives.jacobian(v -> v.square(), a).traced()).isTrue();
        assertThat(Derivatives.vhp(v -> v.pow(3).sum(), x, x).traced()).isFalse();
        assertThat(Derivatives.gaussNewtonProduct(v -> v.square(), x, x).traced())
                .isFalse();
        assertThat(Derivatives.directional(v -> v.square(), x, x, 0).traced()).isFalse();
    }

    @Test
    void perExampleGradientsAreThoseOfTheExamplesAlone() {
        Tensor w = random(2);
        Tensor batch = random(4, 2);
        Tensor found = Derivatives.perExampleGradients((v, x) -> v.dot(x).square(), w, batch);
        assertClose(found, batch.mul(batch.matmul(w).mul(2).expandDims(1)));
        assertThat(found.traced()).isFalse();
        assertClose(Derivatives.perExampleGradients((v, x) -> v.dot(x), w, Tensor.zeros(0, 2)), Tensor.zeros(0, 2));
    }

    @Test
    void everyTransformOfScalarFunctionsRefusesOthers() {
        Tensor x = Tensor.of(1, 2);
        UnaryOperator<Tensor> f = Tensor::square;
        List<ThrowingCallable> calls = List.of(
                () -> Derivatives.gradient(f, x),
                () -> Derivatives.valueAndGradient(f, x),
                () -> Derivatives.hvp(f, x, x),
                () -> Derivatives.vhp(f, x, x),
                () -> Derivatives.hessian(f, x),
                () -> Derivatives.hessianDiagonal(f, x),
                () -> Derivatives.laplacian(f, x),
                () -> Derivatives.gaussNewtonProduct(f, f, x, x),
                () -> Derivatives.perExampleGradients((w, e) -> w.mul(e), x, Tensor.ones(3, 2)),
                () -> Sparse.hessian(f, x));
        for (ThrowingCallable call : calls) {
            assertMessage(
                    call,
                    "a gradient is that of a scalar function, but the value has shape [2]: reduce it, for instance by "
                            + "sum(), or use vjp with a cotangent");
        }
    }

    @Test
    void badInputIsExplained() {
        Tensor x = Tensor.of(1, 2);
        assertMessage(
                () -> Derivatives.gaussNewtonProduct(v -> v.square(), x, Tensor.of(1, 2, 3)),
                "the tangent needs the shape [2], or one more axis of directions before it, but got [3]");
        assertMessage(
                () -> Derivatives.vhp(v -> v.sumSquares(), x, Tensor.scalar(1)),
                "the cotangent needs the shape [2], or one more axis of directions before it, but got []");
        assertMessage(
                () -> Derivatives.directional(v -> v, x, Tensor.of(1), 2),
                "the direction needs the shape [2], but got [1]");
        assertMessage(
                () -> Derivatives.directional(v -> v, x, x, -1),
                "the order of a derivative cannot be negative, but is -1");
        assertMessage(
                () -> Derivatives.jacobian(v -> v, x, Mode.FORWARD, 0),
                "a sweep needs at least 1 direction, but directionsPerSweep is 0");
        assertMessage(
                () -> Derivatives.perExampleGradients((w, e) -> w.dot(e), x, Tensor.scalar(1)),
                "a batch has equally many examples along the first axis of each tensor, but got shapes [[]]");
    }

    @Test
    @SuppressWarnings("NullAway") // what the message is about
    void aFunctionThatReturnsNullIsNamed() {
        assertMessage(
                () -> Derivatives.jacobian(v -> null, Tensor.of(1, 2)),
                "the function to differentiate returned null: it must return a tensor, or a record, list, map or array of them");
    }

    private static void assertMessage(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }
}
