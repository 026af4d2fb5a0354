package org.retrograd.nn;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Indices;
import org.retrograd.autograd.tensor.Tensor;

/** The conditions that several classes here put on what they are given. */
final class Checks {
    private Checks() {}

    /** Whether two tensors have the same shape. */
    static boolean sameShape(Tensor a, Tensor b) {
        return Objects.equals(a.shape(), b.shape());
    }

    /** Returns a learning rate that is finite and above 0. */
    static double rate(double rate) {
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("the learning rate must be a finite number above 0, but got " + rate
                    + "; start with 0.1 for gradient descent, 0.001 for Adam");
        }
        return rate;
    }

    /** Returns a number in [0, 1), such as momentum. */
    static double fraction(String what, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(
                    what + " must be at least 0 and below 1, but got " + value + "; 0.9 is usual");
        }
        return value;
    }

    /** Returns a number that is finite and at least 0, such as weight decay. */
    static double notNegative(String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    what + " must be a finite number of at least 0, but got " + value + "; 0 leaves it out");
        }
        return value;
    }

    /** Returns a count of at least 1. */
    static int positive(String what, int count) {
        if (count < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, but got " + count);
        }
        return count;
    }

    /** Returns those of a layer's parameters that it has and that are not frozen. */
    static List<Parameter> trained(@Nullable Parameter... parameters) {
        return Stream.of(parameters)
                .flatMap(Stream::ofNullable)
                .filter(p -> !p.isFrozen())
                .toList();
    }

    /** Refuses labels that are not one for each row of the logits, or are outside their classes. */
    static void labels(String user, Tensor logits, Indices labels) {
        if (logits.rank() == 0 || logits.dim(-1) == 0 || !onePerRow(logits, labels)) {
            throw new IllegalArgumentException(user + " needs logits [.., classes] and one label for each row, but got "
                    + logits.shape() + " and labels of shape " + labels.shape());
        }
        int classes = logits.dim(-1);
        for (int i = 0; i < labels.size(); i++) {
            int label = labels.get(i);
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException(user + " got label " + label + " at position " + i
                        + ", which is outside the classes 0 to " + (classes - 1) + " of logits of shape "
                        + logits.shape() + ": number the classes from 0, or give the net more outputs");
            }
        }
    }

    private static boolean onePerRow(Tensor logits, Indices labels) {
        int[] rows = new int[logits.rank() - 1];
        Arrays.setAll(rows, logits::dim);
        return labels.size() * logits.dim(-1) == logits.size() && labels.equals(labels.reshape(rows));
    }

    /** Returns each of the parameters once, none of them frozen. */
    static ImmutableList<Parameter> trainable(List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            if (parameter.isFrozen()) {
                throw new IllegalArgumentException("parameter \"" + parameter.name()
                        + "\" is frozen and cannot be trained; give the parameters of the network it was frozen from");
            }
        }
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException(
                    "there is nothing to train: the list of parameters is empty, as that of a frozen network is");
        }
        return ImmutableSet.copyOf(parameters).asList();
    }

    /** Returns the gradient by a parameter if it has neither NaN nor infinity. */
    static Tensor finite(Tensor gradient, Parameter parameter) {
        if (gradient.size() > 0 && !Double.isFinite(gradient.normInf().item())) {
            throw new ArithmeticException("the gradient by \"" + parameter.name()
                    + "\" has an entry that is NaN or infinite, so the step was not made and "
                    + "nothing was changed: lower the learning rate, or look for a logarithm or division at 0");
        }
        return gradient;
    }

    /** Gives all parameters their new values; only after everything that can fail. */
    static void setAll(List<Parameter> parameters, List<Tensor> values) {
        for (int k = 0; k < values.size(); k++) {
            parameters.get(k).set(values.get(k));
        }
    }

    /** Returns the gradients by some parameters, all of them finite, as constants. */
    static List<Tensor> finite(Gradients gradients, List<Parameter> parameters) {
        List<Tensor> finite = new ArrayList<>(parameters.size());
        for (Parameter parameter : parameters) {
            finite.add(finite(gradients.of(parameter).detach(), parameter));
        }
        return finite;
    }

    /** Returns the learning rate at a step. */
    static double scheduled(double rate, Schedule schedule, long step) {
        double factor = schedule.factor(step);
        if (!(factor >= 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException(
                    "a schedule must give a finite factor of at least 0, but gave " + factor + " at step " + step);
        }
        return rate * factor;
    }
}
