package org.retrograd.autograd.array;

/** What windows that slide over images see of them. */
public final class Windows {
    private Windows() {}

    /**
     * Writes for each position the place in its image, {@code row * width + column}, of the largest entry under the window:
     * the first among equals, or the first NaN. Padding never wins; every window must hold an entry.
     *
     * @param x {@code images} images
     * @param out {@code images} times as many places as there are positions
     */
    public static void argMax(Storage x, int images, Slide rows, Slide columns, int[] out) {
        int to = 0;
        for (int i = 0; i < images; i++) {
            int image = i * rows.length() * columns.length();
            for (int p = 0; p < rows.positions(); p++) {
                for (int q = 0; q < columns.positions(); q++) {
                    out[to++] = argMax(x.values, image, rows, p, columns, q);
                }
            }
        }
    }

    private static int argMax(double[] x, int image, Slide rows, int p, Slide columns, int q) {
        double best = Double.NEGATIVE_INFINITY;
        int place = -1;
        for (int u = 0; u < rows.window(); u++) {
            int r = rows.at(p, u);
            if (r < 0 || r >= rows.length()) {
                continue;
            }
            for (int v = 0; v < columns.window(); v++) {
                int c = columns.at(q, v);
                if (c >= 0 && c < columns.length()) {
                    int at = r * columns.length() + c;
                    double candidate = x[image + at];
                    if (place < 0 || candidate > best || Double.isNaN(candidate)) {
                        best = candidate;
                        place = at;
                        if (Double.isNaN(candidate)) {
                            return place;
                        }
                    }
                }
            }
        }
        return place;
    }
}
