package org.retrograd.autograd.array;

/**
 * The correlation of images with kernels, as the three derivatives of one trilinear form.
 *
 * <p>Of images {@code x [n, channels, h, w]}, kernels {@code k [outputs, channels / groups, kh, kw]} and responses
 * {@code y [n, outputs, ph, pw]} the form is the sum of {@code x[i, c, r, s] k[o, c, u, v] y[i, o, p, q]} over all places
 * where entry (u, v) of the window at position (p, q) lies on entry (r, s) of the image ({@link Slide}), with channels and
 * outputs of the same group. It is linear in each of the three. Its derivative by y is the convolution layer, that by x the
 * transposed convolution, that by k the gradient of the kernels.
 *
 * <p>Each is a product of matrices: what lies under the window at a position is a column (the literature's "im2col"). The
 * columns of a few images at a time are laid out in scratch memory, so that long rows make the product fast and the
 * columns of all images, many times as large as the images, never exist at once. How many at a time depends on the shapes
 * alone, and so do the bits of the result.
 *
 * <p>Source: Chellapilla, Puri, Simard, High performance convolutional neural networks for document processing (2006).
 */
public final class Correlation {
    /** The columns of so many positions are made at once, or those of one image. */
    private static final int POSITIONS = 256;

    private final int outputs;
    private final int channels;
    private final int groups;
    private final Slide rows;
    private final Slide columns;

    /**
     * Creates the correlation of some geometry.
     *
     * @param outputs the number of channels of the responses, a multiple of {@code groups}
     * @param channels the number of channels of the images, a multiple of {@code groups}
     * @param rows how the window slides downwards
     * @param columns how the window slides along a row
     */
    public Correlation(int outputs, int channels, int groups, Slide rows, Slide columns) {
        this.outputs = outputs;
        this.channels = channels;
        this.groups = groups;
        this.rows = rows;
        this.columns = columns;
    }

    private int imageSize() {
        return rows.length() * columns.length();
    }

    private int positions() {
        return rows.positions() * columns.positions();
    }

    /** The number of outputs of a group. */
    private int height() {
        return outputs / groups;
    }

    /** The number of entries of a kernel: the length of a column. */
    private int depth() {
        return channels / groups * rows.window() * columns.window();
    }

