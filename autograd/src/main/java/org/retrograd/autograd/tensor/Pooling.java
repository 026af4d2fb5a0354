package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Indexing;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Slide;
import org.retrograd.autograd.array.Storage;
import org.retrograd.autograd.array.Windows;

/**
 * Pooling: one number for all entries under a window, which slides over images or sequences.
 *
 * <p>Padding is no entry: it is never the largest and does not count in a mean, so that pooling keeps a constant image as it
 * is. (PyTorch's mean counts it unless {@code count_include_pad=False}; pad the image itself to have that.)
 */
public final class Pooling {
    private Pooling() {}

    static final Definition MAX_POOL2D = Definition.of(
            "maxPool2d",
            "The largest entry under a window, NaN if there is one; where entries tie the first in reading order takes "
                    + "the derivative.",
            call("maxPool2d(x, 2)", real(2, 1, 4, 4), x -> maxPool2d(x, 2)),
            call(
                    "maxPool2d(x, 2, 3, overlapping)",
                    real(1, 3, 4),
                    x -> maxPool2d(x, 2, 3, Sliding.BY_ONE.stride(1).padding(0, 1))),
            call("maxPool2d(x, 2, 2, dilation 2)", real(4, 3), x -> maxPool2d(x, 2, 2, Sliding.BY_ONE.dilation(2, 1))),
            call("maxPool2d(x, 1)", real(2, 2, 2), x -> maxPool2d(x, 1)),
            call("maxPool2d(x, 2) of no images", real(0, 4, 4), x -> maxPool2d(x, 2)));

    /** Returns the largest entries of images cut into squares of the given size; what does not fill one is left out. */
    public static Tensor maxPool2d(Tensor x, int size) {
        return maxPool2d(x, size, size, squares("maxPool2d", size));
    }

    /**
     * Returns the largest entries under a window: {@code [.., h, w]} → {@code [.., ph, pw]}, the numbers of positions ({@link
     * Sliding}). NaN is largest of all. Where entries tie the first in reading order takes the whole derivative, since
     * pooling selects one; this is the exception to the sharing of ties.
     *
     * @throws IllegalArgumentException if the window is empty, larger than the padded image, or somewhere holds padding only
     */
    public static Tensor maxPool2d(Tensor x, int height, int width, Sliding sliding) {
        check("maxPool2d", x, sliding, 2, height, width);
        return new MaxPool(sliding.down(x.dim(-2), height), sliding.along(x.dim(-1), width)).apply(x);
    }

    static final Definition MAX_POOL1D = Definition.of(
            "maxPool1d",
            "The largest entry of a sequence under a window; like maxPool2d.",
            call("maxPool1d(x, 2)", real(2, 5), x -> maxPool1d(x, 2)),
            call(
                    "maxPool1d(x, 3, stride 2)",
                    real(6),
                    x -> maxPool1d(x, 3, Sliding.BY_ONE.stride(2).padding(1))));

    /** Returns the largest entries of sequences cut into pieces of the given size; what does not fill one is left out. */
    public static Tensor maxPool1d(Tensor x, int size) {
        return maxPool1d(x, size, squares("maxPool1d", size));
    }

    /** Returns the largest entries under a window, {@code [.., length]} → {@code [.., positions]}: see {@link #maxPool2d}. */
    public static Tensor maxPool1d(Tensor x, int size, Sliding sliding) {
        check("maxPool1d", x, sliding, 1, size);
        return maxPool2d(x.expandDims(-2), 1, size, sliding.alongOnly()).squeeze(-2);
    }

    static final Definition AVG_POOL2D = Definition.of(
            "avgPool2d",
            "The mean of the entries under a window; padding does not count.",
            call("avgPool2d(x, 2)", real(2, 1, 4, 5), x -> avgPool2d(x, 2)),
            call(
                    "avgPool2d(x, 2, 3, padded)",
                    real(2, 4, 4),
                    x -> avgPool2d(
                            x, 2, 3, Sliding.BY_ONE.stride(2, 1).padding(1).dilation(1, 2))),
            call("avgPool2d(x, 1)", real(2, 2), x -> avgPool2d(x, 1)),
            call("avgPool2d(x, 2) of no images", real(0, 4, 4), x -> avgPool2d(x, 2)));

