package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Scan;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The loss of a recurrent net of cells with diagonal weights, which reads a text and predicts each next character: a loop
 * over the characters, whose step is a program.
 *
 * @param loop reads the text: its state is the sum of losses, then hidden values and cells of each layer; the input of a step
 *     is a character and the next one
 * @param parameters weights and biases of each layer, weights of the input, weights and biases of the output
 * @param start the state before the first character
 * @param characters the input of each step
 * @param b the width of a layer
 */
record Lstm(Scan loop, double[] parameters, double[] start, double[][] characters, int b) {
    /** The layers of a net, and the width of each. */
    private record Size(int layers, int b) {}

    static Eval eval() {
        // compiled once for all inputs of a size
        Map<Size, Scan> loops = new ConcurrentHashMap<>();
        return new Eval(
                "lstm",
                ImmutableMap.of(
                        "objective", Eval.timed(input -> of(input, loops), Lstm::loss),
                        "jacobian", Eval.timed(input -> of(input, loops), Lstm::gradient)),
                PlainLstm::of,
                () -> synthetic(4),
                ImmutableList.of(() -> synthetic(2), () -> synthetic(6)));
    }

    private static Input synthetic(int layers) {
        RandomGenerator random = new SplittableRandom(1);
        int b = 14;
        return Input.of(
                "main_params", Kmeans.rows(Tensor.uniform(random, 0, 1, 2 * layers, 4 * b)),
                "extra_params", Kmeans.rows(Tensor.uniform(random, 0, 1, 3, b)),
                "state", Kmeans.rows(Tensor.uniform(random, 0, 1, 2 * layers, b)),
                "sequence", Kmeans.rows(Tensor.uniform(random, 0, 2, 4096, b).floor()));
    }

    private static Lstm of(Input input, Map<Size, Scan> loops) {
        double[][] start = input.matrix("state");
        double[][] text = input.matrix("sequence");
        double[][] characters = new double[text.length - 1][];
        Arrays.setAll(characters, t -> Doubles.concat(text[t], text[t + 1]));
        Size size = new Size(start.length / 2, text[0].length);
        return new Lstm(
                loops.computeIfAbsent(size, Lstm::loop),
                Doubles.concat(
                        Doubles.concat(input.matrix("main_params")), Doubles.concat(input.matrix("extra_params"))),
                Doubles.concat(new double[1], Doubles.concat(start)),
                characters,
                size.b);
    }

    private static Scan loop(Size size) {
        int rows = 2 * size.layers + 2 + 8 * size.layers + 3;
        return Scan.of(Program.recordAll(1 + rows * size.b, v -> step(size, v)), 2 * size.b);
    }

    private double loss() {
        return loop.run(start, characters, parameters)[0] * scale();
    }

    private double[] gradient() {
        double[] seed = new double[start.length];
        seed[0] = scale();
        return loop.pull(start, characters, parameters, seed).byParameters();
    }

    private double scale() {
        return -1.0 / (b * characters.length);
    }

    /** Returns the state after one more character. */
    private static Scalar[] step(Size size, Scalar[] v) {
        int b = size.b;
        int layers = size.layers;
        Scalar[][] rows = new Scalar[v.length / b][];
        Arrays.setAll(rows, row -> Arrays.copyOfRange(v, 1 + row * b, 1 + (row + 1) * b));
        Scalar[] character = rows[2 * layers];
        Scalar[] following = rows[2 * layers + 1];
        Scalar[][] main = Arrays.copyOfRange(rows, 2 * layers + 2, rows.length - 3);
        Scalar[][] extra = Arrays.copyOfRange(rows, rows.length - 3, rows.length);
        Scalar[] next = new Scalar[1 + 2 * layers * b];
        Scalar[] exponentials = new Scalar[b + 1];
        exponentials[b] = Scalar.of(2);
        Scalar[] x = new Scalar[b];
        for (int j = 0; j < b; j++) {
            x[j] = character[j].multiply(extra[0][j]);
            for (int layer = 0; layer < layers; layer++) {
                Scalar[][] own = Arrays.copyOfRange(main, 8 * layer, 8 * (layer + 1));
                Scalar hidden = rows[2 * layer][j];
                Scalar forget = x[j].multiply(own[0][j]).add(own[4][j]).sigmoid();
                Scalar in = hidden.multiply(own[1][j]).add(own[5][j]).sigmoid();
                Scalar out = x[j].multiply(own[2][j]).add(own[6][j]).sigmoid();
                Scalar change = hidden.multiply(own[3][j]).add(own[7][j]).tanh();
                Scalar cell = rows[2 * layer + 1][j].multiply(forget).add(in.multiply(change));
                x[j] = out.multiply(cell.tanh());
                next[1 + 2 * layer * b + j] = x[j];
                next[1 + (2 * layer + 1) * b + j] = cell;
            }
            x[j] = x[j].multiply(extra[1][j]).add(extra[2][j]);
            exponentials[j] = x[j].exp();
        }
        Scalar normaliser = Scalar.sum(exponentials).log();
        next[0] = v[0];
        for (int j = 0; j < b; j++) {
            next[0] = next[0].add(x[j].subtract(normaliser).multiply(following[j]));
        }
        return next;
    }
}