    /** Writes the responses of {@code n} images from {@code xAt} on, each entry a sum in the order of the kernel's entries. */
    public void responses(Storage x, int xAt, Storage k, int kAt, int n, Storage y, int yAt) {
        Blocks blocks = new Blocks(n);
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < n; i += blocks.images) {
                int width = blocks.width(i);
                unfold(x.values, image(xAt, i, g), width, blocks.columns);
                MatrixView kernels = new MatrixView(k.values, kernel(kAt, g), depth(), 1);
                MatrixView patches = new MatrixView(blocks.columns, 0, width, 1);
                MatrixProduct.multiply(kernels, patches, height(), depth(), width, blocks.product);
                copyResponses(y.values, response(yAt, i, g), width, blocks.product, false);
            }
        }
    }

    /** Writes the images to {@code n} responses: each response times the kernel, added where its window lies. */
    public void images(Storage y, int yAt, Storage k, int kAt, int n, Storage x, int xAt) {
        Blocks blocks = new Blocks(n);
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < n; i += blocks.images) {
                int width = blocks.width(i);
                copyResponses(y.values, response(yAt, i, g), width, blocks.product, true);
                MatrixView kernels = new MatrixView(k.values, kernel(kAt, g), 1, depth());
                MatrixView responses = new MatrixView(blocks.product, 0, width, 1);
                MatrixProduct.multiply(kernels, responses, depth(), height(), width, blocks.columns);
                fold(blocks.columns, width, x.values, image(xAt, i, g));
            }
        }
    }

    /** Adds to zeros the kernels to {@code n} images and responses: what lay under the window, times the response. */
    public void kernels(Storage x, int xAt, Storage y, int yAt, int n, Storage k, int kAt) {
        Blocks blocks = new Blocks(n);
        double[] part = new double[height() * depth()];
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i < n; i += blocks.images) {
                int width = blocks.width(i);
                unfold(x.values, image(xAt, i, g), width, blocks.columns);
                copyResponses(y.values, response(yAt, i, g), width, blocks.product, true);
                MatrixView responses = new MatrixView(blocks.product, 0, width, 1);
                MatrixView patches = new MatrixView(blocks.columns, 0, 1, width);
                MatrixProduct.multiply(responses, patches, height(), width, depth(), part);
                int to = kernel(kAt, g);
                for (int e = 0; e < part.length; e++) {
                    k.values[to + e] += part[e];
                }
            }
        }
    }

    private int image(int at, int i, int g) {
        return at + (i * channels + g * (channels / groups)) * imageSize();
    }

    private int response(int at, int i, int g) {
        return at + (i * outputs + g * height()) * positions();
    }

    private int kernel(int at, int g) {
        return at + g * height() * depth();
    }

    /** The scratch memory for a few images at a time. */
    private final class Blocks {
        private final int n;
        final int images;
        final double[] columns;
        final double[] product;

        Blocks(int n) {
            this.n = n;
            images = Math.max(1, Math.min(n, POSITIONS / positions()));
            columns = new double[depth() * images * positions()];
            product = new double[height() * images * positions()];
        }

        /** Returns the number of positions in the block that begins at image {@code i}. */
        int width(int i) {
            return Math.min(images, n - i) * positions();
        }
    }

    /** Copies between responses, [images, outputs, positions], and a matrix [outputs, images · positions]. */
    private void copyResponses(double[] y, int at, int width, double[] matrix, boolean toMatrix) {
        int p = positions();
        for (int i = 0; i < width / p; i++) {
            for (int o = 0; o < height(); o++) {
                int from = at + (i * outputs + o) * p;
                int to = o * width + i * p;
                if (toMatrix) {
                    Indexing.copyRow(y, from, matrix, to, p);
                } else {
                    Indexing.copyRow(matrix, to, y, from, p);
                }
            }
        }
    }

    /** A walk over the entries under the window, row by row of the image. */
    private interface Row {
        /** Handles the positions {@code [0, n)} of a row: those of {@code [first, end)} lie on entries {@code stride} apart. */
        void run(int imageAt, int columnsAt, int first, int end);
    }

    /** Writes what lies under the window, [channels · kh · kw, images · positions], 0 where it is padding. */
    private void unfold(double[] x, int at, int width, double[] out) {
        int n = columns.positions();
        int stride = columns.stride();
        walk(at, width, (from, to, first, end) -> {
            for (int p = 0; p < first; p++) {
                out[to + p] = 0;
            }
            int q = from;
            for (int p = first; p < end; p++) {
                out[to + p] = x[q];
                q += stride;
            }
            for (int p = end; p < n; p++) {
                out[to + p] = 0;
            }
        });
    }

    /** Adds columns to where they lie in the image: the transpose of {@link #unfold}. */
    private void fold(double[] matrix, int width, double[] x, int at) {
        int stride = columns.stride();
        walk(at, width, (to, from, first, end) -> {
            int q = to;
            for (int p = first; p < end; p++) {
                x[q] += matrix[from + p];
                q += stride;
            }
        });
    }

    private void walk(int at, int width, Row row) {
        int images = width / positions();
        int line = columns.positions();
        int to = 0;
        for (int c = 0; c < channels / groups; c++) {
            for (int u = 0; u < rows.window(); u++) {
                for (int v = 0; v < columns.window(); v++) {
                    int first = columns.first(v);
                    int end = columns.end(v);
                    for (int i = 0; i < images; i++) {
                        int from = at + (i * channels + c) * imageSize();
                        for (int p = 0; p < rows.positions(); p++) {
                            int r = rows.at(p, u);
                            boolean inside = r >= 0 && r < rows.length() && first < end;
                            row.run(
                                    from + r * columns.length() + columns.at(first, v),
                                    to,
                                    inside ? first : line,
                                    inside ? end : line);
                            to += line;
                        }
                    }
                }
            }
        }
    }
}