    /** Returns the means of images cut into squares of the given size; what does not fill one is left out. */
    public static Tensor avgPool2d(Tensor x, int size) {
        return avgPool2d(x, size, size, squares("avgPool2d", size));
    }

    /**
     * Returns the means of the entries under a window, padding not counted: {@code [.., h, w]} → {@code [.., ph, pw]}, the
     * numbers of positions ({@link Sliding}).
     *
     * @throws IllegalArgumentException if the window is empty, larger than the padded image, or somewhere holds padding only
     */
    public static Tensor avgPool2d(Tensor x, int height, int width, Sliding sliding) {
        check("avgPool2d", x, sliding, 2, height, width);
        Slide rows = sliding.down(x.dim(-2), height);
        Slide columns = sliding.along(x.dim(-1), width);
        Shape batch = x.shape.slice(0, x.rank() - 2);
        // a sum is a convolution with ones, each image a channel of its own
        Tensor sums = Correlate.responses(1, 1, 1, rows, columns)
                .apply(x.reshape(batch.size(), 1, rows.length(), columns.length()), Tensor.ones(1, 1, height, width));
        Tensor counts = counts(rows).expandDims(1).mul(counts(columns));
        return sums.reshape(batch.append(counts.shape)).div(counts);
    }

    /** Returns how many entries lie under a window at each of its positions along an axis. */
    private static Tensor counts(Slide slide) {
        return Tensor.of(IntStream.range(0, slide.positions())
                .map(slide::entries)
                .asDoubleStream()
                .toArray());
    }

    static final Definition AVG_POOL1D = Definition.of(
            "avgPool1d",
            "The mean of the entries of a sequence under a window; padding does not count.",
            call("avgPool1d(x, 2)", real(2, 5), x -> avgPool1d(x, 2)),
            call("avgPool1d(x, 3, padded)", real(6), x -> avgPool1d(x, 3, Sliding.BY_ONE.padding(1))));

    /** Returns the means of sequences cut into pieces of the given size; what does not fill one is left out. */
    public static Tensor avgPool1d(Tensor x, int size) {
        return avgPool1d(x, size, squares("avgPool1d", size));
    }

    /** Returns the means of the entries under a window, {@code [.., length]} → {@code [.., positions]}: see {@link #avgPool2d}. */
    public static Tensor avgPool1d(Tensor x, int size, Sliding sliding) {
        check("avgPool1d", x, sliding, 1, size);
        return avgPool2d(x.expandDims(-2), 1, size, sliding.alongOnly()).squeeze(-2);
    }

    private static Sliding squares(String name, int size) {
        requireWindow(name, size);
        return Sliding.BY_ONE.stride(size);
    }

    private static void requireWindow(String name, int size) {
        if (size < 1) {
            throw new IllegalArgumentException(name + " needs a window of at least 1 entry, but got size " + size);
        }
    }

    private static void check(String name, Tensor x, Sliding sliding, int axes, int... window) {
        if (x.rank() < axes) {
            throw new IllegalArgumentException(name + " needs "
                    + (axes == 2 ? "images [.., h, w]" : "sequences [.., length]") + ", but got " + x.shape);
        }
        for (int size : window) {
            requireWindow(name, size);
        }
        sliding.requireFits(name, "window", x.shape, Shape.of(window), axes);
        for (int back = 1; back <= axes; back++) {
            Slide slide = back == 1 ? sliding.along(x.dim(-1), window[axes - 1]) : sliding.down(x.dim(-2), window[0]);
            IntUnaryOperator entries = slide::entries;
            int bare = IntStream.range(0, slide.positions())
                    .filter(p -> entries.applyAsInt(p) == 0)
                    .findFirst()
                    .orElse(-1);
            if (bare >= 0) {
                throw new IllegalArgumentException(name + ": at position " + bare + " of axis " + -back
                        + " a window of " + slide.window() + " holds padding only (" + x.shape + ", " + sliding
                        + "); take less padding");
            }
        }
    }

