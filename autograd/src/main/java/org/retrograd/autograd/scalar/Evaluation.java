package org.retrograd.autograd.scalar;

import com.google.common.base.Preconditions;
import java.util.Arrays;

/**
 * A program at a point: the values of its instructions, and the sweeps over them. Its arrays serve one point after the other.
 */
final class Evaluation {
    private final Program program;
    private final Instructions code;
    private final double[][] values;
    private final double[][] adjoints;
    private final double[][] jacobians;

    Evaluation(Program program) {
        this.program = program;
        this.code = program.code;
        this.values = Instructions.room(code.size);
        this.adjoints = Instructions.room(code.size);
        this.jacobians = new double[code.calls.size()][];
        for (int k = 0; k < jacobians.length; k++) {
            LocalFunction function = code.calls.get(k).function();
            jacobians[k] = new double[function.inputs() * function.outputs()];
        }
    }

    /** Sets an input; those not set keep what they were. */
    void set(int input, double value) {
        values[input >>> Instructions.SHIFT][input & Instructions.MASK] = value;
    }

    /** Computes everything from the inputs. */
    void run() {
        Interpreter.get().values(code, values, jacobians, program.inputs(), code.size);
    }

    /** Returns the value of an operand of an instruction. */
    double at(int operand) {
        return Instructions.at(values, code.constants, operand);
    }

    double output(int k) {
        return at(program.outputs[k]);
    }

    double[] outputs() {
        double[] y = new double[program.outputs.length];
        Arrays.setAll(y, this::output);
        return y;
    }

    /** Whether the comparison of guard k holds here. */
    boolean holds(int guard) {
        return at(program.guards.comparison(guard)) != 0;
    }

    /** Writes the derivatives of the first output, by one reverse sweep. */
    void gradient(double[] out) {
        for (double[] chunk : adjoints) {
            Arrays.fill(chunk, 0);
        }
        int y = program.outputs[0];
        if (y >= 0) {
            Instructions.add(adjoints, y, 1);
            Interpreter.get().reverse(code, values, jacobians, adjoints, program.inputs(), y + 1);
        }
        for (int k = 0; k < out.length; k++) {
            // + 0 turns -0.0, a matter of the order of summing, into +0.0
            out[k] = Instructions.at(adjoints, code.constants, k) + 0.0;
        }
    }

    private Directions sweep(int directions) {
        return new Directions(code, values, jacobians, 0, code.size, directions);
    }

    /** Returns the matrix of partial derivatives, found in the given mode, many directions in one sweep. */
    double[][] jacobian(Mode mode) {
        int inputs = program.inputs();
        int[] outputs = program.outputs;
        double[][] jacobian = new double[outputs.length][inputs];
        int all = mode == Mode.FORWARD ? inputs : outputs.length;
        int chunk = Directions.affordable(code.size, all);
        for (int from = 0; from < all; from += chunk) {
            int count = Math.min(chunk, all - from);
            Directions sweep = sweep(count);
            if (mode == Mode.FORWARD) {
                for (int d = 0; d < count; d++) {
                    sweep.set(from + d, d, 1);
                }
                sweep.push();
                for (int k = 0; k < outputs.length; k++) {
                    for (int d = 0; d < count; d++) {
                        jacobian[k][from + d] = sweep.get(outputs[k], d);
                    }
                }
            } else {
                for (int d = 0; d < count; d++) {
                    if (outputs[from + d] >= 0) {
                        sweep.set(outputs[from + d], d, 1);
                    }
                }
                sweep.pull();
                for (int d = 0; d < count; d++) {
                    for (int k = 0; k < inputs; k++) {
                        jacobian[from + d][k] = sweep.get(k, d);
                    }
                }
            }
        }
        return jacobian;
    }

    /** Returns the derivatives of all outputs along directions, one for each row of {@code tangents}. */
    double[][] push(double[][] tangents) {
        int inputs = program.inputs();
        Directions sweep = sweep(tangents.length);
        for (int d = 0; d < tangents.length; d++) {
            Preconditions.checkArgument(
                    tangents[d].length == inputs, "a direction has %s entries, not %s", inputs, tangents[d].length);
            for (int k = 0; k < inputs; k++) {
                sweep.set(k, d, tangents[d][k]);
            }
        }
        sweep.push();
        double[][] result = new double[tangents.length][program.outputs.length];
        for (int d = 0; d < tangents.length; d++) {
            for (int k = 0; k < program.outputs.length; k++) {
                result[d][k] = sweep.get(program.outputs[k], d);
            }
        }
        return result;
    }
}
