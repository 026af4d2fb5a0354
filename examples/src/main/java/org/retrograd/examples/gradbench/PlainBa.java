package org.retrograd.examples.gradbench;

import java.util.Arrays;
import java.util.function.Supplier;

/** The reprojection errors of bundle adjustment, in loops. */
final class PlainBa {
    private PlainBa() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[][] cams = repeated(input.vector("cam", 11), input.integer("n"));
        double[][] points = repeated(input.vector("x", 3), input.integer("m"));
        double[][] feats = repeated(input.vector("feat", 2), input.integer("p"));
        double[] weights = new double[input.integer("p")];
        Arrays.fill(weights, input.number("w"));
        return () -> objective(cams, points, weights, feats);
    }

    /** Returns copies of a template, each in memory of its own. */
    private static double[][] repeated(double[] template, int count) {
        double[][] copies = new double[count][];
        Arrays.setAll(copies, i -> template.clone());
        return copies;
    }

    /** Writes the two reprojection errors of one observation. */
    static void project(double[] cam, double[] x, double w, double[] feat, double[] error) {
        double px = x[0] - cam[3];
        double py = x[1] - cam[4];
        double pz = x[2] - cam[5];
        double square = cam[0] * cam[0] + cam[1] * cam[1] + cam[2] * cam[2];
        double rx;
        double ry;
        double rz;
        if (square != 0) {
            double angle = Math.sqrt(square);
            double ax = cam[0] / angle;
            double ay = cam[1] / angle;
            double az = cam[2] / angle;
            double cos = Math.cos(angle);
            double sin = Math.sin(angle);
            double along = (px * ax + py * ay + pz * az) * (1 - cos);
            rx = px * cos + (ay * pz - az * py) * sin + ax * along;
            ry = py * cos + (az * px - ax * pz) * sin + ay * along;
            rz = pz * cos + (ax * py - ay * px) * sin + az * along;
        } else {
            rx = px + cam[1] * pz - cam[2] * py;
            ry = py + cam[2] * px - cam[0] * pz;
            rz = pz + cam[0] * py - cam[1] * px;
        }
        double u = rx / rz;
        double v = ry / rz;
        double s = u * u + v * v;
        double distortion = 1 + cam[9] * s + cam[10] * s * s;
        error[0] = w * (cam[6] * distortion * u + cam[7] - feat[0]);
        error[1] = w * (cam[6] * distortion * v + cam[8] - feat[1]);
    }

    /** Returns the reprojection errors of all observations and, after them, their weight errors. */
    static double[] objective(double[][] cams, double[][] points, double[] weights, double[][] feats) {
        int p = weights.length;
        double[] errors = new double[3 * p];
        double[] error = new double[2];
        for (int i = 0; i < p; i++) {
            project(cams[i % cams.length], points[i % points.length], weights[i], feats[i], error);
            errors[2 * i] = error[0];
            errors[2 * i + 1] = error[1];
            errors[2 * p + i] = 1 - weights[i] * weights[i];
        }
        return errors;
    }
}
