package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.retrograd.autograd.diff.Derivatives;
import org.retrograd.autograd.tensor.Dims;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Mask;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The reprojection errors of bundle adjustment and their sparse Jacobian.
 *
 * <p>Each observation has two errors that depend on a camera, a point and a weight: 15 numbers. They are gathered for all
 * observations into vectors, so that one sweep with two directions finds all blocks of the Jacobian.
 */
final class Ba {
    private static final int CAMERA = 11;
    private static final int[] CAMERA_PARTS = {3, 3, 1, 2, 1, 1};
    private static final int POINT = 3;

    /** The coordinate after each one, in a circle, and the one before it. */
    private static final Indices NEXT = Indices.of(1, 2, 0);

    private static final Indices PREVIOUS = Indices.of(2, 0, 1);

    private static final int BLOCK = CAMERA + POINT + 1;

    /** So many entries of each array of the result are sent, and the last one. */
    private static final int SENT = 30;

    private final int p;
    private final Tensor features;

    /**
     * What the errors depend on, for each observation a column: rotation, centre, focal length, principal point and two
     * distortions of the camera, the point and the weight. Parts of a camera apart, since a part of a whole costs a sweep an
     * array of the size of the whole.
     */
    private final List<Tensor> observed;

    private final int[] rowStarts;
    private final int[] columns;

    private Ba(Input input) {
        int n = input.integer("n");
        int m = input.integer("m");
        this.p = input.integer("p");
        this.features = replicated(input.vector("feat", 2), p);
        Tensor cameras = replicated(input.vector("cam", CAMERA), n).take(cyclic(n), 1);
        this.observed = ImmutableList.<Tensor>builder()
                .addAll(cameras.split(0, CAMERA_PARTS))
                .add(replicated(input.vector("x", POINT), m).take(cyclic(m), 1))
                .add(Tensor.full(input.number("w"), 1, p))
                .build();
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

    /** Returns copies of a template side by side, each with numbers of its own. */
    private static Tensor replicated(double[] template, int count) {
        return Tensor.of(template).expandDims(1).broadcastTo(template.length, count);
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
        Tensor reprojection = reprojectionErrors(observed);
        Tensor weight = weightErrors(weights());
        double[] first = {reprojection.get(0, 0), reprojection.get(1, 0)};
        return ImmutableMap.of(
                "reproj_error", ImmutableMap.of("elements", first, "repeated", p),
                "w_err", ImmutableMap.of("element", weight.get(0, p - 1), "repeated", p));
    }

    private Map<String, Object> jacobian() {
        Linearization at = Linearization.of(this::reprojectionErrors, observed);
        // two directions: the first errors of all observations, and the second ones
        List<Tensor> blocks = at.pull(Tensor.eye(2).expandDims(2).broadcastTo(2, 2, p));
        Tensor byRow = Tensor.concat(1, blocks.toArray(new Tensor[0])).permute(2, 0, 1);
        Tensor ofWeights = Derivatives.gradient(w -> weightErrors(w).sum(), weights());
        Tensor values = Tensor.concat(0, byRow.flatten(), ofWeights.flatten());
        return ImmutableMap.of("rows", sent(rowStarts), "cols", sent(columns), "vals", sent(values));
    }

    private static int[] sent(int[] all) {
        int[] sent = Arrays.copyOf(all, SENT + 1);
        sent[SENT] = all[all.length - 1];
        return sent;
    }

    private static Tensor sent(Tensor all) {
        return Tensor.concat(0, all.slice(0, 0, SENT), all.slice(0, all.size() - 1, all.size()));
    }

    private static Tensor weightErrors(Tensor w) {
        return w.square().neg().add(1);
    }

    private Tensor weights() {
        return observed.get(observed.size() - 1);
    }

    /** Returns the weighted distances of the projected points from the features, [2, p]. */
    private Tensor reprojectionErrors(List<Tensor> observed) {
        Tensor rotation = observed.get(0);
        Tensor centre = observed.get(1);
        Tensor focal = observed.get(2);
        Tensor principal = observed.get(3);
        Tensor k0 = observed.get(4);
        Tensor k1 = observed.get(5);
        Tensor point = observed.get(6);
        Tensor weight = observed.get(7);
        Tensor rotated = rotated(rotation, point.sub(centre));
        Tensor u = rotated.slice(0, 0, 2).div(rotated.slice(0, 2, 3));
        Tensor square = u.square().sum(Dims.KEEP, 0);
        Tensor distortion = k0.add(k1.mul(square)).mul(square).add(1);
        return u.mul(focal.mul(distortion)).add(principal).sub(features).mul(weight);
    }

    /** Returns points rotated about vectors by their lengths (Rodrigues 1840), to first order where these are 0. */
    private static Tensor rotated(Tensor vector, Tensor point) {
        Tensor square = vector.square().sum(0);
        Mask turns = square.ne(0);
        Tensor angle = turns.all()
                ? square.sqrt()
                : Tensor.where(turns, square, Tensor.scalar(1)).sqrt();
        Tensor axis = vector.div(angle);
        Tensor cosine = angle.cos();
        Tensor along = axis.mul(point).sum(0).mul(cosine.neg().add(1));
        Tensor rotated =
                point.mul(cosine).add(cross(axis, point).mul(angle.sin())).add(axis.mul(along));
        return turns.all() ? rotated : Tensor.where(turns, rotated, point.add(cross(vector, point)));
    }

    private static Tensor cross(Tensor a, Tensor b) {
        return a.take(NEXT, 0).mul(b.take(PREVIOUS, 0)).sub(a.take(PREVIOUS, 0).mul(b.take(NEXT, 0)));
    }
}
