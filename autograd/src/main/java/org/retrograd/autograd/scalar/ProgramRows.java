package org.retrograd.autograd.scalar;

import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.RowKernel;

/**
 * A loop that runs a program once for each row of arrays.
 *
 * <p>At first the program is interpreted; once it has computed enough rows for that to matter, the loop is generated as
 * bytecode, which gives the same bits.
 */
final class ProgramRows implements RowKernel {
    /** Operations interpreted before the loop is generated, which takes about as long. */
    static final int PATIENCE = 1 << 16;

    private final Program program;
    private @Nullable RowKernel generated;
    private long interpreted;

    ProgramRows(Program program) {
        this.program = program;
    }

    @Override
    public void run(int rows, double[][] in, int[] start, int[] step, double[] out) {
        // racing threads generate the same loop twice, at worst
        RowKernel loop = generated;
        if (loop == null
                && program.code.calls.size() == 0
                && (interpreted += (long) rows * (program.size() + program.outputs())) > PATIENCE) {
            loop = KernelCompiler.compile(program);
            generated = loop;
        }
        if (loop != null) {
            loop.run(rows, in, start, step, out);
        } else {
            interpret(rows, in, start, step, out);
        }
    }

    private void interpret(int rows, double[][] in, int[] start, int[] step, double[] out) {
        Evaluation at = new Evaluation(program);
        int outputs = program.outputs.length;
        for (int row = 0; row < rows; row++) {
            for (int j = 0; j < in.length; j++) {
                at.set(j, in[j][start[j] + row * step[j]]);
            }
            at.run();
            for (int k = 0; k < outputs; k++) {
                out[row * outputs + k] = at.output(k);
            }
        }
    }
}
