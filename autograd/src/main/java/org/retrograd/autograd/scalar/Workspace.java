package org.retrograd.autograd.scalar;

/** The numbers of one evaluation of a program: values, adjoints, and the Jacobians of the functions it calls. */
final class Workspace {
    final double[][] values;
    final double[][] adjoints;
    final double[][] jacobians;

    Workspace(Instructions code) {
        values = Instructions.room(code.size);
        adjoints = Instructions.room(code.size);
        jacobians = new double[code.calls.size()][];
        for (int k = 0; k < jacobians.length; k++) {
            LocalFunction function = code.calls.get(k).function();
            jacobians[k] = new double[function.inputs() * function.outputs()];
        }
    }
}
