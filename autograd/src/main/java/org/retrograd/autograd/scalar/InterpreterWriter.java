package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.DASTORE;
import static org.objectweb.asm.Opcodes.DCMPL;
import static org.objectweb.asm.Opcodes.DCONST_0;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DMUL;
import static org.objectweb.asm.Opcodes.DNEG;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IALOAD;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IFLT;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.IF_ICMPLE;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.IRETURN;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.SALOAD;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Type;

/**
 * Writes the loops of the {@link Interpreter} from the table of primitives: a switch over the op codes in each, so that an
 * instruction costs neither a call through an interface nor a walk over a formula.
 *
 * <p>What a case of the backward loop does is a method of its own: small ones are inlined by HotSpot, and the loop stays far
 * below the 8,000 bytes beyond which HotSpot compiles no method.
 */
final class InterpreterWriter {
    private static final String INSTRUCTIONS = Type.getInternalName(Instructions.class);
    private static final List<Expr> INPUTS = List.of(Symbols.A, Symbols.B, Symbols.C);

    private final GeneratedClass written = new GeneratedClass("Loops", Interpreter.class);
    private final ImmutableList<Primitive> primitives = Primitives.all();

    private InterpreterWriter() {}

    /** Returns the interpreter of all primitives. */
    static Interpreter write() {
        InterpreterWriter writer = new InterpreterWriter();
        writer.writeValues();
        writer.writeReverse();
        writer.writePartials();
        return (Interpreter) writer.written.instance();
    }

    private static String descriptor(String method) {
        for (java.lang.reflect.Method candidate : Interpreter.class.getDeclaredMethods()) {
            if (candidate.getName().equals(method) && java.lang.reflect.Modifier.isAbstract(candidate.getModifiers())) {
                return Type.getMethodDescriptor(candidate);
            }
        }
        throw new IllegalStateException("Interpreter has no method " + method);
    }

    /** Writes a switch over all primitives; the cases are to be written after their labels. */
    private Label[] writeSwitch(MethodVisitor code, Label other) {
        int last = primitives.stream().mapToInt(Primitive::index).max().orElse(0);
        Label[] table = new Label[last + 1];
        java.util.Arrays.fill(table, other);
        for (Primitive primitive : primitives) {
            table[primitive.index()] = new Label();
        }
        code.visitTableSwitchInsn(0, last, other, table);
        return table;
    }

    private static void loadOperand(MethodVisitor code, int array, int at) {
        code.visitVarInsn(ALOAD, array);
        code.visitVarInsn(ILOAD, at);
        code.visitInsn(IALOAD);
    }

    private static void callAt(MethodVisitor code) {
        code.visitMethodInsn(INVOKESTATIC, INSTRUCTIONS, "at", "([[D[[DI)D", false);
    }

    // parameters of values(..)
    private static final int OPS = 1;
    private static final int FIRST_OPERAND = 2;
    private static final int CONSTANTS = 5;
    private static final int VALUES = 6;
    private static final int Y = 7;

    private void writeValues() {
        int at = 8;
        int to = 9;
        int free = 10;
        MethodVisitor code = written.method(0, "values", descriptor("values"));
        Label loop = new Label();
        Label stop = new Label();
        code.visitLabel(loop);
        code.visitVarInsn(ILOAD, at);
        code.visitVarInsn(ILOAD, to);
        code.visitJumpInsn(IF_ICMPGE, stop);
        code.visitVarInsn(ALOAD, OPS);
        code.visitVarInsn(ILOAD, at);
        code.visitInsn(SALOAD);
        Label[] cases = writeSwitch(code, stop);
        for (Primitive primitive : primitives) {
            code.visitLabel(cases[primitive.index()]);
            BodyWriter body = new BodyWriter(written, code, free);
            int[] arguments = new int[primitive.arity()];
            for (int k = 0; k < arguments.length; k++) {
                code.visitVarInsn(ALOAD, VALUES);
                code.visitVarInsn(ALOAD, CONSTANTS);
                loadOperand(code, FIRST_OPERAND + k, at);
                callAt(code);
                arguments[k] = body.store();
            }
            int result = body.apply(primitive, arguments);
            code.visitVarInsn(ALOAD, Y);
            code.visitVarInsn(ILOAD, at);
            code.visitVarInsn(DLOAD, result);
            code.visitInsn(DASTORE);
            code.visitIincInsn(at, 1);
            code.visitJumpInsn(GOTO, loop);
        }
        code.visitLabel(stop);
        code.visitVarInsn(ILOAD, at);
        code.visitInsn(IRETURN);
        GeneratedClass.end(code);
    }

