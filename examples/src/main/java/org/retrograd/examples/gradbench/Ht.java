package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The distances of a hand model's surface from measured points.
 *
 * <p>There are far more distances than parameters, so the Jacobian is found forwards, all parameters in one sweep.
 */
final class Ht {
    private static final int FINGERS = 5;
    private static final int PARAMETERS = 26;
    private static final double SMALLEST_ANGLE = 1e-4;

    /** The matrix of a cross product, [9, 3]: row-major entries from the three of the left factor. */
    private static final Tensor CROSS = Tensor.of(new double[][] {
        {0, 0, 0}, {0, 0, -1}, {0, 1, 0},
        {0, 0, 1}, {0, 0, 0}, {-1, 0, 0},
        {0, -1, 0}, {1, 0, 0}, {0, 0, 0}
    });

    /** The parameters of the hand and, unless there are none, the places within the triangles. */
    private final List<Tensor> arguments;

    private final HandModel model;
    private final Tensor baseRelatives;
    private final Tensor inverseBaseAbsolutes;

    /** For each vertex its place at rest, weighted for each bone, and 1 for what moves all alike: [4 bones + 1, vertices]. */
    private final Tensor weightedPositions;

    /** The measured points, [3, points]. */
    private final Tensor points;

    /** The vertices that an error is measured from: one for each, or the three corners of a triangle. */
    private final List<Indices> corners;

    private Ht(Input input) {
        this.arguments = arguments(input);
        Input data = input.field("data");
        this.model = HandModel.of(data.field("model"));
        this.baseRelatives = stacked(model.baseRelatives());
        this.inverseBaseAbsolutes = stacked(model.inverseBaseAbsolutes());
        Tensor weights = Tensor.of(model.weights());
        this.weightedPositions = weights.expandDims(2)
                .mul(Tensor.of(model.basePositions()).expandDims(1))
                .reshape(weights.dim(0), 4 * weights.dim(1))
                .pad(1, 0, 1, 1)
                .transpose();
        this.points = Tensor.of(data.matrix("points")).transpose();
        int[] correspondences = data.integers("correspondences");
        this.corners = arguments.size() == 1
                ? List.of(Indices.of(correspondences))
                : List.of(corner(correspondences, 0), corner(correspondences, 1), corner(correspondences, 2));
    }

    private Indices corner(int[] triangles, int corner) {
        return Indices.of(Arrays.stream(triangles)
                .map(triangle -> model.triangles()[triangle][corner])
                .toArray());
    }

    private static Tensor stacked(double[][][] matrices) {
        return Tensor.stack(0, Arrays.stream(matrices).map(Tensor::of).toArray(Tensor[]::new));
    }

    static Eval eval() {
        return new Eval(
                "ht",
                ImmutableMap.of(
                        "objective",
                                Eval.timed(
                                        Ht::new,
                                        hand -> hand.errors(hand.arguments)
                                                .transpose()
                                                .flatten()),
                        "jacobian", Eval.timed(Ht::new, Ht::jacobian)),
                PlainHt::of,
                Ht::synthetic);
    }

    private static List<Tensor> arguments(Input input) {
        Tensor theta = Tensor.of(input.vector("theta", PARAMETERS));
        double[][] us = input.matrix("us");
        return us.length == 0 ? List.of(theta) : List.of(theta, Tensor.of(us));
    }

    /** Returns the derivatives by the place within the triangle, if there is one, and by all parameters: [3 points, ..]. */
    private Tensor jacobian() {
        Linearization at = Linearization.of(this::errors, arguments);
        Tensor pushed;
        if (arguments.size() == 1) {
            pushed = at.push(List.of(Tensor.eye(PARAMETERS)));
        } else {
            // an error depends on one place only: one direction for the first coordinates of all, and one for the
            // second
            int count = arguments.get(1).dim(0);
            Tensor places = Tensor.eye(2).expandDims(1).broadcastTo(2, count, 2).pad(0, 0, PARAMETERS);
            pushed = at.push(List.of(Tensor.eye(PARAMETERS).pad(0, 2, 0), places));
        }
        return pushed.permute(2, 1, 0).reshape(3 * points.dim(1), pushed.dim(0));
    }

    /** Returns the differences between measured points and surface, [3, points]. */
    private Tensor errors(List<Tensor> arguments) {
        Tensor positions = positions(arguments.get(0));
        if (arguments.size() == 1) {
            return points.sub(positions.take(corners.get(0), 1));
        }
        Tensor last = positions.take(corners.get(2), 1);
        Tensor along = positions.take(corners.get(0), 1).sub(last);
        Tensor across = positions.take(corners.get(1), 1).sub(last);
        Tensor u = arguments.get(1).transpose();
        return points.sub(last.add(along.mul(u.slice(0, 0, 1))).add(across.mul(u.slice(0, 1, 2))));
    }

