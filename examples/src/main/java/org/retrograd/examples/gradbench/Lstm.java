package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;
import org.retrograd.autograd.tensor.Tensor;

/** The loss of a recurrent net of cells with diagonal weights, which reads a text and predicts each next character. */
final class Lstm {
    private Lstm() {}

    static Eval eval() {
        return new Eval(
                "lstm",
                ImmutableMap.of(
                        "objective",
                        input -> {
                            Scalar[][] main = constants(input.matrix("main_params"));
                            Scalar[][] extra = constants(input.matrix("extra_params"));
                            Scalar[][] state = constants(input.matrix("state"));
                            double[][] sequence = input.matrix("sequence");
                            return () -> loss(main, extra, state, sequence).value();
                        },
                        "jacobian",
                        input -> {
                            double[][] main = input.matrix("main_params");
                            double[][] extra = input.matrix("extra_params");
                            Scalar[][] state = constants(input.matrix("state"));
                            double[][] sequence = input.matrix("sequence");
                            Tape tape = new Tape();
                            return () -> gradient(tape, main, extra, state, sequence);
                        }),
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

    private static Scalar[][] constants(double[][] rows) {
        return Arrays.stream(rows).map(Scalar::constants).toArray(Scalar[][]::new);
    }

    private static double[] gradient(
            Tape tape, double[][] mainNumbers, double[][] extraNumbers, Scalar[][] state, double[][] sequence) {
        tape.rewind();
        Scalar[][] main = Arrays.stream(mainNumbers).map(tape::variables).toArray(Scalar[][]::new);
        Scalar[][] extra = Arrays.stream(extraNumbers).map(tape::variables).toArray(Scalar[][]::new);
        Scalar[] all = Stream.of(main, extra)
                .flatMap(Arrays::stream)
                .flatMap(Arrays::stream)
                .toArray(Scalar[]::new);
        return tape.gradient(loss(main, extra, state, sequence), all);
    }

    private static Scalar loss(Scalar[][] main, Scalar[][] extra, Scalar[][] start, double[][] sequence) {
        int layers = main.length / 2;
        int b = extra[0].length;
        Scalar[][] state = Arrays.stream(start).map(Scalar[]::clone).toArray(Scalar[][]::new);
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
