package org.retrograd.autograd.scalar;

import com.google.common.base.Preconditions;
import com.google.common.base.Suppliers;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A program as bytecode of the Java machine, which HotSpot compiles like any other: worth it for what runs thousands of times.
 * HotSpot optimises it after some 5,000 calls; until then it is several times slower than the {@link Program} itself.
 *
 * <p>Each derivative is the code of its own program, written when first asked for. Results have the same bits as those of
 * the {@link Program}. The classes are unloaded when this object is dropped. Threads may share it.
 */
public final class Compiled {
    private final Program program;
    private final Supplier<Code> values;
    private final Supplier<Code> gradient;
    private final Supplier<Sparse> jacobian;
    private final Supplier<Sparse> hessian;
    private final Supplier<Code> valuesAndJacobian;

    Compiled(Program program) {
        this.program = program;
        this.values = Suppliers.memoize(() -> new Code(program));
        this.gradient = Suppliers.memoize(() -> new Code(program.withDerivatives(Mode.REVERSE)));
        this.jacobian = Suppliers.memoize(() ->
                new Sparse(program.differentiate(program.outputs() < program.inputs() ? Mode.REVERSE : Mode.FORWARD)));
        this.valuesAndJacobian = Suppliers.memoize(() ->
                new Code(program.withDerivatives(program.outputs() < program.inputs() ? Mode.REVERSE : Mode.FORWARD)));
        this.hessian =
                Suppliers.memoize(() -> new Sparse(program.differentiate().differentiate(Mode.FORWARD)));
    }

    /** The code of a matrix of derivatives: only of those entries that are not 0 whatever the inputs. */
    private static final class Sparse {
        /** Where they stand in the matrix, counted row by row. */
        final int[] places;

        final Code code;

        Sparse(Program matrix) {
            this.places = matrix.nonzeros();
            this.code = new Code(matrix.outputs(places));
        }
    }

    /** The code of one program, with the arrays that a call needs, kept from call to call. */
    private static final class Code {
        private final Program program;
        private final ProgramWriter.Written written;
        private final AtomicReference<@Nullable Room> idle = new AtomicReference<>();

        Code(Program program) {
            this.program = program;
            this.written = ProgramWriter.write(program);
        }

        /** Runs the code, and returns where the outputs are; {@link #release} it. Null if another way is to be recorded. */
        @Nullable
        Room run(double[] x) {
            program.checkPoint(x);
            if (program.takesAnotherWay()) {
                return null;
            }
            Room arrays = idle.getAndSet(null);
            if (arrays == null) {
                arrays = new Room(new double[program.outputs()], new double[written.scratch()]);
            }
            written.run(x, arrays.y, arrays.scratch);
            return program.goesTheSameWay(arrays.scratch) ? arrays : null;
        }

        void release(Room arrays) {
            idle.set(arrays);
        }
    }

    private record Room(double[] y, double[] scratch) {}

    /** Returns the value of a program of one output. */
    public double value(double... x) {
        program.one("value");
        Room arrays = values.get().run(x);
        if (arrays == null) {
            return program.value(x);
        }
        double y = arrays.y[0];
        values.get().release(arrays);
        return y;
    }

    /** Returns the outputs. */
    public double[] values(double... x) {
        double[] y = new double[program.outputs()];
        values(x, y);
        return y;
    }

    /** Writes the outputs into {@code out}, allocating nothing. */
    public void values(double[] x, double[] out) {
        requireLength(out, program.outputs());
        Room arrays = values.get().run(x);
        System.arraycopy(arrays == null ? program.values(x) : arrays.y, 0, out, 0, out.length);
        if (arrays != null) {
            values.get().release(arrays);
        }
    }

    /** Returns the derivatives of a program of one output. */
    public double[] gradient(double... x) {
        double[] out = new double[program.inputs()];
        gradient(x, out);
        return out;
    }

    /** Writes the derivatives of a program of one output into {@code out}, allocating nothing, and returns the value. */
    public double gradient(double[] x, double[] out) {
        program.one("gradient");
        requireLength(out, program.inputs());
        Room arrays = gradient.get().run(x);
        if (arrays == null) {
            return program.gradient(x, out);
        }
        for (int k = 0; k < out.length; k++) {
            // + 0 turns -0.0, a matter of the order of summing, into +0.0, as the sweeps do
            out[k] = arrays.y[1 + k] + 0.0;
        }
        double y = arrays.y[0];
        gradient.get().release(arrays);
        return y;
    }

    private static void requireLength(double[] out, int results) {
        Preconditions.checkArgument(
                out.length == results, "%s results do not fit into an array of %s", results, out.length);
    }

    /** Returns the matrix of partial derivatives, output by input. */
    public double[][] jacobian(double... x) {
        double[][] matrix = matrix(jacobian.get(), program.outputs(), x);
        return matrix == null ? program.jacobian(x) : matrix;
    }

    /** Computes outputs and the entries of the Jacobian, row by row; returns false if another way is to be recorded. */
    boolean evaluate(double[] x, double[] y, double[] entries) {
        Room arrays = valuesAndJacobian.get().run(x);
        if (arrays == null) {
            return false;
        }
        System.arraycopy(arrays.y, 0, y, 0, y.length);
        System.arraycopy(arrays.y, y.length, entries, 0, entries.length);
        valuesAndJacobian.get().release(arrays);
        return true;
    }

    /** Returns the matrix of second derivatives of a program of one output. */
    public double[][] hessian(double... x) {
        program.one("hessian");
        double[][] matrix = matrix(hessian.get(), program.inputs(), x);
        return matrix == null ? program.hessian(x) : matrix;
    }

    private double @Nullable [][] matrix(Sparse entries, int rows, double[] x) {
        Room arrays = entries.code.run(x);
        if (arrays == null) {
            return null;
        }
        int columns = program.inputs();
        double[][] matrix = new double[rows][columns];
        for (int k = 0; k < entries.places.length; k++) {
            matrix[entries.places[k] / columns][entries.places[k] % columns] = arrays.y[k] + 0.0;
        }
        entries.code.release(arrays);
        return matrix;
    }

    /** Returns which entries of the Jacobian may differ from 0: entry by entry, output by input. */
    public boolean[][] jacobianPattern() {
        return pattern(jacobian.get(), program.outputs());
    }

    /** Returns which entries of the Hessian of a program of one output may differ from 0. */
    public boolean[][] hessianPattern() {
        program.one("hessian");
        return pattern(hessian.get(), program.inputs());
    }

    private boolean[][] pattern(Sparse entries, int rows) {
        int columns = program.inputs();
        boolean[][] pattern = new boolean[rows][columns];
        for (int place : entries.places) {
            pattern[place / columns][place % columns] = true;
        }
        return pattern;
    }

    /**
     * Writes the entries of the Jacobian that may differ from 0 into {@code out}, row by row as {@link #jacobianPattern} has
     * them, allocating nothing.
     */
    public void jacobianEntries(double[] x, double[] out) {
        Sparse entries = jacobian.get();
        requireLength(out, entries.places.length);
        Room arrays = entries.code.run(x);
        if (arrays == null) {
            double[][] matrix = program.jacobian(x);
            for (int k = 0; k < out.length; k++) {
                out[k] = matrix[entries.places[k] / x.length][entries.places[k] % x.length];
            }
            return;
        }
        for (int k = 0; k < out.length; k++) {
            out[k] = arrays.y[k] + 0.0;
        }
        entries.code.release(arrays);
    }

    /** Returns what was compiled: {@code compiled Program of …}. */
    @Override
    public String toString() {
        return "compiled " + program;
    }
}