    private void writeReverse() {
        int adjoints = 8;
        int sums = 9;
        int at = 10;
        int to = 11;
        int g = 12;
        MethodVisitor code = written.method(0, "reverse", descriptor("reverse"));
        Label loop = new Label();
        Label done = new Label();
        Label special = new Label();
        code.visitLabel(loop);
        code.visitVarInsn(ILOAD, at);
        code.visitVarInsn(ILOAD, to);
        code.visitJumpInsn(IF_ICMPLE, done);
        code.visitIincInsn(at, -1);
        code.visitVarInsn(ALOAD, sums);
        code.visitVarInsn(ILOAD, at);
        code.visitInsn(DALOAD);
        code.visitVarInsn(DSTORE, g);
        code.visitVarInsn(DLOAD, g);
        code.visitInsn(DCONST_0);
        code.visitInsn(DCMPL);
        code.visitJumpInsn(IFEQ, loop);
        code.visitVarInsn(ALOAD, OPS);
        code.visitVarInsn(ILOAD, at);
        code.visitInsn(SALOAD);
        Label[] cases = writeSwitch(code, special);
        for (Primitive primitive : primitives) {
            code.visitLabel(cases[primitive.index()]);
            if (!primitive.piecewiseConstant()) {
                for (int k = 0; k < primitive.arity(); k++) {
                    loadOperand(code, FIRST_OPERAND + k, at);
                }
                code.visitVarInsn(ALOAD, VALUES);
                code.visitVarInsn(ALOAD, CONSTANTS);
                code.visitVarInsn(ALOAD, adjoints);
                code.visitVarInsn(ALOAD, Y);
                code.visitVarInsn(ILOAD, at);
                code.visitInsn(DALOAD);
                code.visitVarInsn(DLOAD, g);
                code.visitMethodInsn(INVOKESTATIC, written.name, "pull" + primitive.index(), pull(primitive), false);
            }
            code.visitJumpInsn(GOTO, loop);
        }
        code.visitLabel(special);
        code.visitIincInsn(at, 1);
        code.visitLabel(done);
        code.visitVarInsn(ILOAD, at);
        code.visitInsn(IRETURN);
        GeneratedClass.end(code);
        primitives.stream().filter(primitive -> !primitive.piecewiseConstant()).forEach(this::writePull);
    }

    private static String pull(Primitive primitive) {
        return "(" + "I".repeat(primitive.arity()) + "[[D[[D[[DDD)V";
    }

    /** Writes the method that adds to the adjoints of a primitive's operands: {@code g} times the partial derivatives. */
    private void writePull(Primitive primitive) {
        int arity = primitive.arity();
        int values = arity;
        int constants = arity + 1;
        int adjoints = arity + 2;
        int y = arity + 3;
        int g = arity + 5;
        int free = arity + 7;
        MethodVisitor code = written.method(ACC_PRIVATE | ACC_STATIC, "pull" + primitive.index(), pull(primitive));
        for (int k = 0; k < arity; k++) {
            Expr partial = primitive.partial(k);
            if (partial.equals(Expr.constant(0))) {
                continue;
            }
            Label passive = new Label();
            code.visitVarInsn(ILOAD, k);
            code.visitJumpInsn(IFLT, passive);
            code.visitVarInsn(ALOAD, adjoints);
            code.visitVarInsn(ILOAD, k);
            BodyWriter body = new BodyWriter(written, code, free);
            body.know(Symbols.Y, y);
            for (int j = 0; j < arity; j++) {
                if (partial.uses(INPUTS.get(j))) {
                    code.visitVarInsn(ALOAD, values);
                    code.visitVarInsn(ALOAD, constants);
                    code.visitVarInsn(ILOAD, j);
                    callAt(code);
                    body.know(INPUTS.get(j), body.store());
                }
            }
            writeProduct(code, body, partial, g);
            code.visitMethodInsn(INVOKESTATIC, INSTRUCTIONS, "add", "([[DID)V", false);
            code.visitLabel(passive);
        }
        code.visitInsn(RETURN);
        GeneratedClass.end(code);
    }

    /** Writes {@code g * partial}, strong in zero unless the partial derivative is a finite number. */
    private static void writeProduct(MethodVisitor code, BodyWriter body, Expr partial, int g) {
        boolean scales = partial instanceof Expr.Constant constant && Double.isFinite(constant.value());
        if (partial.equals(Symbols.ONE)) {
            code.visitVarInsn(DLOAD, g);
        } else if (partial.equals(Expr.constant(-1))) {
            code.visitVarInsn(DLOAD, g);
            code.visitInsn(DNEG);
        } else {
            int factor = body.compute(partial);
            code.visitVarInsn(DLOAD, g);
            code.visitVarInsn(DLOAD, factor);
            if (scales) {
                code.visitInsn(DMUL);
            } else {
                code.visitMethodInsn(
                        INVOKESTATIC, Type.getInternalName(Arithmetic.class), "strongProduct", "(DD)D", false);
            }
        }
    }

    private void writePartials() {
        String descriptor = "(DDDD[D)V";
        MethodVisitor code = written.method(0, "partials", descriptor("partials"));
        Label other = new Label();
        code.visitVarInsn(ILOAD, 1);
        Label[] cases = writeSwitch(code, other);
        for (Primitive primitive : primitives) {
            code.visitLabel(cases[primitive.index()]);
            for (int k = 0; k < 4; k++) {
                code.visitVarInsn(DLOAD, 2 + 2 * k);
            }
            code.visitVarInsn(ALOAD, 10);
            code.visitMethodInsn(INVOKESTATIC, written.name, "partials" + primitive.index(), descriptor, false);
            code.visitInsn(RETURN);
        }
        code.visitLabel(other);
        code.visitInsn(RETURN);
        GeneratedClass.end(code);
        for (Primitive primitive : primitives) {
            MethodVisitor own = written.method(ACC_PRIVATE | ACC_STATIC, "partials" + primitive.index(), descriptor);
            BodyWriter body = new BodyWriter(written, own, 9);
            Map.of(Symbols.A, 0, Symbols.B, 2, Symbols.C, 4, Symbols.Y, 6).forEach(body::know);
            for (int k = 0; k < primitive.arity(); k++) {
                int partial = body.compute(primitive.partial(k));
                own.visitVarInsn(ALOAD, 8);
                own.visitLdcInsn(k);
                own.visitVarInsn(DLOAD, partial);
                own.visitInsn(DASTORE);
            }
            own.visitInsn(RETURN);
            GeneratedClass.end(own);
        }
    }
}
