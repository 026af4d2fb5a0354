package org.retrograd.autograd.check;

import java.util.List;
import java.util.function.Function;
import org.retrograd.autograd.tensor.Op;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A mistake in a derivative, planted in a function, beside the same function without it.
 *
 * @param name the operation and what is wrong with it
 * @param op the name of the operation that a checker should accuse
 * @param kind the kind of mistake
 * @param faulty the function with the mistake
 * @param right the same function without it
 * @param inputs the point at which the mistake shows
 */
record Fault(
        String name,
        String op,
        Kind kind,
        Function<List<Tensor>, Tensor> faulty,
        Function<List<Tensor>, Tensor> right,
        List<Tensor> inputs) {

    /** What goes wrong when people write derivatives. */
    enum Kind {
        SIGN("wrong sign"),
        FACTOR("factor wrong or missing"),
        TRANSPOSED("transposed"),
        BROADCAST("broadcasting not undone, or along the wrong axis"),
        DROPPED("a term dropped"),
        TIES("outside the subdifferential at a kink or tie"),
        SIZE_ONE("wrong for axes of length 1 only"),
        SECOND("wrong in second order only"),
        REVERSE_ONLY("reverse wrong, forward right"),
        FORWARD_ONLY("forward wrong, reverse right"),
        ONE_ENTRY("one entry of 4,000 off by 10 %"),
        SMALL("off by one part in a million"),
        CAPTURED("a value that left the graph"),
        STALE("state kept from another call"),
        UNUSED("a gradient for what is not used"),
        BRANCH("wrong on one branch or for one sign"),
        PLACES("right numbers in wrong places"),
        SWAPPED("inputs or operands exchanged");

        final String text;

        Kind(String text) {
            this.text = text;
        }
    }

    /** A function that contains an operation. */
    interface Body {
        Tensor of(Op op, List<Tensor> in);
    }

    /** A function that contains an operation, and a point. */
    record Setting(Body body, List<Tensor> inputs) {
        static Setting of(Body body, Tensor... inputs) {
            return new Setting(body, List.of(inputs));
        }

        /** Returns the operation alone. */
        static Setting alone(Tensor... inputs) {
            return of((op, in) -> op.apply(in.toArray(new Tensor[0])), inputs);
        }
    }

    /** Returns a mistake in the rules of one operation. */
    static Fault in(Planted wrong, Kind kind, String what, Setting setting) {
        return new Fault(
                wrong.name() + ": " + what,
                wrong.name(),
                kind,
                in -> setting.body.of(wrong, in),
                in -> setting.body.of(wrong.right(), in),
                setting.inputs);
    }

    /** Returns a mistake that lies in how right operations are put together. */
    static Fault wiring(
            String op,
            Kind kind,
            String what,
            Function<List<Tensor>, Tensor> faulty,
            Function<List<Tensor>, Tensor> right,
            Tensor... inputs) {
        return new Fault(op + ": " + what, op, kind, faulty, right, List.of(inputs));
    }

    @Override
    public String toString() {
        return name;
    }
}
