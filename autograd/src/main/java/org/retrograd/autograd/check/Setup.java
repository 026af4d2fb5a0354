package org.retrograd.autograd.check;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.retrograd.autograd.tensor.Definition.Example;
import org.retrograd.autograd.tensor.Holder;
import org.retrograd.autograd.tensor.Tensor;

/** What the user asked for: the function, the point and the options. */
record Setup(
        String name,
        Function<List<Tensor>, Tensor> function,
        ImmutableList<Tensor> point,
        ImmutableList<String> names,
        ImmutableList<Holder> holders,
        long seed,
        int directions,
        boolean exhaustive,
        int order) {
    private static final int DIRECTIONS = 2;
    private static final int ORDER = 2;
    private static final int MOST_LITERALS = 12;

    static Setup of(String name, Function<List<Tensor>, Tensor> function) {
        return new Setup(
                name,
                function,
                ImmutableList.of(),
                ImmutableList.of(),
                ImmutableList.of(),
                17,
                DIRECTIONS,
                false,
                ORDER);
    }

    static Setup of(Example example) {
        return Samples.of(example, 17);
    }

    Setup withPoint(ImmutableList<Tensor> other) {
        return new Setup(name, function, other, names, holders, seed, directions, exhaustive, order);
    }

    Setup withNames(ImmutableList<String> other) {
        return new Setup(name, function, point, other, holders, seed, directions, exhaustive, order);
    }

    Setup withHolders(ImmutableList<Holder> other) {
        return new Setup(name, function, point, names, other, seed, directions, exhaustive, order);
    }

    Setup withSeed(long other) {
        return new Setup(name, function, point, names, holders, other, directions, exhaustive, order);
    }

    Setup withDirections(int other) {
        return new Setup(name, function, point, names, holders, seed, other, exhaustive, order);
    }

    Setup withExhaustive() {
        return new Setup(name, function, point, names, holders, seed, directions, true, order);
    }

    Setup withOrder(int other) {
        return new Setup(name, function, point, names, holders, seed, directions, exhaustive, other);
    }

    /** Returns the name of an argument: x if it is the only one, else x0, x1, …, unless it was given one. */
    String nameOf(int k) {
        Preconditions.checkArgument(
                names.isEmpty() || names.size() == point.size(),
                "named(..) was given %s names for %s arguments",
                names.size(),
                point.size());
        return !names.isEmpty() ? names.get(k) : point.get(k).name().orElse(point.size() == 1 ? "x" : "x" + k);
    }

    /** Returns the line that repeats the check, with the numbers of the point if they are few. */
    String reproduce() {
        StringBuilder line = new StringBuilder(point.size() > 2 ? "GradientCheck.ofSeveral(\"" : "GradientCheck.of(\"")
                .append(name)
                .append("\", f)");
        if (!holders.isEmpty()) {
            line.append(".parameters(parameters)");
        }
        if (!point.isEmpty()) {
            line.append(point.stream().map(Setup::literal).collect(Collectors.joining(", ", ".at(", ")")));
        }
        if (!names.isEmpty()) {
            line.append(names.stream().collect(Collectors.joining("\", \"", ".named(\"", "\")")));
        }
        line.append(".seed(").append(seed).append(')');
        if (directions != DIRECTIONS) {
            line.append(".directions(").append(directions).append(')');
        }
        if (exhaustive) {
            line.append(".exhaustive()");
        }
        if (order != ORDER) {
            line.append(".order(").append(order).append(')');
        }
        return line.append(".check()").toString();
    }

    private static String literal(Tensor x) {
        if (x.size() > MOST_LITERALS) {
            return "/* " + x.shape() + " */";
        }
        String numbers = Arrays.stream(x.toArray()).mapToObj(Double::toString).collect(Collectors.joining(", "));
        String dims =
                Arrays.stream(x.shape().toArray()).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        return "Tensor.of(" + numbers + ")" + (x.rank() == 1 ? "" : ".reshape(" + dims + ")");
    }
}
