package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Map;
import org.retrograd.autograd.scalar.Arithmetic;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The reprojection errors of bundle adjustment and their sparse Jacobian.
 *
 * <p>Each observation has two errors that depend on a camera, a point and a weight: 15 numbers. They are a program of these,
 * which runs over all observations in one pass, and so does its Jacobian, a block of 2 by 15.
 */
final class Ba {
    private static final int CAMERA = 11;
    private static final int POINT = 3;
    private static final int BLOCK = CAMERA + POINT + 1;
    private static final Program ERRORS = Program.recordAll(BLOCK + 2, Ba::reprojectionErrors);
    private static final Program WEIGHT_ERROR =
            Program.record(w -> w.square().negate().add(1));

    /** So many entries of each array of the result are sent, and the last one. */
    private static final int SENT = 30;

    private final int p;

    /** One row for each camera, point, and observation. */
    private final Tensor cameras;

    private final Tensor points;
    private final Tensor weights;
    private final Tensor features;

    /** By observation. */
    private final Indices camera;

    private final Indices point;

    private final int[] rowStarts;
    private final int[] columns;

    private Ba(Input input) {
        int n = input.integer("n");
        int m = input.integer("m");
        this.p = input.integer("p");
        this.cameras = replicated(input.vector("cam", CAMERA), n);
        this.points = replicated(input.vector("x", POINT), m);
        this.weights = replicated(new double[] {input.number("w")}, p);
        this.features = replicated(input.vector("feat", 2), p);
        this.camera = cyclic(n);
        this.point = cyclic(m);
        this.rowStarts = new int[3 * p + 1];
        Arrays.setAll(rowStarts, row -> BLOCK * Math.min(row, 2 * p) + Math.max(0, row - 2 * p));
        this.columns = new int[BLOCK * 2 * p + p];
        for (int row = 0; row < 2 * p; row++) {
            int i = row / 2;
            for (int k = 0; k < CAMERA; k++) {
                columns[row * BLOCK + k] = i % n * CAMERA + k;
            }
            for (int k = 0; k < POINT; k++) {
                columns[row * BLOCK + CAMERA + k] = n * CAMERA + i % m * POINT + k;
            }
            columns[row * BLOCK + BLOCK - 1] = n * CAMERA + m * POINT + i;
        }
        for (int i = 0; i < p; i++) {
            columns[BLOCK * 2 * p + i] = n * CAMERA + m * POINT + i;
        }
    }

    /** Returns rows that are copies of a template, each with numbers of its own. */
    private static Tensor replicated(double[] template, int count) {
        return Tensor.of(template).broadcastTo(count, template.length);
    }

    private Indices cyclic(int count) {
        int[] cyclic = new int[p];
        Arrays.setAll(cyclic, i -> i % count);
        return Indices.of(cyclic);
    }

    static Eval eval() {
        return new Eval(
                "ba",
                ImmutableMap.of(
                        "objective", Eval.timed(Ba::new, Ba::errors),
                        "jacobian", Eval.timed(Ba::new, Ba::jacobian)),
                PlainBa::of,
                Ba::synthetic);
    }

    private static Input synthetic() {
        return Input.of(
                "n",
                49,
                "m",
                7776,
                "p",
                31_843,
                "cam",
                new double[] {0.1, -0.2, 0.3, 0.5, -0.5, -2, 1.5, 0.2, -0.1, 0.01, 0.02},
                "x",
                new double[] {0.3, 0.7, 4},
                "w",
                0.6,
                "feat",
                new double[] {0.4, -0.3});
    }

    private Map<String, Object> errors() {
        Tensor reprojection = Tensor.mapRows(ERRORS, observed(), features);
        Tensor weight = Tensor.map(WEIGHT_ERROR, weights);
        double[] first = {reprojection.get(0, 0), reprojection.get(0, 1)};
        return ImmutableMap.of(
                "reproj_error", ImmutableMap.of("elements", first, "repeated", p),
                "w_err", ImmutableMap.of("element", weight.get(p - 1, 0), "repeated", p));
    }

    private Map<String, Object> jacobian() {
        Tensor blocks = Tensor.jacobianRows(ERRORS, observed(), features);
        Tensor ofWeights = Tensor.jacobianRows(WEIGHT_ERROR, weights);
        return ImmutableMap.of("rows", sent(rowStarts), "cols", sent(columns), "vals", sent(blocks, ofWeights));
    }

    /** Returns the numbers that the errors of each observation depend on, [p, 15]. */
    private Tensor observed() {
        return Tensor.concat(1, cameras.take(camera, 0), points.take(point, 0), weights);
    }

    private static int[] sent(int[] all) {
        int[] sent = Arrays.copyOf(all, SENT + 1);
        sent[SENT] = all[all.length - 1];
        return sent;
    }

    /** Of the values, which are those of the blocks and, behind them, those of the weights. */
    private static Tensor sent(Tensor blocks, Tensor ofWeights) {
        return Tensor.concat(
                0, blocks.slice(0, 0, 1).flatten(), ofWeights.flatten().slice(0, -1, ofWeights.size()));
    }

    /** Returns the weighted distance of the projected point from the feature: two numbers. */
    private static Scalar[] reprojectionErrors(Scalar[] x) {
        Scalar[] rotation = Arrays.copyOfRange(x, 0, 3);
        Scalar focal = x[6];
        Scalar k0 = x[9];
        Scalar k1 = x[10];
        Scalar weight = x[14];
        Scalar[] fromCentre = {x[11].subtract(x[3]), x[12].subtract(x[4]), x[13].subtract(x[5])};
        Scalar[] rotated = rotated(rotation, fromCentre);
        Scalar u = rotated[0].divide(rotated[2]);
        Scalar v = rotated[1].divide(rotated[2]);
        Scalar square = Scalar.sumOfSquares(u, v);
        Scalar scale =
                focal.multiply(k1.multiply(square).add(k0).multiply(square).add(1));
        return new Scalar[] {
            weight.multiply(scale.multiply(u).add(x[7]).subtract(x[15])),
            weight.multiply(scale.multiply(v).add(x[8]).subtract(x[16]))
        };
    }

    /** Returns a point rotated about a vector by its length (Rodrigues 1840), to first order where that is 0. */
    private static Scalar[] rotated(Scalar[] vector, Scalar[] point) {
        Scalar square = Scalar.sumOfSquares(vector);
        Scalar angle = square.sqrt();
        // chosen, not branched: the program is the same for all observations
        Scalar cosine = square.apply(Arithmetic.SELECT, angle.cos(), Scalar.ONE);
        Scalar sine = square.apply(Arithmetic.SELECT, angle.sin().divide(angle), Scalar.ONE);
        Scalar versine = square.apply(Arithmetic.SELECT, cosine.negate().add(1).divide(square), Scalar.of(0.5));
        Scalar along = Scalar.dot(vector, point).multiply(versine);
        Scalar[] turned = cross(vector, point);
        Scalar[] rotated = new Scalar[3];
        Arrays.setAll(
                rotated,
                i -> point[i].multiply(cosine).add(turned[i].multiply(sine)).add(vector[i].multiply(along)));
        return rotated;
    }

    private static Scalar[] cross(Scalar[] a, Scalar[] b) {
        Scalar[] cross = new Scalar[3];
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3;
            int k = (i + 2) % 3;
            cross[i] = a[j].multiply(b[k]).subtract(a[k].multiply(b[j]));
        }
        return cross;
    }
}
