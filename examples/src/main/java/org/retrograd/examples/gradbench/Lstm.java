package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The loss of a recurrent net of cells with diagonal weights, which reads a text and predicts each next character.
 *
 * @param main weights and biases of each layer, [2 layers, 4 b]
 * @param extra weights of the input, and weights and biases of the output, [3, b]
 * @param start hidden values and cells of each layer at the start, [2 layers, b]
 * @param sequence the text, [characters, b]
 * @param tape where the gradient is recorded
 */
record Lstm(double[][] main, double[][] extra, double[][] start, double[][] sequence, Tape tape) {
    static Eval eval() {
        return new Eval(
                "lstm",
                ImmutableMap.of(
                        "objective", Eval.timed(Lstm::of, Lstm::value),
                        "jacobian", Eval.timed(Lstm::of, Lstm::gradient)),
                PlainLstm::of,
                Lstm::synthetic);
    }

    private static Input synthetic() {
        RandomGenerator random = new SplittableRandom(1);
        int layers = 4;
        int b = 14;
        return Input.of(
                "main_params", Kmeans.rows(Tensor.uniform(random, 0, 1, 2 * layers, 4 * b)),
                "extra_params", Kmeans.rows(Tensor.uniform(random, 0, 1, 3, b)),
                "state", Kmeans.rows(Tensor.uniform(random, 0, 1, 2 * layers, b)),
                "sequence", Kmeans.rows(Tensor.uniform(random, 0, 2, 4096, b).floor()));
    }

    private static Lstm of(Input input) {
        return new Lstm(
                input.matrix("main_params"),
                input.matrix("extra_params"),
                input.matrix("state"),
                input.matrix("sequence"),
                new Tape());
    }

    private static Scalar[][] each(double[][] rows, Function<double[], Scalar[]> scalars) {
        return Arrays.stream(rows).map(scalars).toArray(Scalar[][]::new);
    }

    private double value() {
        return loss(each(main, Scalar::constants), each(extra, Scalar::constants))
                .value();
    }

    private double[] gradient() {
        tape.rewind();
        Scalar[][] mainVariables = each(main, tape::variables);
        Scalar[][] extraVariables = each(extra, tape::variables);
        Scalar[] all = Stream.of(mainVariables, extraVariables)
                .flatMap(Arrays::stream)
                .flatMap(Arrays::stream)
                .toArray(Scalar[]::new);
        return tape.gradient(loss(mainVariables, extraVariables), all);
    }

    private Scalar loss(Scalar[][] main, Scalar[][] extra) {
        int layers = main.length / 2;
        int b = extra[0].length;
        Scalar[][] state = each(start, Scalar::constants);
        Scalar total = Scalar.ZERO;
        Scalar[] x = new Scalar[b];
        Scalar[] exponentials = new Scalar[b + 1];
        exponentials[b] = Scalar.of(2);
        for (int t = 0; t + 1 < sequence.length; t++) {
            for (int j = 0; j < b; j++) {
                x[j] = extra[0][j].multiply(sequence[t][j]);
            }
            for (int layer = 0; layer < layers; layer++) {
                step(main[2 * layer], main[2 * layer + 1], state[2 * layer], state[2 * layer + 1], x);
            }
            for (int j = 0; j < b; j++) {
                x[j] = x[j].multiply(extra[1][j]).add(extra[2][j]);
                exponentials[j] = x[j].exp();
            }
            Scalar normaliser = Scalar.sum(exponentials).log();
            for (int j = 0; j < b; j++) {
                if (sequence[t + 1][j] != 0) {
                    total = total.add(x[j].subtract(normaliser).multiply(sequence[t + 1][j]));
                }
            }
        }
        return total.multiply(-1.0 / (b * (sequence.length - 1)));
    }

    /** Moves hidden values and cells of one layer by one character; {@code x} goes in and comes out as the hidden values. */
    private static void step(Scalar[] weight, Scalar[] bias, Scalar[] hidden, Scalar[] cell, Scalar[] x) {
        int b = x.length;
        for (int j = 0; j < b; j++) {
            Scalar forget = x[j].multiply(weight[j]).add(bias[j]).sigmoid();
            Scalar in = hidden[j].multiply(weight[b + j]).add(bias[b + j]).sigmoid();
            Scalar out = x[j].multiply(weight[2 * b + j]).add(bias[2 * b + j]).sigmoid();
            Scalar change =
                    hidden[j].multiply(weight[3 * b + j]).add(bias[3 * b + j]).tanh();
            cell[j] = cell[j].multiply(forget).add(in.multiply(change));
            hidden[j] = out.multiply(cell[j].tanh());
            x[j] = hidden[j];
        }
    }
}
