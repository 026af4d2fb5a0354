package org.retrograd.examples.gradbench;

import com.google.common.collect.ImmutableMap;
import java.util.SplittableRandom;
import org.retrograd.autograd.scalar.Program;
import org.retrograd.autograd.scalar.Scalar;
import org.retrograd.autograd.scalar.Tape;
import org.retrograd.autograd.tensor.Tensor;

/** The determinant by expansion of minors along the first row that is left, recursively and without caching. */
final class Det {
    /** Minors of this size are one operation each of the tape: a program, which brings its derivatives along. */
    private static final int BLOCK = 3;

    /** No smaller minor occurs twice in it, so nothing is shared: the work is that of the expansion. */
    private static final Program MINOR = Program.record(BLOCK * BLOCK, a -> determinant(BLOCK, a));

    private final int ell;
    private final Scalar[] entries;

    /** The entries with the signs of odd columns: those with which a minor is subtracted. */
    private final Scalar[] negated;

    private Det(int ell, Scalar[] entries) {
        this.ell = ell;
        this.entries = entries;
        this.negated = new Scalar[entries.length];
        for (int i = 0; i < entries.length; i++) {
            negated[i] = entries[i].negate();
        }
    }

    static Eval eval() {
        return new Eval(
                "det",
                ImmutableMap.of(
                        "primal",
                        input -> {
                            int ell = input.integer("ell");
                            Scalar[] a = Scalar.constants(input.vector("A", ell * ell));
                            return () -> determinant(ell, a).value();
                        },
                        "gradient",
                        input -> {
                            int ell = input.integer("ell");
                            double[] a = input.vector("A", ell * ell);
                            Tape tape = new Tape();
                            return () -> {
                                tape.rewind();
                                Scalar[] variables = tape.variables(a);
                                return tape.gradient(determinant(ell, variables), variables);
                            };
                        }),
                PlainDet::of,
                () -> Input.of(
                        "A", Tensor.uniform(new SplittableRandom(1), 0, 1, 100).toArray(), "ell", 10));
    }

    private static Scalar determinant(int ell, Scalar[] a) {
        int[] columns = new int[ell];
        for (int j = 0; j < ell; j++) {
            columns[j] = j;
        }
        return new Det(ell, a).minor(columns);
    }

    /** Returns the determinant of the given columns of as many last rows. */
    private Scalar minor(int[] columns) {
        int size = columns.length;
        int row = (ell - size) * ell;
        if (size == 1) {
            return entries[row + columns[0]];
        }
        if (size == BLOCK && ell > BLOCK) {
            Scalar[] block = new Scalar[BLOCK * BLOCK];
            for (int i = 0; i < BLOCK; i++) {
                for (int j = 0; j < BLOCK; j++) {
                    block[i * BLOCK + j] = entries[row + i * ell + columns[j]];
                }
            }
            return MINOR.call(block)[0];
        }
        Scalar[] factors = new Scalar[size];
        Scalar[] minors = new Scalar[size];
        int[] rest = new int[size - 1];
        System.arraycopy(columns, 1, rest, 0, size - 1);
        for (int j = 0; j < size; j++) {
            factors[j] = (j % 2 == 0 ? entries : negated)[row + columns[j]];
            minors[j] = minor(rest);
            if (j < size - 1) {
                rest[j] = columns[j];
            }
        }
        return Scalar.dot(factors, minors);
    }
}