    /** The largest entry under a window: a selection, whose places depend on the input. */
    static final class MaxPool extends Op {
        private final Slide rows;
        private final Slide columns;

        MaxPool(Slide rows, Slide columns) {
            this.rows = rows;
            this.columns = columns;
        }

        @Override
        public String name() {
            return "maxPool2d";
        }

        @Override
        public Shape shape(Tensor[] in) {
            return batch(in[0]).append(Shape.of(rows.positions(), columns.positions()));
        }

        private static Shape batch(Tensor x) {
            return x.shape.slice(0, x.rank() - 2);
        }

        private int imageSize() {
            return rows.length() * columns.length();
        }

        private int positions() {
            return rows.positions() * columns.positions();
        }

        private int[] winners(Tensor x) {
            int images = batch(x).size();
            int[] winners = new int[images * positions()];
            Windows.argMax(x.data, images, rows, columns, winners);
            return winners;
        }

        @Override
        public Storage compute(Tensor[] in, Shape out) {
            Storage result = Storage.allocate(out.size());
            int images = batch(in[0]).size();
            Indexing.takeAlong(in[0].data, images, imageSize(), 1, winners(in[0]), positions(), images, result);
            return result;
        }

        /** Returns the reading of the winners from images whose two axes are merged. */
        private GatherOps.Gather gather(Tensor x) {
            return new GatherOps.Gather(-1, imageSize(), batch(x).append(Shape.of(positions())), winners(x));
        }

        @Override
        public Tensor vjp(int k, Tensor g, Tensor[] in, Tensor y) {
            Tensor flat = g.reshape(batch(g).append(Shape.of(positions())));
            Tensor placed = new GatherOps.ScatterAlong(gather(in[0])).apply(flat);
            return placed.reshape(batch(g).append(Shape.of(rows.length(), columns.length())));
        }

        @Override
        public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
            Tensor tangent = Objects.requireNonNull(t[0]);
            Tensor flat = tangent.reshape(batch(tangent).append(Shape.of(imageSize())));
            return gather(in[0])
                    .apply(flat)
                    .reshape(batch(tangent).append(Shape.of(rows.positions(), columns.positions())));
        }

        /** Any entry under a window may win. */
        @Override
        public Relation relation(int k, Tensor[] in, Tensor y) {
            return Relation.ofTaps(entriesUnderWindows(Relation.numbers(in[0].shape), 0));
        }

        /** The distance of the winner to the next best entry: 0 where entries tie. */
        @Override
        public List<Kink> kinks(Tensor[] in, Tensor y) {
            List<Tensor> entries = entriesUnderWindows(in[0], Double.NEGATIVE_INFINITY);
            Tensor windows = Tensor.stack(-1, entries.toArray(Tensor[]::new));
            Axes last = Axes.of(windows.shape, Dims.DROP, -1);
            return new ReductionOps.Extremum(true, last).kinks(new Tensor[] {windows}, y);
        }

        /** Returns for each entry of the window the entries of the padded images on which it lies, at all positions. */
        private List<Tensor> entriesUnderWindows(Tensor images, double padding) {
            Tensor padded = images.pad(-2, rows.padding(), rows.padding(), padding)
                    .pad(-1, columns.padding(), columns.padding(), padding);
            List<Tensor> entries = new ArrayList<>();
            for (int u = 0; u < rows.window(); u++) {
                Tensor line = under(padded, -2, rows, u);
                for (int v = 0; v < columns.window(); v++) {
                    entries.add(under(line, -1, columns, v));
                }
            }
            return entries;
        }

        /** Returns the entries on which entry {@code q} of the window lies, from its first position to its last. */
        private static Tensor under(Tensor padded, int axis, Slide slide, int q) {
            int first = q * slide.dilation();
            int last = first + (slide.positions() - 1) * slide.stride();
            return padded.slice(axis, first, last + 1, slide.stride());
        }
    }
}
