package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Tensor;

/**
 * How far rounding may carry value and gradient, and forms in the computation that have a stabler equivalent.
 *
 * @param value the bound for the value, summed over its entries
 * @param gradients for each input the bound for each entry of the gradient of the summed value
 * @param unstable forms that lose digits, with what to use instead
 */
public record Condition(double value, ImmutableList<Bounds> gradients, ImmutableList<Form> unstable) {
    /**
     * The rounding bounds of a gradient.
     *
     * @param input the name of the input
     * @param gradient the gradient
     * @param bounds the bound for each entry
     */
    public record Bounds(String input, Tensor gradient, Tensor bounds) {}

    /**
     * A form that loses digits.
     *
     * @param form what was found
     * @param instead what to use
     * @param site the source line, if known
     */
    public record Form(String form, String instead, Optional<String> site) {}

    static Condition of(Subject subject) {
        Tensor ones = Tensor.ones(subject.output().shape().toArray());
        FirstOrder first = FirstOrder.of(subject, ones);
        Subject gradient = subject.gradient(ones);
        Tensor all = gradient.recording().output();
        ImmutableList.Builder<Bounds> gradients = ImmutableList.builder();
        int from = 0;
        for (int k = 0; k < subject.point().size(); k++) {
            Tensor x = subject.point().get(k);
            double[] bounds = new double[x.size()];
            for (int i = 0; i < bounds.length; i++) {
                Tensor entry = Directions.unit(all.shape(), from + i);
                bounds[i] = all.traced()
                        ? Noise.bound(gradient.recording(), all.backward(entry))
                        : Noise.UNIT * Math.abs(all.storage().get(from + i));
            }
            from += bounds.length;
            gradients.add(new Bounds(
                    subject.names().get(k),
                    first.gradient().get(k),
                    Tensor.of(bounds).reshape(x.shape().toArray())));
        }
        return new Condition(
                first.noise(),
                gradients.build(),
                ImmutableList.copyOf(forms(subject.recording().calls())));
    }

    private static List<Form> forms(List<Call> calls) {
        List<Form> found = new ArrayList<>();
        for (Call call : calls) {
            form(call, calls).ifPresent(found::add);
        }
        return found;
    }

    private static Optional<Form> form(Call call, List<Call> calls) {
        switch (call.op().name()) {
            case "log" -> {
                Optional<Call> of = maker(call, 0, calls);
                if (is(of, "add") && constant(of.get(), 1)) {
                    return found(call, "log(1 + x)", "log1p()");
                }
                if (is(of, "softmax")) {
                    return found(call, "log(softmax(x))", "logSoftmax(..)");
                }
                if (is(of, "sigmoid")) {
                    return found(call, "log(sigmoid(x))", "logSigmoid()");
                }
                if (is(of, "sum") && is(maker(of.get(), 0, calls), "exp")) {
                    return found(call, "log(sum(exp(x)))", "logSumExp(..)");
                }
            }
            case "sqrt" -> {
                Optional<Call> of = maker(call, 0, calls);
                if (is(of, "sum") && is(maker(of.get(), 0, calls), "square")) {
                    return found(call, "sqrt(sum(x²)), whose derivative at 0 is infinite or NaN", "norm(..)");
                }
            }
            case "sub" -> {
                Optional<Call> first = maker(call, 0, calls);
                Optional<Call> second = maker(call, 1, calls);
                if (is(first, "exp") && constant(call, 1)) {
                    return found(call, "exp(x) - 1", "expm1()");
                }
                if (is(first, "div") && is(second, "square") && under(first.get(), calls, "square")) {
                    return found(call, "mean(x²) - mean(x)²", "variance(..)");
                }
            }
            default -> {}
        }
        return Optional.empty();
    }

    /** Whether the numerator of a mean is a sum of squares. */
    private static boolean under(Call mean, List<Call> calls, String name) {
        Optional<Call> sum = maker(mean, 0, calls);
        return is(sum, "sum") && is(maker(sum.get(), 0, calls), name);
    }

    private static Optional<Form> found(Call call, String form, String instead) {
        return Optional.of(new Form(form, instead, call.site()));
    }

    private static boolean is(Optional<Call> call, String name) {
        return call.filter(c -> c.op().name().equals(name)).isPresent();
    }

    private static Optional<Call> maker(Call call, int input, List<Call> calls) {
        Tensor x = call.inputs().get(input);
        Predicate<Call> made = other -> org.retrograd.autograd.tensor.Recording.same(other.value(), x);
        return calls.stream().filter(made).findFirst();
    }

    private static boolean constant(Call call, double value) {
        return call.inputs().stream()
                .anyMatch(x -> !x.traced() && x.size() > 0 && x.eq(value).all());
    }

    /** Returns the bounds, relative to the largest entry of each gradient, and the forms. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder(String.format(Locale.ROOT, "rounding may carry the value by %.1e", value));
        for (Bounds bounds : gradients) {
            if (bounds.bounds().size() > 0) {
                text.append(String.format(
                        Locale.ROOT,
                        "%nthe gradient by \"%s\" by %.1e, beside entries up to %.1e",
                        bounds.input(),
                        bounds.bounds().max().item(),
                        bounds.gradient().abs().max().item()));
            }
        }
        for (Form form : unstable) {
            text.append("\nunstable: ").append(form.form());
            form.site().ifPresent(site -> text.append(" at ").append(site));
            text.append("; use ").append(form.instead());
        }
        return text.toString();
    }
}
