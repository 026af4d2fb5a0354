package org.retrograd.examples;

import java.util.List;
import org.retrograd.autograd.tensor.Tensor;
import org.retrograd.examples.HandBackprop.Function;
import org.retrograd.examples.HandBackprop.Layer;

/**
 * The well-known net of two inputs, two hidden and two output units, all sigmoid, with error 1/2 sum (y - t)^2.
 *
 * <pre>
 *   x1 --w1--> h1 --w5--> o1        w2: x2 to h1    w6: h2 to o1    b1: both hidden units
 *   x2 --w4--> h2 --w8--> o2        w3: x1 to h2    w7: h1 to o2    b2: both outputs
 * </pre>
 *
 * @param w1 the weights w1 w3 / w2 w4 into the hidden units
 * @param b1 the one bias of both hidden units
 * @param w2 the weights w5 w7 / w6 w8 into the outputs
 * @param b2 the one bias of both outputs
 */
record TwoTwoTwoNet(Tensor w1, Tensor b1, Tensor w2, Tensor b2) {
    static final double RATE = 0.5;

    private static final Tensor X = Tensor.of(0.05, 0.10).named("x");
    private static final Tensor T = Tensor.of(0.01, 0.99).named("t");

    /** What the forward pass computes: net inputs and activations of both layers, and the error. */
    record Forward(Tensor zHidden, Tensor hidden, Tensor zOutput, Tensor output, Tensor error) {}

    /** Returns the net with the published starting weights. */
    static TwoTwoTwoNet start() {
        return new TwoTwoTwoNet(
                Tensor.variable(Tensor.of(0.15, 0.25, 0.20, 0.30).reshape(2, 2)).named("w1..w4"),
                Tensor.variable(Tensor.scalar(0.35)).named("b1"),
                Tensor.variable(Tensor.of(0.40, 0.50, 0.45, 0.55).reshape(2, 2)).named("w5..w8"),
                Tensor.variable(Tensor.scalar(0.60)).named("b2"));
    }

    Forward forward() {
        Tensor zHidden = X.matmul(w1).add(b1).named("z of h");
        Tensor hidden = zHidden.sigmoid().named("h");
        Tensor zOutput = hidden.matmul(w2).add(b2).named("z of o");
        Tensor output = zOutput.sigmoid().named("o");
        Tensor error = output.sub(T).square().sum().mul(0.5).named("E");
        return new Forward(zHidden, hidden, zOutput, output, error);
    }

    List<Tensor> parameters() {
        return List.of(w1, b1, w2, b2);
    }

    /** Returns the net with other values of its parameters, in the order of {@link #parameters}. */
    TwoTwoTwoNet with(List<Tensor> values) {
        return new TwoTwoTwoNet(
                w1.withValue(values.get(0)),
                b1.withValue(values.get(1)),
                w2.withValue(values.get(2)),
                b2.withValue(values.get(3)));
    }

    /** Returns the same net for computing by hand. */
    List<Layer> byHand() {
        return List.of(layer(w1, b1), layer(w2, b2));
    }

    private static Layer layer(Tensor w, Tensor b) {
        double[][] weights = {{w.get(0, 0), w.get(0, 1)}, {w.get(1, 0), w.get(1, 1)}};
        return new Layer(weights, new double[] {b.item(), b.item()}, Function.SIGMOID);
    }

    static double[] inputs() {
        return X.toArray();
    }

    static double[] targets() {
        return T.toArray();
    }
}
