package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Storage;

/**
 * A derivative rule that a user wrote: at a point, a linear map of seeds to results. For the one rule seed and results are
 * the cotangents of value and inputs, for the other the tangents of inputs and value; each is the transpose of the other.
 */
final class CustomRule {
    private final String name;
    private final String function;
    private final boolean reverse;
    private final boolean once;
    private final Map map;

    private interface Map {
        List<Tensor> apply(List<Tensor> seeds, List<Tensor> in, Tensor y);
    }

    /**
     * Makes a rule.
     *
     * @param name what messages call it
     * @param function the name of the function
     * @param reverse whether the seed is the cotangent of the value, or the tangents of the inputs
     * @param once whether it leaves tensor methods
     */
    private CustomRule(String name, String function, boolean reverse, boolean once, Map map) {
        this.name = name;
        this.function = function;
        this.reverse = reverse;
        this.once = once;
        this.map = map;
    }

    /** Returns the map of the cotangent of the value to those of the inputs. */
    static CustomRule vjp(String function, CustomFunction.Vjp rule, boolean once) {
        String name = "the vjp of \"" + function + "\"";
        return new CustomRule(name, function, true, once, (seeds, in, y) -> {
            Tensor g = seeds.get(0);
            return cotangents(name, rule.vjp(g, in, y), g.rank() - y.rank(), g.shape, in);
        });
    }

    /** Returns the map of the tangents of the inputs to that of the value. */
    static CustomRule jvp(String function, CustomFunction.Jvp rule, boolean once) {
        String name = "the jvp of \"" + function + "\"";
        return new CustomRule(name, function, false, once, (seeds, in, y) -> {
            Shape expected = seeds.isEmpty() ? y.shape : Directions.shape(seeds.get(0), in.get(0), y.shape);
            Tensor tangent = rule.jvp(seeds, in, y);
            if (tangent == null || !tangent.shape.equals(expected)) {
                throw new IllegalArgumentException(name + " must return a tangent of the value's shape " + expected
                        + ", but returned " + (tangent == null ? "null" : "shape " + tangent.shape));
            }
            return List.of(tangent);
        });
    }

    private static List<Tensor> cotangents(
            String name, @Nullable List<Tensor> returned, int lead, Shape value, List<Tensor> in) {
        if (returned == null || returned.size() != in.size()) {
            throw new IllegalArgumentException(name + " must return a list of cotangents, one for each of its "
                    + in.size()
                    + " inputs, of shapes " + in.stream().map(Tensor::shape).toList() + ", but returned "
                    + (returned == null ? "null" : returned.size() + " of them"));
        }
        List<Tensor> cotangents = new ArrayList<>();
        for (int k = 0; k < in.size(); k++) {
            Tensor c = returned.get(k);
            Shape expected = value.lead(lead, in.get(k).shape);
            boolean broadcast = c != null && c.shape.equals(value) && broadcasts(in.get(k).shape, value);
            if (c == null || !(broadcast || c.shape.equals(expected))) {
                throw new IllegalArgumentException(
                        name + " must return a cotangent of shape " + expected + " for input "
                                + k + ", zeros if the value does not depend on it, but returned "
                                + (c == null ? "null" : "shape " + c.shape));
            }
            cotangents.add(Directions.unbroadcast(c, lead, in.get(k).shape));
        }
        return cotangents;
    }

    private static boolean broadcasts(Shape from, Shape to) {
        int shift = to.rank() - from.rank();
        boolean fits = shift >= 0;
        for (int axis = 0; fits && axis < from.rank(); axis++) {
            fits = from.dim(axis) == 1 || from.dim(axis) == to.dim(shift + axis);
        }
        return fits;
    }

