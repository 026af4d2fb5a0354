package org.retrograd.autograd.tensor;

import static java.util.Map.entry;

import com.google.common.primitives.Doubles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Piecewise;
import org.retrograd.autograd.scalar.Primitive;
import org.retrograd.autograd.scalar.Primitive.Interval;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Smooth;
import org.retrograd.autograd.scalar.Special;

/**
 * A function of random operations over all primitives, with shared subexpressions, constants, sums of products, calls of an
 * inner program, and branches; written down once, to be evaluated over any kind of number.
 *
 * <p>Every operand is within the interval from which the primitive is sampled (others go through a sine first), and the point
 * keeps away from kinks and from where a branch turns: there, all kinds of number must agree.
 */
final class RandomFunction {
    private static final double MARGIN = 1e-3;
    private static final double[] CONSTANTS = {0.75, -1.25};

    /** An inner program of two inputs that is called as one node. */
    private static final Program INNER = Program.record(
            2, (a, b) -> a.multiply(b.sin()).add(a.square().add(1).sqrt()));

    /** What a kind of number must be able to do. */
    interface Numbers<V> {
        V constant(double value);

        V apply(Primitive primitive, List<V> x);

        boolean greater(V a, V b);

        /** The sum of the products of two pairs. */
        default V dot(V a, V b, V c, V d) {
            return apply(
                    Arithmetic.ADD,
                    List.of(apply(Arithmetic.MUL, List.of(a, b)), apply(Arithmetic.MUL, List.of(c, d))));
        }

        /** {@link #INNER}. */
        default V inner(V a, V b) {
            V product = apply(Arithmetic.MUL, List.of(a, apply(Smooth.SIN, List.of(b))));
            V square = apply(Arithmetic.ADD, List.of(apply(Arithmetic.MUL, List.of(a, a)), constant(1)));
            return apply(Arithmetic.ADD, List.of(product, apply(Smooth.SQRT, List.of(square))));
        }
    }

    enum Numeric implements Numbers<Double> {
        INSTANCE;

        @Override
        public Double constant(double value) {
            return value;
        }

        @Override
        public Double apply(Primitive primitive, List<Double> x) {
            return switch (x.size()) {
                case 1 -> primitive.value(x.get(0));
                case 2 -> primitive.value(x.get(0), x.get(1));
                default -> primitive.value(x.get(0), x.get(1), x.get(2));
            };
        }

        @Override
        public boolean greater(Double a, Double b) {
            return a > b;
        }
    }

    enum Scalars implements Numbers<Scalar> {
        INSTANCE;

        @Override
        public Scalar constant(double value) {
            return Scalar.of(value);
        }

        @Override
        public Scalar apply(Primitive primitive, List<Scalar> x) {
            return switch (x.size()) {
                case 1 -> x.get(0).apply(primitive);
                case 2 -> x.get(0).apply(primitive, x.get(1));
                default -> x.get(0).apply(primitive, x.get(1), x.get(2));
            };
        }

        @Override
        public boolean greater(Scalar a, Scalar b) {
            return a.isGreaterThan(b);
        }

        @Override
        public Scalar dot(Scalar a, Scalar b, Scalar c, Scalar d) {
            return a.linearCombination(a, b, c, d);
        }

        @Override
        public Scalar inner(Scalar a, Scalar b) {
            return INNER.call(a, b)[0];
        }
    }

    /** Derivatives by Commons Math, for the primitives that it has. */
    record Commons(DerivativeStructure any) implements Numbers<DerivativeStructure> {
        private static final double LN_2 = StrictMath.log(2);

