package org.retrograd.examples.gradbench;

import java.util.function.Supplier;

/** The sum of the squared distances of points to their nearest centroids, in loops. */
final class PlainKmeans {
    private PlainKmeans() {}

    /** Returns the computation for an input. */
    static Supplier<Object> of(Input input) {
        double[][] points = input.matrix("points");
        double[][] centroids = input.matrix("centroids");
        return () -> cost(points, centroids);
    }

    static double cost(double[][] points, double[][] centroids) {
        double total = 0;
        for (double[] point : points) {
            double nearest = Double.POSITIVE_INFINITY;
            for (double[] centroid : centroids) {
                double distance = 0;
                for (int j = 0; j < point.length; j++) {
                    double difference = centroid[j] - point[j];
                    distance += difference * difference;
                }
                nearest = Math.min(nearest, distance);
            }
            total += nearest;
        }
        return total;
    }
}
