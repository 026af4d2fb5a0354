package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.AALOAD;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DADD;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.DASTORE;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.GETFIELD;
import static org.objectweb.asm.Opcodes.IALOAD;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.ISTORE;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;
import org.retrograd.autograd.array.RowKernel;

/**
 * Turns a formula, or a program, into the bytecode of a loop over arrays.
 *
 * <p>The loop calls the same functions on the same numbers as walking the formula or interpreting the program does, so its
 * results have the same bits. The functions are constants of the generated class: HotSpot inlines them and compiles each loop
 * for itself. {@link LoopWriter} writes the loops and {@link BodyWriter} what is in them; here is only how each form of loop
 * comes by its inputs.
 */
final class KernelCompiler {
    private static final String OPERAND = Type.getInternalName(Operand.class);

    /** The leaves in the order of the operands of {@link Kernel#run}; the last one is the cotangent or tangent. */
    private static final List<Expr> LEAVES = List.of(Symbols.A, Symbols.B, Symbols.C, Symbols.Y, Symbols.G);

    // the parameters of Kernel.run, as local variables
    private static final int N = 1;
    private static final int FIRST_OPERAND = 2;
    private static final int OUT = 7;
    private static final int AT = 8;
    private static final int ADD = 9;

    // the parameters of RowKernel.run
    private static final int ROWS = 1;
    private static final int IN = 2;
    private static final int START = 3;
    private static final int STEP = 4;
    private static final int ROWS_OUT = 5;

    /** More inputs than this are copied row by row: each takes three variables of the loop. */
    private static final int MOST_INPUTS = 40;

    private KernelCompiler() {}

    /** Returns the loop that computes the formula for each element. */
    static Kernel compile(Expr formula) {
        GeneratedClass owner = new GeneratedClass("Loop", Kernel.class);
        MethodVisitor code = run(owner, Kernel.class);
        LoopWriter loop = new LoopWriter(owner, code, N, OUT, AT, 1, ADD + 1);
        Map<Expr, Integer> inputs = new HashMap<>();
        for (int k = 0; k < LEAVES.size(); k++) {
            if (formula.uses(LEAVES.get(k))) {
                inputs.put(LEAVES.get(k), inputs.size());
                LoopWriter.Input input = loop.input();
                readField(code, FIRST_OPERAND + k, "values", "[D", ASTORE, input.values());
                readField(code, FIRST_OPERAND + k, "offset", "I", ISTORE, input.position());
                readField(code, FIRST_OPERAND + k, "stride", "I", ISTORE, input.stride());
            }
        }
        loop.write(true, body -> {
            inputs.forEach((leaf, input) -> {
                loop.read(input);
                body.know(leaf, body.store());
            });
            addToOut(loop, body, body.compute(formula));
        });
        GeneratedClass.end(code);
        return (Kernel) owner.instance();
    }

    private static MethodVisitor run(GeneratedClass owner, Class<?> kernel) {
        for (java.lang.reflect.Method method : kernel.getMethods()) {
            if (java.lang.reflect.Modifier.isAbstract(method.getModifiers())) {
                return owner.method(ACC_PUBLIC, method.getName(), Type.getMethodDescriptor(method));
            }
        }
        throw new IllegalStateException(kernel + " has no method to be written");
    }

    private static void readField(MethodVisitor code, int parameter, String field, String type, int store, int local) {
        code.visitVarInsn(ALOAD, parameter);
        code.visitFieldInsn(GETFIELD, OPERAND, field, type);
        code.visitVarInsn(store, local);
    }

    /** Writes {@code out[at + i] = (add ? out[at + i] + : ) value}. */
    private static void addToOut(LoopWriter loop, BodyWriter body, int value) {
        MethodVisitor code = body.code();
        Label plain = new Label();
        code.visitVarInsn(ILOAD, ADD);
        code.visitJumpInsn(IFEQ, plain);
        loop.locate(0);
        code.visitInsn(DALOAD);
        body.load(value);
        code.visitInsn(DADD);
        code.visitVarInsn(DSTORE, value);
        code.visitLabel(plain);
        loop.locate(0);
        body.load(value);
        code.visitInsn(DASTORE);
    }

    /**
     * Returns a loop that runs a program once for each row: with the program as its body if that is small enough, else calling
     * the code of the program.
     */
    static RowKernel compile(Program program) {
        ProgramWriter writer = ProgramWriter.ofLoop(program);
        // beside comparisons, which no row has room to tell
        if (writer.fits(1) && program.inputs() <= MOST_INPUTS && program.guards.size() == 0) {
            return compile(program, writer);
        }
        ProgramWriter.Written written = ProgramWriter.write(program);
        return (rows, in, start, step, out) -> {
            double[] x = new double[in.length];
            double[] y = new double[program.outputs()];
            double[] scratch = new double[written.scratch()];
            for (int row = 0; row < rows; row++) {
                for (int j = 0; j < x.length; j++) {
                    x[j] = in[j][start[j] + row * step[j]];
                }
                written.run(x, y, scratch);
                System.arraycopy(y, 0, out, row * y.length, y.length);
            }
        };
    }

    private static RowKernel compile(Program program, ProgramWriter writer) {
        GeneratedClass owner = new GeneratedClass("Rows", RowKernel.class);
        MethodVisitor code = run(owner, RowKernel.class);
        LoopWriter loop = new LoopWriter(owner, code, ROWS, ROWS_OUT, -1, program.outputs(), ROWS_OUT + 1);
        for (int j = 0; j < program.inputs(); j++) {
            LoopWriter.Input input = loop.input();
            element(code, IN, j, AALOAD, ASTORE, input.values());
            element(code, START, j, IALOAD, ISTORE, input.position());
            element(code, STEP, j, IALOAD, ISTORE, input.stride());
        }
        loop.write(writer.fits(2), body -> writer.writeAll(body, loop::read, loop::locate));
        GeneratedClass.end(code);
        return (RowKernel) owner.instance();
    }

    private static void element(MethodVisitor code, int array, int at, int load, int store, int variable) {
        code.visitVarInsn(ALOAD, array);
        code.visitLdcInsn(at);
        code.visitInsn(load);
        code.visitVarInsn(store, variable);
    }
}