    /** Returns the places of all vertices, [3, vertices]. */
    private Tensor positions(Tensor theta) {
        Tensor rotation = rotation(theta.slice(0, 0, 3));
        if (model.mirrored()) {
            rotation = rotation.mul(Tensor.of(-1, 1, 1));
        }
        // the hand is turned by turning its bones, of which there are fewer than vertices
        Tensor bones = rotation.matmul(transforms(theta).slice(1, 0, 3));
        return Tensor.concat(
                        1,
                        bones.permute(1, 0, 2).reshape(3, 4 * bones.dim(0)),
                        theta.slice(0, 3, 6).expandDims(1))
                .matmul(weightedPositions);
    }

    /** Returns the rotation by the length of a vector about its direction (Rodrigues 1840). */
    private static Tensor rotation(Tensor vector) {
        if (vector.detach().norm().item() < SMALLEST_ANGLE) {
            return Tensor.eye(3);
        }
        Tensor angle = vector.norm();
        Tensor axis = vector.div(angle);
        Tensor cosine = angle.cos();
        Tensor cross = CROSS.matmul(axis).reshape(3, 3);
        return axis.outer(axis)
                .mul(cosine.neg().add(1))
                .add(Tensor.eye(3).mul(cosine))
                .add(cross.mul(angle.sin()));
    }

    /** Returns where the bones carry points at rest, [bones, 4, 4]. */
    private Tensor transforms(Tensor theta) {
        Tensor relatives = baseRelatives.matmul(joints(theta));
        int bones = model.parents().length;
        Tensor[] absolutes = new Tensor[bones];
        for (int bone = 0; bone < bones; bone++) {
            Tensor relative = relatives.slice(0, bone, bone + 1).squeeze(0);
            int parent = model.parents()[bone];
            absolutes[bone] = parent < 0 ? relative : absolutes[parent].matmul(relative);
        }
        return Tensor.stack(0, absolutes).matmul(inverseBaseAbsolutes);
    }

    /** Returns the rotations Rz·Rx of the bones at their joints, [bones, 4, 4]; no joint turns about y. */
    private Tensor joints(Tensor theta) {
        int bones = model.parents().length;
        int[] x = new int[bones];
        int[] z = new int[bones];
        Arrays.fill(x, PARAMETERS); // the angle 0 that is put behind the parameters
        Arrays.fill(z, PARAMETERS);
        for (int finger = 0; finger < FINGERS; finger++) {
            int bone = 4 * finger + 2;
            int first = 6 + 4 * finger;
            x[bone] = first;
            z[bone] = first + 1;
            x[bone + 1] = first + 2;
            x[bone + 2] = first + 3;
        }
        Tensor angles = theta.pad(0, 0, 1);
        Tensor aboutX = angles.take(Indices.of(x), 0);
        Tensor aboutZ = angles.take(Indices.of(z), 0);
        Tensor cx = aboutX.cos();
        Tensor sx = aboutX.sin();
        Tensor cz = aboutZ.cos();
        Tensor sz = aboutZ.sin();
        Tensor zero = Tensor.zeros(bones);
        Tensor one = Tensor.ones(bones);
        return Tensor.stack(
                        1,
                        cz,
                        sz.mul(cx).neg(),
                        sz.mul(sx),
                        zero,
                        sz,
                        cz.mul(cx),
                        cz.mul(sx).neg(),
                        zero,
                        zero,
                        sx,
                        cx,
                        zero,
                        zero,
                        zero,
                        zero,
                        one)
                .reshape(bones, 4, 4);
    }

    private static Input synthetic() {
        RandomGenerator random = new SplittableRandom(1);
        int bones = 22;
        int vertices = 10_000;
        int count = 800;
        double[] parents = new double[bones];
        Arrays.setAll(parents, bone -> bone == 0 ? -1 : bone % 4 == 1 ? 0 : bone - 1);
        double[][][] relatives = new double[bones][][];
        Arrays.setAll(
                relatives,
                bone -> Kmeans.rows(
                        Tensor.eye(4).add(Tensor.normal(random, 3, 4).mul(0.1).pad(0, 0, 1))));
        Map<String, Object> model = ImmutableMap.<String, Object>builder()
                .put("parents", parents)
                .put("base_relatives", matrices(relatives))
                .put("inverse_base_absolutes", matrices(relatives))
                .put("base_positions", matrix(Tensor.normal(random, vertices, 3).pad(1, 0, 1, 1)))
                .put("weights", matrix(Tensor.uniform(random, 0, 1, vertices, bones)))
                .put(
                        "triangles",
                        matrix(Tensor.uniform(random, 0, vertices, vertices, 3).floor()))
                .put("is_mirrored", true)
                .buildOrThrow();
        return Input.of(
                "theta", Tensor.normal(random, PARAMETERS).mul(0.3).toArray(),
                "us", Kmeans.rows(Tensor.uniform(random, 0, 0.5, count, 2)),
                "data",
                        ImmutableMap.of(
                                "model", model,
                                "correspondences",
                                        Tensor.uniform(random, 0, vertices, count)
                                                .floor()
                                                .toArray(),
                                "points", matrix(Tensor.normal(random, count, 3))));
    }

    private static List<Object> matrix(Tensor rows) {
        return List.of((Object[]) Kmeans.rows(rows));
    }

    private static List<Object> matrices(double[][][] matrices) {
        return Arrays.stream(matrices)
                .map(matrix -> (Object) List.of((Object[]) matrix))
                .toList();
    }
}
