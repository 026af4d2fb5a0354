package org.retrograd.autograd.array;

import java.util.Arrays;

/**
 * Copies between a contiguous array and a strided view of another one.
 *
 * <p>A view is an offset and one stride per axis: its entry {@code [i, j, ..]} is entry
 * {@code offset + i * strides[0] + j * strides[1] + ..} of the array that is viewed. Every rearrangement is one:
 * permuted axes have permuted strides, a step scales a stride, a flip negates it, repetition is stride 0, and the
 * diagonal of an {@code [n, n]} array has stride {@code n + 1}.
 *
 * <p>Before anything moves, axes of length 1 are dropped and axes that continue each other are merged, so that most
 * views come down to one or two loops.
 */
public final class Strided {
    /** Width of the strips, eight rows high, in which an array is transposed: the lines they read stay in the cache. */
    private static final int STRIP = 32;

    /** Axes shorter than this are not worth transposing in strips. */
    private static final int SHORT_AXIS = 4;

    private final int rank;
    private final int[] dims;
    private final int[] strides;

    private Strided(int rank, int[] dims, int[] strides) {
        this.rank = rank;
        this.dims = dims;
        this.strides = strides;
    }

    /**
     * Writes the entries of a view one after the other, in row-major order of {@code target}.
     *
     * @param x {@code batch} blocks of {@code sourceSize} entries, each viewed in the same way
     * @param offset position in a block of the view's first entry
     * @param strides one for each axis of {@code target}; may be 0 or negative
     * @param out receives {@code batch} blocks of {@code target.size()} entries
     */
    public static void view(
            Storage x, int batch, int sourceSize, int offset, int[] strides, Shape target, Storage out) {
        if (batch == 0 || target.size() == 0) {
            return;
        }
        Strided view = collapse(batch, sourceSize, strides, target);
        int across = view.axisToTranspose();
        if (across >= 0) {
            view.transpose(across, x.values, offset, out.values);
        } else {
            view.gather(x.values, offset, out.values);
        }
    }

    /**
     * Writes entries, given in row-major order of {@code source}, to the positions of a view: the reverse of
     * {@link #view}.
     *
     * <p>The positions must be distinct; entries of {@code out} that are not in the view are left as they are.
     *
     * @param g {@code batch} blocks of {@code source.size()} entries
     * @param offset position in a block of {@code out} of the view's first entry
     * @param strides one for each axis of {@code source}; may be negative
     * @param out {@code batch} blocks of {@code targetSize} entries
     */
    public static void place(
            Storage g, int batch, int targetSize, int offset, int[] strides, Shape source, Storage out) {
        if (batch == 0 || source.size() == 0) {
            return;
        }
        collapse(batch, targetSize, strides, source).scatter(g.values, out.values, offset);
    }

    /** Returns the view with the batch as its outermost axis, without axes of length 1, neighbours merged. */
    private static Strided collapse(int batch, int blockSize, int[] strides, Shape shape) {
        int[] dims = new int[strides.length + 1];
        int[] steps = new int[strides.length + 1];
        int rank = 0;
        for (int axis = -1; axis < strides.length; axis++) {
            int dim = axis < 0 ? batch : shape.dim(axis);
            int stride = axis < 0 ? blockSize : strides[axis];
            if (rank > 0 && dim != 1 && steps[rank - 1] == (long) stride * dim) {
                dims[rank - 1] *= dim;
                steps[rank - 1] = stride;
            } else if (dim != 1) {
                dims[rank] = dim;
                steps[rank] = stride;
                rank++;
            }
        }
        return new Strided(rank, dims, steps);
    }

    /** Returns the axis that is to be swapped with the last one for reading with short steps, or -1 if none is. */
    private int axisToTranspose() {
        if (rank < 2 || dims[rank - 1] < SHORT_AXIS || strides[rank - 1] == 0) {
            return -1;
        }
        int best = rank - 1;
        for (int axis = rank - 2; axis >= 0; axis--) {
            if (strides[axis] != 0 && dims[axis] >= SHORT_AXIS && Math.abs(strides[axis]) < Math.abs(strides[best])) {
                best = axis;
            }
        }
        return best == rank - 1 ? -1 : best;
    }

    private void gather(double[] x, int offset, double[] out) {
        int n = rank > 0 ? dims[rank - 1] : 1;
        int stride = rank > 0 ? strides[rank - 1] : 1;
        int rows = rank > 1 ? dims[rank - 2] : 1;
        int rowStride = rank > 1 ? strides[rank - 2] : 0;
        int[] index = new int[Math.max(rank, 2)];
        int q = 0;
        int p = offset;
        do {
            int start = p;
            for (int row = 0; row < rows; row++) {
                gatherRow(x, start, stride, n, out, q);
                start += rowStride;
                q += n;
            }
            p += advance(index, rank - 3, -1);
        } while (index[index.length - 1] == 0);
    }

