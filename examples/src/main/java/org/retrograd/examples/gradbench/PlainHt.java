package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** The distances of a hand model's surface from measured points, in loops. */
final class PlainHt {
    private PlainHt() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        HandModel model = HandModel.of(input.field("data").field("model"));
        double[] theta = input.vector("theta", 26);
        double[][] us = input.matrix("us");
        int[] correspondences = input.field("data").integers("correspondences");
        double[][] points = input.field("data").matrix("points");
        return () -> objective(model, theta, us, correspondences, points);
    }

    static double[] objective(
            HandModel model, double[] theta, double[][] us, int[] correspondences, double[][] points) {
        double[][][] transforms = transforms(model, theta);
        int vertices = model.basePositions().length;
        double[][] global = rotation(theta);
        double[][] positions = new double[vertices][3];
        for (int v = 0; v < vertices; v++) {
            double[] base = model.basePositions()[v];
            double[] sum = new double[3];
            for (int bone = 0; bone < transforms.length; bone++) {
                double weight = model.weights()[v][bone];
                for (int i = 0; i < 3; i++) {
                    double[] row = transforms[bone][i];
                    sum[i] += weight * (row[0] * base[0] + row[1] * base[1] + row[2] * base[2] + row[3] * base[3]);
                }
            }
            if (model.mirrored()) {
                sum[0] = -sum[0];
            }
            for (int i = 0; i < 3; i++) {
                positions[v][i] = global[i][0] * sum[0] + global[i][1] * sum[1] + global[i][2] * sum[2] + theta[3 + i];
            }
        }
        double[] errors = new double[3 * correspondences.length];
        for (int c = 0; c < correspondences.length; c++) {
            for (int i = 0; i < 3; i++) {
                double position;
                if (us.length == 0) {
                    position = positions[correspondences[c]][i];
                } else {
                    int[] corner = model.triangles()[correspondences[c]];
                    position = us[c][0] * positions[corner[0]][i]
                            + us[c][1] * positions[corner[1]][i]
                            + (1 - us[c][0] - us[c][1]) * positions[corner[2]][i];
                }
                errors[3 * c + i] = points[c][i] - position;
            }
        }
        return errors;
    }

    private static double[][][] transforms(HandModel model, double[] theta) {
        int bones = model.parents().length;
        double[][] angles = new double[bones][3];
        for (int finger = 0; finger < 5; finger++) {
            int bone = 4 * finger + 2;
            int at = 6 + 4 * finger;
            angles[bone][0] = theta[at];
            angles[bone][2] = theta[at + 1];
            angles[bone + 1][0] = theta[at + 2];
            angles[bone + 2][0] = theta[at + 3];
        }
        double[][][] absolute = new double[bones][][];
        double[][][] transforms = new double[bones][][];
        for (int bone = 0; bone < bones; bone++) {
            double[][] relative = multiply(model.baseRelatives()[bone], euler(angles[bone]));
            int parent = model.parents()[bone];
            absolute[bone] = parent < 0 ? relative : multiply(absolute[parent], relative);
            transforms[bone] = multiply(absolute[bone], model.inverseBaseAbsolutes()[bone]);
        }
        return transforms;
    }

    /** Returns Rz·Ry·Rx as a homogeneous matrix. */
    private static double[][] euler(double[] angles) {
        double cx = Math.cos(angles[0]);
        double sx = Math.sin(angles[0]);
        double cy = Math.cos(angles[1]);
        double sy = Math.sin(angles[1]);
        double cz = Math.cos(angles[2]);
        double sz = Math.sin(angles[2]);
        return new double[][] {
            {cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx, 0},
            {sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx, 0},
            {-sy, cy * sx, cy * cx, 0},
            {0, 0, 0, 1}
        };
    }

    /** Returns the rotation about the axis of the first three parameters by its length (Rodrigues). */
    private static double[][] rotation(double[] theta) {
        double angle = Math.sqrt(theta[0] * theta[0] + theta[1] * theta[1] + theta[2] * theta[2]);
        if (angle < 1e-4) {
            return new double[][] {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        }
        double x = theta[0] / angle;
        double y = theta[1] / angle;
        double z = theta[2] / angle;
        double s = Math.sin(angle);
        double c = Math.cos(angle);
        return new double[][] {
            {x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s},
            {x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s},
            {x * z * (1 - c) - y * s, z * y * (1 - c) + x * s, z * z + (1 - z * z) * c}
        };
    }

    private static double[][] multiply(double[][] a, double[][] b) {
        double[][] product = new double[4][4];
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                for (int k = 0; k < 4; k++) {
                    product[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return product;
    }
}
