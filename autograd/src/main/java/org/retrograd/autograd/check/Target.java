package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.retrograd.autograd.tensor.Holder;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Tensor;

/**
 * The user's function as a function of all that it reads: its arguments, the parameters that were named, and the variables
 * that were found in its graph.
 *
 * <p>Between evaluations the parameters hold the variables from which the function was recorded, for a call that computes
 * its inside again reads them anew; closing gives them back what they held.
 */
final class Target implements AutoCloseable {
    private final Setup setup;
    private final ImmutableList<Tensor> held;
    private ImmutableList<Tensor> between;

    Target(Setup setup) {
        this.setup = setup;
        this.held = setup.holders().stream().map(Holder::get).collect(ImmutableList.toImmutableList());
        this.between = held;
    }

    @Override
    public void close() {
        set(held);
    }

    private void set(List<Tensor> values) {
        for (int k = 0; k < values.size(); k++) {
            setup.holders().get(k).set(values.get(k));
        }
    }

    /** Returns the arguments and the parameters at the point. */
    ImmutableList<Tensor> point() {
        ImmutableList.Builder<Tensor> point = ImmutableList.builder();
        setup.point().forEach(x -> point.add(x.detach()));
        held.forEach(x -> point.add(x.detach()));
        return point.build();
    }

    /** Returns the value for given arguments and parameters. */
    Tensor value(List<Tensor> in) {
        int arguments = setup.point().size();
        try {
            set(in.subList(arguments, arguments + held.size()));
            Tensor y = setup.function().apply(List.copyOf(in.subList(0, arguments)));
            if (y == null) {
                throw new IllegalArgumentException("the function to check returned null: it must return a tensor");
            }
            return y;
        } finally {
            set(between);
        }
    }

    /** Evaluates the function on variables that remember source lines, and returns what is to be checked. */
    Subject subject() {
        int arguments = setup.point().size();
        List<String> names = new ArrayList<>();
        List<Tensor> variables = new ArrayList<>();
        for (int k = 0; k < arguments; k++) {
            names.add(setup.nameOf(k));
            variables.add(
                    Recording.variable(setup.nameOf(k), setup.point().get(k).detach()));
        }
        Tensor output = recorded(names, variables);
        Recording recording = Recording.of(output);
        int known = variables.size();
        for (Tensor leaf : recording.variables()) {
            if (variables.stream().noneMatch(x -> Recording.same(x, leaf))) {
                names.add(leaf.name().orElse("variable " + (variables.size() - known)));
                variables.add(leaf);
            }
        }
        ImmutableList<Tensor> point = variables.stream().map(Tensor::detach).collect(ImmutableList.toImmutableList());
        ImmutableList<Tensor> leaves = ImmutableList.copyOf(variables);
        Function<List<Tensor>, Tensor> replay =
                in -> recording.replay(leaves, in).apply(output);
        Function<List<Tensor>, Tensor> value = in -> {
            for (int k = known; k < in.size(); k++) {
                if (in.get(k) != point.get(k)) {
                    return replay.apply(in);
                }
            }
            return value(in.subList(0, known)).detach();
        };
        Function<List<Tensor>, Tensor> traced =
                variables.size() == arguments ? in -> setup.function().apply(in) : replay;
        return new Subject(ImmutableList.copyOf(names), point, value, traced, leaves, recording);
    }

    /** Returns the value at another point of the inputs, recorded. */
    Tensor recordedAt(List<Tensor> in) {
        return value(in.subList(0, setup.point().size() + held.size()).stream()
                .map(Tensor::variable)
                .toList());
    }

    private Tensor recorded(List<String> names, List<Tensor> variables) {
        int arguments = variables.size();
        List<Tensor> fresh = new ArrayList<>();
        for (int k = 0; k < held.size(); k++) {
            names.add(setup.holders().get(k).name());
            fresh.add(Recording.variable(
                    setup.holders().get(k).name(), held.get(k).detach()));
        }
        set(fresh);
        between = setup.holders().stream().map(Holder::get).collect(ImmutableList.toImmutableList());
        variables.addAll(between);
        return setup.function().apply(List.copyOf(variables.subList(0, arguments)));
    }
}
