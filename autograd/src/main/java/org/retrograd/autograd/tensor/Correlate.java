package org.retrograd.autograd.tensor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Correlation;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.array.Slide;
import org.retrograd.autograd.array.Storage;

/**
 * The family of convolutions: the derivatives of one form that is linear in images, kernels and responses.
 *
 * <p>A member computes one of the three from the other two: responses from images and kernels (the convolution), images from
 * kernels and responses (the transposed convolution), kernels from images and responses. The transpose of a member by an
 * input is the member that computes that input, so that the family is closed under both rules and every order follows.
 *
 * <p>Each of the three has four axes of its own; what stands before them are batches, which broadcast as those of a matrix
 * product do: so a cotangent or tangent with directions needs no case of its own.
 */
final class Correlate extends Linear {
    /** What a member computes from the two others. */
    enum Role {
        RESPONSES,
        IMAGES,
        KERNELS;

        /** Returns the role of input {@code k} of the member that computes this. */
        Role input(int k) {
            return switch (this) {
                case RESPONSES -> k == 0 ? IMAGES : KERNELS;
                case IMAGES -> k == 0 ? RESPONSES : KERNELS;
                case KERNELS -> k == 0 ? IMAGES : RESPONSES;
            };
        }
    }

    private static final int AXES = 4;

    private final Role role;
    private final Correlation kernel;
    private final Shape image;
    private final Shape kernels;
    private final Shape response;

    private Correlate(Role role, Correlation kernel, Shape image, Shape kernels, Shape response) {
        this.role = role;
        this.kernel = kernel;
        this.image = image;
        this.kernels = kernels;
        this.response = response;
    }

    /** Returns the member that computes the responses, of images and kernels. */
    static Correlate responses(int outputs, int channels, int groups, Slide rows, Slide columns) {
        return new Correlate(
                Role.RESPONSES,
                new Correlation(outputs, channels, groups, rows, columns),
                Shape.of(channels, rows.length(), columns.length()),
                Shape.of(outputs, channels / groups, rows.window(), columns.window()),
                Shape.of(outputs, rows.positions(), columns.positions()));
    }

    /** Returns the member of another role. */
    private Correlate to(Role other) {
        return new Correlate(other, kernel, image, kernels, response);
    }

    @Override
    public String name() {
        return switch (role) {
            case RESPONSES -> "conv2d";
            case IMAGES -> "conv2dImages";
            case KERNELS -> "conv2dKernels";
        };
    }

    @Override
    public Shape shape(Tensor[] in) {
        Shape batch = Shape.broadcast(batch(in[0]), batch(in[1]));
        Shape n = Shape.of(in[0].dim(-AXES));
        return switch (role) {
            case RESPONSES -> batch.append(n).append(response);
            case IMAGES -> batch.append(n).append(image);
            case KERNELS -> batch.append(kernels);
        };
    }

    private static Shape batch(Tensor x) {
        return x.shape.slice(0, x.rank() - AXES);
    }

    @Override
    public Storage compute(Tensor[] in, Shape out) {
        Storage result = Storage.allocate(out.size());
        Shape batch = out.slice(0, out.rank() - AXES);
        int n = in[0].dim(-AXES);
        int count = batch.size();
        if (role != Role.KERNELS && batch(in[1]).size() == 1) {
            // the same kernels for all batches: they are but more images
            n *= count;
            count = Math.min(count, 1);
        }
        for (int t = 0; t < count; t++) {
            int a = count == 1 ? 0 : position(in[0], batch, t);
            int b = count == 1 ? 0 : position(in[1], batch, t);
            int to = t * (out.size() / count);
            switch (role) {
                case IMAGES -> kernel.images(in[0].data, a, in[1].data, b, n, result, to);
                case KERNELS -> kernel.kernels(in[0].data, a, in[1].data, b, n, result, to);
                case RESPONSES -> kernel.responses(in[0].data, a, in[1].data, b, n, result, to);
            }
        }
        return result;
    }

    /** Returns where that part of an input begins which goes into batch {@code t} of the result. */
    private static int position(Tensor x, Shape batches, int t) {
        int position = 0;
        int left = t;
        int stride = x.shape.slice(x.rank() - AXES, x.rank()).size();
        for (int back = 1; back <= x.rank() - AXES; back++) {
            int dim = x.dim(-AXES - back);
            if (dim != 1) {
                position += left % batches.dim(-back) * stride;
            }
            stride *= dim;
            left /= batches.dim(-back);
        }
        return position;
    }

    @Override
    public Tensor transpose(int k, Tensor g, Tensor[] in) {
        Role wanted = role.input(k);
        Tensor other = in[1 - k];
        return wanted.input(0) == role ? to(wanted).apply(g, other) : to(wanted).apply(other, g);
    }

    @Override
    boolean knowsSecond(Tensor[] in) {
        return true;
    }

    @Override
    @Nullable
    Tensor second(@Nullable Tensor[] t, Tensor[] in, Tensor y, boolean summed) {
        return Directions.product(this, t, 0, 1, in, y, summed);
    }

    @Override
    public Tensor jvp(@Nullable Tensor[] t, Tensor[] in, Tensor y) {
        return super.jvp(Directions.aligned(t, in, y.rank()), in, y);
    }

    /**
     * Found by letting the operation copy the entries' numbers, through kernels that have a 1 in one place only: then no two
     * terms meet in an entry of the result. The derivative by kernels sums over all images and is taken for dense.
     */
    @Override
    public Relation relation(int k, Tensor[] in, Tensor y) {
        if (role == Role.KERNELS) {
            return super.relation(k, in, y);
        }
        Tensor numbers = Relation.numbers(in[k].shape);
        List<Tensor> taps = new ArrayList<>();
        for (Tensor place : places()) {
            taps.add(
                    k == 0
                            ? apply(numbers, place).broadcastTo(y.shape)
                            : apply(Tensor.ones(in[0].shape.toArray()), numbers.mul(place)));
        }
        return Relation.ofTaps(taps);
    }

    /** Returns kernels of zeros and ones, one for each term of an entry of the result. */
    private List<Tensor> places() {
        int window = kernels.dim(2) * kernels.dim(3);
        // an entry of the responses has a term for each channel of its group, one of the images for each output
        int across = role == Role.RESPONSES ? kernels.dim(1) : kernels.dim(0) / groups();
        List<Tensor> places = new ArrayList<>();
        for (int c = 0; c < across; c++) {
            for (int q = 0; q < window; q++) {
                Tensor one = Indices.of(q).oneHot(window).reshape(1, 1, kernels.dim(2), kernels.dim(3));
                Tensor channel = Indices.of(c).oneHot(across);
                Tensor chosen = role == Role.RESPONSES
                        ? channel.reshape(1, across, 1, 1)
                        : channel.tile(groups()).reshape(kernels.dim(0), 1, 1, 1);
                places.add(one.mul(chosen).broadcastTo(kernels));
            }
        }
        return places;
    }

    private int groups() {
        return image.dim(0) / kernels.dim(1);
    }

    @Override
    public Tensor magnitude(Tensor[] in, Tensor y) {
        return apply(in[0].abs(), in[1].abs());
    }
}
