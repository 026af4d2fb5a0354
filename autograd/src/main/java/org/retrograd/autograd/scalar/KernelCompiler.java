package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DADD;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.DASTORE;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.GETFIELD;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.ICONST_0;
import static org.objectweb.asm.Opcodes.ICONST_1;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.IF_ICMPNE;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.RETURN;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;
import org.retrograd.autograd.array.Kernel;
import org.retrograd.autograd.array.Operand;

/**
 * Turns a formula into the bytecode of a loop over arrays.
 *
 * <p>The loop calls the same functions on the same numbers as walking the formula does, so its results have the same bits.
 * The functions are constants of the generated class: HotSpot inlines them and compiles each loop for itself. Every distinct
 * part of the formula is computed once an element. Two loops are written, one for operands that all run on by one entry,
 * which HotSpot can vectorise, and one for any strides.
 */
final class KernelCompiler {
    private static final String OPERAND = Type.getInternalName(Operand.class);
    private static final String RUN = runDescriptor();
    /** The leaves in the order of the operands of {@link Kernel#run}; the last one is the cotangent or tangent. */
    private static final List<Expr> LEAVES = List.of(Symbols.A, Symbols.B, Symbols.C, Symbols.Y, Symbols.G);

    // the parameters of Kernel.run, as local variables
    private static final int N = 1;
    private static final int FIRST_OPERAND = 2;
    private static final int OUT = 7;
    private static final int AT = 8;
    private static final int ADD = 9;
    private static final int INDEX = 10;
    private static final int FREE = 11;

    private final Expr formula;
    private final GeneratedClass loop = new GeneratedClass("Loop", Kernel.class);
    private final MethodVisitor code = loop.method(ACC_PUBLIC, "run", RUN);
    private final List<Input> inputs = new ArrayList<>();
    private int free = FREE;

    /** An operand that the formula reads: its parameter, and the local variables made of its fields. */
    private record Input(Expr leaf, int parameter, int values, int position, int stride) {}

    private KernelCompiler(Expr formula) {
        this.formula = formula;
    }

    /** Returns the loop that computes the formula for each element. */
    static Kernel compile(Expr formula) {
        KernelCompiler compiler = new KernelCompiler(formula);
        compiler.writeRun();
        return (Kernel) compiler.loop.instance();
    }

    private static String runDescriptor() {
        for (java.lang.reflect.Method method : Kernel.class.getMethods()) {
            if (method.getName().equals("run")) {
                return Type.getMethodDescriptor(method);
            }
        }
        throw new IllegalStateException("Kernel has no method run");
    }

    private void writeRun() {
        for (int k = 0; k < LEAVES.size(); k++) {
            if (formula.uses(LEAVES.get(k))) {
                readFields(LEAVES.get(k), FIRST_OPERAND + k);
            }
        }
        Label strided = new Label();
        for (Input input : inputs) {
            code.visitVarInsn(ILOAD, input.stride);
            code.visitInsn(ICONST_1);
            code.visitJumpInsn(IF_ICMPNE, strided);
        }
        writeLoop(true);
        code.visitInsn(RETURN);
        code.visitLabel(strided);
        writeLoop(false);
        code.visitInsn(RETURN);
        GeneratedClass.end(code);
    }

    private void readFields(Expr leaf, int parameter) {
        Input input = new Input(leaf, parameter, free, free + 1, free + 2);
        free += 3;
        readField(parameter, "values", "[D", ASTORE, input.values);
        readField(parameter, "offset", "I", ISTORE, input.position);
        readField(parameter, "stride", "I", ISTORE, input.stride);
        inputs.add(input);
    }

    private void readField(int parameter, String field, String type, int store, int local) {
        code.visitVarInsn(ALOAD, parameter);
        code.visitFieldInsn(GETFIELD, OPERAND, field, type);
        code.visitVarInsn(store, local);
    }

    /** Writes {@code for (i = 0; i < n; i++) out[at + i] = (add ? out[at + i] + : ) formula}. */
    private void writeLoop(boolean unitStride) {
        Label test = new Label();
        Label end = new Label();
        code.visitInsn(ICONST_0);
        code.visitVarInsn(ISTORE, INDEX);
        code.visitLabel(test);
        code.visitVarInsn(ILOAD, INDEX);
        code.visitVarInsn(ILOAD, N);
        code.visitJumpInsn(IF_ICMPGE, end);
        FormulaWriter body = new FormulaWriter(loop, code, free);
        for (Input input : inputs) {
            loadElement(input, unitStride);
            body.know(input.leaf, body.store());
        }
        addToOut(body.compute(formula));
        if (!unitStride) {
            for (Input input : inputs) {
                code.visitVarInsn(ILOAD, input.position);
                code.visitVarInsn(ILOAD, input.stride);
                code.visitInsn(IADD);
                code.visitVarInsn(ISTORE, input.position);
            }
        }
        code.visitIincInsn(INDEX, 1);
        code.visitJumpInsn(GOTO, test);
        code.visitLabel(end);
    }

    private void loadElement(Input input, boolean unitStride) {
        code.visitVarInsn(ALOAD, input.values);
        code.visitVarInsn(ILOAD, input.position);
        if (unitStride) {
            code.visitVarInsn(ILOAD, INDEX);
            code.visitInsn(IADD);
        }
        code.visitInsn(DALOAD);
    }

    private void addToOut(int value) {
        Label plain = new Label();
        code.visitVarInsn(ILOAD, ADD);
        code.visitJumpInsn(IFEQ, plain);
        outElement();
        code.visitInsn(DALOAD);
        code.visitVarInsn(DLOAD, value);
        code.visitInsn(DADD);
        code.visitVarInsn(DSTORE, value);
        code.visitLabel(plain);
        outElement();
        code.visitVarInsn(DLOAD, value);
        code.visitInsn(DASTORE);
    }

    private void outElement() {
        code.visitVarInsn(ALOAD, OUT);
        code.visitVarInsn(ILOAD, AT);
        code.visitVarInsn(ILOAD, INDEX);
        code.visitInsn(IADD);
    }
}