        static final Map<Primitive, Function<List<DerivativeStructure>, DerivativeStructure>> KNOWN = Map.ofEntries(
                entry(Arithmetic.ADD, x -> x.get(0).add(x.get(1))),
                entry(Arithmetic.SUB, x -> x.get(0).subtract(x.get(1))),
                entry(Arithmetic.MUL, x -> x.get(0).multiply(x.get(1))),
                entry(Arithmetic.STRONG_MUL, x -> x.get(0).multiply(x.get(1))),
                entry(Arithmetic.DIV, x -> x.get(0).divide(x.get(1))),
                entry(Arithmetic.NEG, x -> x.get(0).negate()),
                entry(Arithmetic.RECIPROCAL, x -> x.get(0).reciprocal()),
                entry(Arithmetic.SQUARE, x -> x.get(0).pow(2)),
                entry(Arithmetic.CUBE, x -> x.get(0).pow(3)),
                entry(Arithmetic.POW, x -> x.get(0).pow(x.get(1))),
                entry(Smooth.SQRT, x -> x.get(0).sqrt()),
                entry(Smooth.RSQRT, x -> x.get(0).sqrt().reciprocal()),
                entry(Smooth.CBRT, x -> x.get(0).cbrt()),
                entry(Smooth.EXP, x -> x.get(0).exp()),
                entry(Smooth.EXP2, x -> DerivativeStructure.pow(2, x.get(0))),
                entry(Smooth.EXPM1, x -> x.get(0).expm1()),
                entry(Smooth.LOG, x -> x.get(0).log()),
                entry(Smooth.LOG2, x -> x.get(0).log().divide(LN_2)),
                entry(Smooth.LOG10, x -> x.get(0).log10()),
                entry(Smooth.LOG1P, x -> x.get(0).log1p()),
                entry(Smooth.SIN, x -> x.get(0).sin()),
                entry(Smooth.COS, x -> x.get(0).cos()),
                entry(Smooth.TAN, x -> x.get(0).tan()),
                entry(Smooth.ASIN, x -> x.get(0).asin()),
                entry(Smooth.ACOS, x -> x.get(0).acos()),
                entry(Smooth.ATAN, x -> x.get(0).atan()),
                entry(Smooth.ATAN2, x -> angle(x.get(0), x.get(1))),
                entry(Smooth.SINH, x -> x.get(0).sinh()),
                entry(Smooth.COSH, x -> x.get(0).cosh()),
                entry(Smooth.TANH, x -> x.get(0).tanh()),
                entry(Smooth.ASINH, x -> x.get(0).asinh()),
                entry(Smooth.ACOSH, x -> x.get(0).acosh()),
                entry(Smooth.ATANH, x -> x.get(0).atanh()),
                entry(Special.HYPOT, x -> x.get(0).hypot(x.get(1))),
                entry(Piecewise.ABS, x -> x.get(0).abs()),
                entry(Piecewise.SIGN, x -> x.get(0).signum()),
                entry(Piecewise.FLOOR, x -> x.get(0).floor()),
                entry(Piecewise.CEIL, x -> x.get(0).ceil()),
                entry(Piecewise.ROUND, x -> x.get(0).rint()),
                entry(Piecewise.IEEE_REMAINDER, x -> x.get(0).remainder(x.get(1))),
                entry(Piecewise.COPY_SIGN, x -> x.get(0).copySign(x.get(1))));

        /** Where x is 0, Commons Math's atan2 leaves rounding in a derivative that is 0: there, the angle by its atan. */
        private static DerivativeStructure angle(DerivativeStructure y, DerivativeStructure x) {
            return x.getValue() != 0
                    ? y.atan2(x)
                    : x.divide(y).atan().negate().add(Math.copySign(Math.PI / 2, y.getValue()));
        }

        @Override
        public DerivativeStructure constant(double value) {
            return new DerivativeStructure(any.getFreeParameters(), any.getOrder(), value);
        }

        @Override
        public DerivativeStructure apply(Primitive primitive, List<DerivativeStructure> x) {
            return KNOWN.get(primitive).apply(x);
        }

        @Override
        public boolean greater(DerivativeStructure a, DerivativeStructure b) {
            return a.getValue() > b.getValue();
        }
    }

    /** An operand: an earlier value as it is, or brought into an interval by a sine. */
    private record Operand(int place, double middle, double half) {
        <V> V of(Numbers<V> numbers, List<V> values) {
            V v = values.get(place);
            if (half < 0) {
                return v;
            }
            V wave = numbers.apply(Smooth.SIN, List.of(v));
            return half == 0
                    ? numbers.constant(middle)
                    : numbers.apply(
                            Arithmetic.ADD,
                            List.of(
                                    numbers.apply(Arithmetic.MUL, List.of(wave, numbers.constant(half))),
                                    numbers.constant(middle)));
        }
    }

    private interface Step {
        <V> V of(Numbers<V> numbers, List<V> values);
    }

    private record Apply(Primitive primitive, List<Operand> operands) implements Step {
        @Override
        public <V> V of(Numbers<V> numbers, List<V> values) {
            return numbers.apply(
                    primitive, operands.stream().map(o -> o.of(numbers, values)).toList());
        }
    }

    private record Branch(int a, int b, Step then, Step otherwise) implements Step {
        @Override
        public <V> V of(Numbers<V> numbers, List<V> values) {
            return numbers.greater(values.get(a), values.get(b))
                    ? then.of(numbers, values)
                    : otherwise.of(numbers, values);
        }
    }

    private record Dot(int a, int b, int c, int d) implements Step {
        @Override
        public <V> V of(Numbers<V> numbers, List<V> values) {
            return numbers.dot(values.get(a), values.get(b), values.get(c), values.get(d));
        }
    }

    private record Inner(Operand a, Operand b) implements Step {
        @Override
        public <V> V of(Numbers<V> numbers, List<V> values) {
            return numbers.inner(a.of(numbers, values), b.of(numbers, values));
        }
    }

    private final List<Primitive> primitives;
    private final SplittableRandom random;
    private final List<Step> steps = new ArrayList<>();
    private final List<Double> values;
    private boolean branches;