    /**
     * Returns what the rule makes of seeds: constants if nobody watches, else traced, so that they can be differentiated
     * again.
     */
    List<Tensor> apply(List<Tensor> seeds, List<Tensor> in, Tensor y) {
        if (once) {
            return map.apply(detached(seeds), detached(in), y.constant()).stream()
                    .map(result -> new Once(function, result.constant()).after(seeds, in))
                    .toList();
        }
        List<Tensor> results = map.apply(seeds, in, y);
        if (seeds.stream().anyMatch(Tensor::traced) || in.stream().anyMatch(Tensor::traced)) {
            if (results.stream().anyMatch(CustomRule::cut)) {
                map.apply(seeds.stream().map(Tensor::variable).toList(), in, y).forEach(this::requireTraced);
            }
            return results;
        }
        return detached(results);
    }

    private static List<Tensor> detached(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::constant).toList();
    }

    /** Whether a result does not depend on the seeds by tensor methods, though a linear map that is not 0 must. */
    private static boolean cut(Tensor result) {
        return !result.traced() && result.ne(0).any();
    }

    private void requireTraced(Tensor result) {
        if (cut(result)) {
            throw new IllegalStateException(
                    name + " is to be differentiated, but computes on arrays: what it returned is a"
                            + " constant. Write it in tensor methods, or declare the function onceDifferentiable()");
        }
    }

    /** Returns the other rule. */
    CustomRule transposed() {
        return new CustomRule(name + ", transposed,", function, !reverse, once, (cotangents, in, y) -> {
            List<Tensor> results = reverse ? in : List.of(y);
            List<Tensor> seeds = (reverse ? List.of(y) : in)
                    .stream().map(x -> Tensor.ones(x.shape.toArray())).toList();
            return once
                    ? entryByEntry(seeds, in, y, cotangents)
                    : byDerivative(
                            seeds,
                            in,
                            y,
                            Packing.pack(
                                    cotangents,
                                    cotangents.get(0).rank() - results.get(0).rank()));
        });
    }

    /** The derivative of a linear map is the map, so that pulling back through it transposes it. */
    private List<Tensor> byDerivative(List<Tensor> seeds, List<Tensor> in, Tensor y, Tensor cotangent) {
        return Linearization.of(
                        s -> {
                            List<Tensor> results = map.apply(s, in, y);
                            results.forEach(this::requireTraced);
                            return Packing.pack(results, 0);
                        },
                        seeds)
                .pull(cotangent);
    }

    /** Each entry of the transpose's result is the inner product of the cotangents with what becomes of a unit vector. */
    private List<Tensor> entryByEntry(List<Tensor> ones, List<Tensor> in, Tensor y, List<Tensor> cotangents) {
        List<Tensor> zeros = ones.stream().map(x -> Tensor.zeros(x.shape)).toList();
        List<Tensor> results = new ArrayList<>();
        for (int k = 0; k < ones.size(); k++) {
            Shape shape = ones.get(k).shape;
            double[] products = new double[shape.size()];
            for (int i = 0; i < products.length; i++) {
                List<Tensor> unit = new ArrayList<>(zeros);
                unit.set(k, Indices.of(i).oneHot(products.length).reshape(shape));
                List<Tensor> column = map.apply(unit, in, y);
                for (int j = 0; j < column.size(); j++) {
                    products[i] += column.get(j).mul(cotangents.get(j)).sum().item();
                }
            }
            results.add(new Tensor(shape, Storage.wrap(products)));
        }
        return results;
    }

    /** A result that must not be differentiated again. */
    static final class Once extends Op {
        private final String function;
        private final Tensor value;

        Once(String function, Tensor value) {
            this.function = function;
            this.value = value;
        }

        Tensor after(List<Tensor> seeds, List<Tensor> in) {
            List<Tensor> all = new ArrayList<>(seeds);
            all.addAll(in);
            return apply(all.toArray(new Tensor[0]));
        }

        @Override
        public String name() {
            return function + ", differentiated once";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return value.shape;
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            return value.data;
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            throw asked();
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            throw asked();
        }

        private IllegalStateException asked() {
            return new IllegalStateException("\"" + function + "\" can be differentiated once only, as declared by"
                    + " onceDifferentiable(), but a second derivative was asked for: write its rule in tensor methods and"
                    + " drop the declaration");
        }
    }
}
