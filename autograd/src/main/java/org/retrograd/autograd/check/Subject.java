package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * What is checked by differences: a function of several tensors at a point, be it the user's or a single recorded call.
 *
 * @param names the names of the inputs
 * @param point the inputs, constants
 * @param value the function as it is evaluated for differences
 * @param traced the function as it is differentiated: the same one, or the recorded calls made again
 * @param variables the inputs as variables, from which the calls were recorded
 * @param recording the calls that the function made at the point
 */
record Subject(
        ImmutableList<String> names,
        ImmutableList<Tensor> point,
        Function<List<Tensor>, Tensor> value,
        Function<List<Tensor>, Tensor> traced,
        ImmutableList<Tensor> variables,
        Recording recording) {

    /** Returns the subject that is one recorded call alone, as a function of those of its inputs that vary. */
    static Subject of(Call call) {
        Tensor[] all = call.constants();
        List<Integer> varying = new ArrayList<>();
        ImmutableList.Builder<Tensor> point = ImmutableList.builder();
        ImmutableList.Builder<String> names = ImmutableList.builder();
        for (int k = 0; k < all.length; k++) {
            if (call.inputs().get(k).traced()) {
                varying.add(k);
                point.add(all[k]);
                names.add("input " + k);
            }
        }
        Function<List<Tensor>, Tensor> apply = in -> {
            Tensor[] replaced = all.clone();
            for (int i = 0; i < varying.size(); i++) {
                replaced[varying.get(i)] = in.get(i);
            }
            return call.again(replaced);
        };
        return of(names.build(), point.build(), apply);
    }

    static Subject of(
            ImmutableList<String> names, ImmutableList<Tensor> point, Function<List<Tensor>, Tensor> function) {
        ImmutableList<Tensor> variables = point.stream().map(Tensor::variable).collect(ImmutableList.toImmutableList());
        return new Subject(names, point, function, function, variables, Recording.of(function.apply(variables)));
    }

    /** Returns what each recorded tensor becomes when the same calls are made at another point. */
    UnaryOperator<Tensor> replay(List<Tensor> at) {
        return recording.replay(variables, at);
    }

    /** Returns the value at the point. */
    Tensor output() {
        return recording.output().detach();
    }

    /** Returns the function evaluated at the point, ready for sweeps. */
    Linearization linearized() {
        return Linearization.of(traced, point);
    }

    /** Returns the point moved by h along a direction; inputs that do not move are the same objects. */
    List<Tensor> moved(List<Tensor> directions, double h) {
        List<Tensor> moved = new ArrayList<>(point);
        for (int k = 0; k < moved.size(); k++) {
            Tensor t = directions.get(k);
            if (t.ne(0).any()) {
                moved.set(k, point.get(k).add(t.mul(h)));
            }
        }
        return moved;
    }

    /** Returns the direction that moves one input only. */
    List<Tensor> along(int input, Tensor direction) {
        List<Tensor> directions = new ArrayList<>();
        for (Tensor x : point) {
            directions.add(Tensor.zeros(x.shape()));
        }
        directions.set(input, direction);
        return directions;
    }

    /** Returns the subject whose value is the gradient of Σ g·f, all inputs' entries in one vector. */
    Subject gradient(Tensor g) {
        Function<List<Tensor>, Tensor> gradient =
                x -> joined(Linearization.of(traced, x).pull(g));
        return of(names, point, gradient);
    }

    /** Returns the subject whose value is the tangent of the value along a direction. */
    Subject tangent(List<Tensor> direction) {
        return of(names, point, x -> Linearization.of(traced, x).push(direction));
    }

    /** Returns the entries of all tensors as one vector. */
    static Tensor joined(List<Tensor> tensors) {
        return Tensor.concat(0, tensors.stream().map(Tensor::flatten).toArray(Tensor[]::new));
    }
}
