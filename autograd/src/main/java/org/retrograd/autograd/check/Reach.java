package org.retrograd.autograd.check;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.retrograd.autograd.tensor.Gradients;
import org.retrograd.autograd.tensor.Recording;
import org.retrograd.autograd.tensor.Recording.Call;
import org.retrograd.autograd.tensor.Recording.Cut;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Which inputs a gradient reaches, and where the path to the others ends.
 *
 * @param paths one for each input
 */
public record Reach(ImmutableList<Path> paths) {
    /** What becomes of the derivative by an input. */
    public enum State {
        /** Some entry of the gradient is not 0. */
        REACHED,
        /** The value was computed from the input, but the gradient is 0 throughout. */
        ZERO,
        /** The value does not depend on the input in any way that was recorded. */
        ABSENT
    }

    /**
     * The path to one input.
     *
     * @param input its name
     * @param state whether the gradient arrives
     * @param site the source line where it ends, if it does and that is known
     * @param text the same in a sentence
     */
    public record Path(String input, State state, Optional<String> site, String text) {}

    static Reach of(Subject subject) {
        ImmutableList.Builder<Path> paths = ImmutableList.builder();
        for (int k = 0; k < subject.point().size(); k++) {
            String name = subject.names().get(k);
            Tensor variable = subject.variables().get(k);
            paths.add(
                    subject.recording().contains(variable)
                            ? recorded(subject.recording(), name, variable)
                            : absent(subject.recording(), name, variable));
        }
        return new Reach(paths.build());
    }

    private static Path absent(Recording recording, String name, Tensor variable) {
        for (Tensor constant : constants(recording)) {
            Optional<Cut> cut = Recording.cut(constant);
            if (cut.isPresent() && Recording.of(cut.get().from()).contains(variable)) {
                return new Path(
                        name,
                        State.ABSENT,
                        Optional.of(cut.get().site()),
                        "the path from the value to \"" + name + "\" ends at detach() or a comparison, "
                                + cut.get().site());
            }
        }
        return new Path(
                name,
                State.ABSENT,
                Optional.empty(),
                "the value was computed without \"" + name
                        + "\", or from numbers that were taken out of it by toArray(), item() or argMax()");
    }

    private static List<Tensor> constants(Recording recording) {
        List<Tensor> constants = new ArrayList<>();
        constants.add(recording.output());
        for (Call call : recording.calls()) {
            for (Tensor x : call.inputs()) {
                if (!x.traced()) {
                    constants.add(x);
                }
            }
        }
        return constants;
    }

    private static Path recorded(Recording recording, String name, Tensor variable) {
        Tensor output = recording.output();
        Gradients gradients = output.backward(Tensor.ones(output.shape().toArray()));
        if (gradients.of(variable).ne(0).any()) {
            return new Path(name, State.REACHED, Optional.empty(), "\"" + name + "\" is reached");
        }
        for (Call call : recording.calls()) {
            if (Recording.of(call.value()).contains(variable)
                    && gradients.of(call.value()).ne(0).any()) {
                return new Path(
                        name,
                        State.ZERO,
                        call.site(),
                        "the derivative by \"" + name + "\" becomes 0 in \""
                                + call.op().name() + "\""
                                + call.site().map(site -> ", " + site).orElse("")
                                + ": its partial derivative is 0 in every entry, or the contributions cancel");
            }
        }
        return new Path(name, State.ZERO, Optional.empty(), "the derivative by \"" + name + "\" is 0");
    }

    /** Returns one line for each input. */
    @Override
    public String toString() {
        return paths.stream().map(Path::text).collect(Collectors.joining("\n"));
    }
}