    private static void gatherRow(double[] x, int from, int stride, int n, double[] out, int q) {
        if (stride == 1) {
            Indexing.copyRow(x, from, out, q, n);
        } else if (stride == 0) {
            Arrays.fill(out, q, q + n, x[from]);
        } else {
            int p = from;
            for (int i = q; i < q + n; i++) {
                out[i] = x[p];
                p += stride;
            }
        }
    }

    private void scatter(double[] g, double[] out, int offset) {
        int n = rank > 0 ? dims[rank - 1] : 1;
        int stride = rank > 0 ? strides[rank - 1] : 1;
        int rows = rank > 1 ? dims[rank - 2] : 1;
        int rowStride = rank > 1 ? strides[rank - 2] : 0;
        int[] index = new int[Math.max(rank, 2)];
        int q = 0;
        int p = offset;
        do {
            int start = p;
            for (int row = 0; row < rows; row++) {
                scatterRow(g, q, n, out, start, stride);
                start += rowStride;
                q += n;
            }
            p += advance(index, rank - 3, -1);
        } while (index[index.length - 1] == 0);
    }

    private static void scatterRow(double[] g, int q, int n, double[] out, int from, int stride) {
        if (stride == 1) {
            Indexing.copyRow(g, q, out, from, n);
        } else {
            int p = from;
            for (int i = q; i < q + n; i++) {
                out[p] = g[i];
                p += stride;
            }
        }
    }

    /**
     * Gathers with the axis {@code across} and the last one walked in strips of eight rows, which read the eight
     * numbers of a cache line together.
     */
    private void transpose(int across, double[] x, int offset, double[] out) {
        int[] outStrides = new int[rank];
        int size = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            outStrides[axis] = size;
            size *= dims[axis];
        }
        int rows = dims[across];
        int n = dims[rank - 1];
        int[] index = new int[rank];
        int p = offset;
        do {
            int q = 0;
            for (int axis = 0; axis < rank - 1; axis++) {
                q += index[axis] * outStrides[axis];
            }
            for (int column = 0; column < n; column += STRIP) {
                int width = Math.min(STRIP, n - column);
                int from = p + column * strides[rank - 1];
                int to = q + column;
                int row = 0;
                for (; row < rows - 7; row += 8) {
                    gatherEightRows(x, from, strides[across], strides[rank - 1], width, out, to, outStrides[across]);
                    from += 8 * strides[across];
                    to += 8 * outStrides[across];
                }
                for (; row < rows; row++) {
                    gatherRow(x, from, strides[rank - 1], width, out, to);
                    from += strides[across];
                    to += outStrides[across];
                }
            }
            p += advance(index, rank - 2, across);
        } while (index[rank - 1] == 0);
    }

    private static void gatherEightRows(
            double[] x, int from, int rowStride, int stride, int n, double[] out, int q0, int outStride) {
        int q1 = q0 + outStride;
        int q2 = q1 + outStride;
        int q3 = q2 + outStride;
        int q4 = q3 + outStride;
        int q5 = q4 + outStride;
        int q6 = q5 + outStride;
        int q7 = q6 + outStride;
        int p = from;
        for (int i = 0; i < n; i++) {
            out[q0 + i] = x[p];
            out[q1 + i] = x[p + rowStride];
            out[q2 + i] = x[p + 2 * rowStride];
            out[q3 + i] = x[p + 3 * rowStride];
            out[q4 + i] = x[p + 4 * rowStride];
            out[q5 + i] = x[p + 5 * rowStride];
            out[q6 + i] = x[p + 6 * rowStride];
            out[q7 + i] = x[p + 7 * rowStride];
            p += stride;
        }
    }

    /**
     * Moves {@code index} to the next position over the axes {@code 0..last} but {@code except}, and returns how far
     * that is in the view. After the last position, {@code index} is all zero but for its last entry, which is 1.
     */
    private int advance(int[] index, int last, int except) {
        int moved = 0;
        for (int axis = last; axis >= 0; axis--) {
            if (axis != except) {
                moved += strides[axis];
                if (++index[axis] < dims[axis]) {
                    return moved;
                }
                moved -= strides[axis] * dims[axis];
                index[axis] = 0;
            }
        }
        index[index.length - 1] = 1;
        return moved;
    }
}