    /** Makes a function that is defined, and smooth, around a point. */
    RandomFunction(List<Primitive> primitives, long seed, int operations, double... at) {
        this.primitives = primitives;
        this.random = new SplittableRandom(seed);
        this.values = new ArrayList<>(start(Numeric.INSTANCE, box(at)));
        while (steps.size() < operations) {
            Step step = step();
            double value = step == null ? Double.NaN : step.of(Numeric.INSTANCE, values);
            if (step != null && Math.abs(value) < 1e3) {
                branches |= step instanceof Branch;
                steps.add(step);
                values.add(value);
            }
        }
    }

    /** Whether the function takes branches. */
    boolean branches() {
        return branches;
    }

    /** Whether the function calls a primitive, also in a branch that it does not take. */
    boolean calls(Primitive primitive) {
        return steps.stream().anyMatch(step -> calls(step, primitive));
    }

    private static boolean calls(Step step, Primitive primitive) {
        if (step instanceof Branch branch) {
            return calls(branch.then, primitive) || calls(branch.otherwise, primitive);
        }
        return step instanceof Apply apply && apply.primitive == primitive;
    }

    private static List<Double> box(double... numbers) {
        List<Double> boxed = new ArrayList<>();
        for (double number : numbers) {
            boxed.add(number);
        }
        return boxed;
    }

    private static <V> List<V> start(Numbers<V> numbers, List<V> x) {
        List<V> values = new ArrayList<>(x);
        for (double constant : CONSTANTS) {
            values.add(numbers.constant(constant));
        }
        return values;
    }

    private int place() {
        // mostly what is new, so that functions become deep
        int n = values.size();
        return random.nextInt(3) == 0 ? random.nextInt(n) : Math.max(0, n - 1 - random.nextInt(4));
    }

    /** Returns a random operation, or null if the point is too close to where it jumps. */
    private Step step() {
        int kind = random.nextInt(20);
        if (kind == 0) {
            int a = place();
            int b = place();
            Step then = apply();
            Step otherwise = apply();
            boolean clear = Math.abs(values.get(a) - values.get(b)) > MARGIN;
            return clear && then != null && otherwise != null ? new Branch(a, b, then, otherwise) : null;
        }
        if (kind == 1) {
            return new Dot(place(), place(), place(), place());
        }
        if (kind == 2) {
            return new Inner(operand(new Interval(-2, 2)), operand(new Interval(-2, 2)));
        }
        return apply();
    }

    private Step apply() {
        Primitive primitive = primitives.get(random.nextInt(primitives.size()));
        List<Operand> operands = new ArrayList<>();
        for (Interval interval : primitive.samples()) {
            operands.add(operand(interval));
        }
        double[] x = new double[3];
        for (int k = 0; k < operands.size(); k++) {
            x[k] = operands.get(k).of(Numeric.INSTANCE, values);
        }
        double y = Numeric.INSTANCE.apply(primitive, box(x).subList(0, operands.size()));
        boolean clear = primitive.breaks().stream()
                .allMatch(kink -> Math.abs(kink.margin().value(x[0], x[1], x[2], y, 0)) > MARGIN);
        return clear ? new Apply(primitive, operands) : null;
    }

    private Operand operand(Interval interval) {
        int place = place();
        double v = values.get(place);
        double middle = (interval.low() + interval.high()) / 2;
        double half = (interval.high() - interval.low()) / 2;
        return new Operand(place, middle, half > 0 && Math.abs(v - middle) < half ? -1 : 0.9 * half);
    }

    /** Returns the function's value over any kind of number: the sum of the last three operations. */
    <V> V of(Numbers<V> numbers, List<V> x) {
        return evaluate(numbers, start(numbers, x));
    }

    private <V> V evaluate(Numbers<V> numbers, List<V> values) {
        for (Step step : steps) {
            values.add(step.of(numbers, values));
        }
        V sum = values.get(values.size() - 1);
        for (int k = Math.max(0, values.size() - 3); k < values.size() - 1; k++) {
            sum = numbers.apply(Arithmetic.ADD, List.of(sum, values.get(k)));
        }
        return sum;
    }

    /** Whether every operation is defined at a point. */
    boolean definedAt(double... at) {
        List<Double> all = start(Numeric.INSTANCE, box(at));
        evaluate(Numeric.INSTANCE, all);
        return all.stream().allMatch(Double::isFinite);
    }

    /** Returns the function of recorded numbers. */
    Scalar of(Scalar... x) {
        return of(Scalars.INSTANCE, List.of(x));
    }

    /** Returns the program in which the constants are further inputs, so that nothing is computed when it is recorded. */
    Program unfolded(double... at) {
        return Program.recordAt(withConstants(at), x ->
                new Scalar[] {evaluate(Scalars.INSTANCE, new ArrayList<>(List.of(x)))});
    }

    /** Returns the inputs of the {@linkplain #unfolded} program. */
    static double[] withConstants(double... at) {
        return Doubles.concat(at, CONSTANTS);
    }
}
