package org.retrograd.autograd.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Compares the three kernels with loops over the definition of the trilinear form. */
class CorrelationTest {
    private final SplittableRandom random = new SplittableRandom(5);

    /** One case: a geometry with arrays of the right sizes. */
    private final class Case {
        final int n;
        final int outputs;
        final int channels;
        final int groups;
        final Slide rows;
        final Slide columns;
        final Storage x;
        final Storage k;
        final Storage y;

        Case(int n, int outputs, int channels, int groups, Slide rows, Slide columns) {
            this.n = n;
            this.outputs = outputs;
            this.channels = channels;
            this.groups = groups;
            this.rows = rows;
            this.columns = columns;
            x = filled(n * channels * rows.length() * columns.length());
            k = filled(outputs * (channels / groups) * rows.window() * columns.window());
            y = filled(n * outputs * rows.positions() * columns.positions());
        }

        /** Adds x·k to responses, y·k to images and x·y to kernels, term by term of the form. */
        void define(double[] responses, double[] images, double[] kernels) {
            int height = outputs / groups;
            int depth = channels / groups;
            for (int i = 0; i < n; i++) {
                for (int o = 0; o < outputs; o++) {
                    for (int c = 0; c < depth; c++) {
                        for (int p = 0; p < rows.positions(); p++) {
                            for (int q = 0; q < columns.positions(); q++) {
                                for (int u = 0; u < rows.window(); u++) {
                                    for (int v = 0; v < columns.window(); v++) {
                                        int r = p * rows.stride() + u * rows.dilation() - rows.padding();
                                        int s = q * columns.stride() + v * columns.dilation() - columns.padding();
                                        if (r >= 0 && r < rows.length() && s >= 0 && s < columns.length()) {
                                            int channel = o / height * depth + c;
                                            int xi = ((i * channels + channel) * rows.length() + r) * columns.length()
                                                    + s;
                                            int ki = ((o * depth + c) * rows.window() + u) * columns.window() + v;
                                            int yi = ((i * outputs + o) * rows.positions() + p) * columns.positions()
                                                    + q;
                                            responses[yi] += x.get(xi) * k.get(ki);
                                            images[xi] += y.get(yi) * k.get(ki);
                                            kernels[ki] += x.get(xi) * y.get(yi);
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }

        void check() {
            Correlation correlation = new Correlation(outputs, channels, groups, rows, columns);
            double[] responses = new double[y.size()];
            double[] images = new double[x.size()];
            double[] kernels = new double[k.size()];
            define(responses, images, kernels);
            // each is preceded by one entry that must stay as it is
            Storage outY = Storage.filled(y.size() + 1, 7);
            correlation.responses(x, 0, k, 0, n, outY, 1);
            near(responses, outY, 7);
            Storage outX = Storage.allocate(x.size() + 1);
            correlation.images(y, 0, k, 0, n, outX, 1);
            near(images, outX, 0);
            Storage outK = Storage.allocate(k.size() + 1);
            correlation.kernels(x, 0, y, 0, n, outK, 1);
            near(kernels, outK, 0);
        }

        private void near(double[] expected, Storage actual, double before) {
            assertThat(actual.get(0)).isEqualTo(before);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual.get(i + 1))
                        .as("%s, %s, groups %d, entry %d", rows, columns, groups, i)
                        .isCloseTo(expected[i], within(1e-12));
            }
        }
    }

    private Storage filled(int size) {
        DoubleSupplier draw = () -> random.nextDouble() * 2 - 1;
        double[] values = new double[size];
        java.util.Arrays.setAll(values, i -> draw.getAsDouble());
        return Storage.wrap(values);
    }

    @Test
    void everyGeometryOfOneAxis() {
        for (int length = 1; length <= 6; length++) {
            for (int window = 1; window <= 4; window++) {
                for (int stride = 1; stride <= 3; stride++) {
                    for (int padding = 0; padding <= 3; padding++) {
                        for (int dilation = 1; dilation <= 3; dilation++) {
                            Slide slide = new Slide(length, window, stride, padding, dilation);
                            if (slide.positions() > 0) {
                                Slide one = new Slide(1, 1, 1, 0, 1);
                                new Case(2, 3, 2, 1, one, slide).check();
                                new Case(2, 3, 2, 1, slide, one).check();
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    void bothAxesAndGroups() {
        Slide rows = new Slide(5, 3, 2, 1, 1);
        Slide columns = new Slide(7, 2, 1, 2, 3);
        new Case(3, 4, 6, 1, rows, columns).check();
        new Case(3, 4, 6, 2, rows, columns).check();
        new Case(2, 6, 6, 6, rows, columns).check();
    }

    @Test
    void moreImagesThanFitABlock() {
        Slide eight = new Slide(8, 3, 1, 1, 1);
        new Case(9, 5, 2, 1, eight, eight).check();
        Slide wide = new Slide(20, 3, 1, 1, 1);
        new Case(2, 5, 2, 1, wide, wide).check();
        Slide point = new Slide(1, 1, 1, 0, 1);
        new Case(600, 6, 4, 2, point, point).check();
    }

    @Test
    void noImages() {
        Slide eight = new Slide(8, 3, 1, 1, 1);
        new Case(0, 5, 2, 1, eight, eight).check();
    }

    @Test
    void countsPositions() {
        assertThat(new Slide(8, 3, 1, 0, 1).positions()).isEqualTo(6);
        assertThat(new Slide(8, 3, 2, 1, 1).positions()).isEqualTo(4);
        assertThat(new Slide(8, 3, 1, 0, 4).positions()).isZero();
        assertThat(new Slide(8, 3, 1, 0, 4).span()).isEqualTo(9);
        assertThat(new Slide(0, 3, 1, 1, 1).positions()).isZero();
        assertThat(new Slide(0, 2, 1, 1, 1).positions()).isEqualTo(1);
    }
}
