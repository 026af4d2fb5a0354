package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DADD;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.DASTORE;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.GETFIELD;
import static org.objectweb.asm.Opcodes.GETSTATIC;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.H_INVOKESTATIC;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.ICONST_0;
import static org.objectweb.asm.Opcodes.ICONST_1;
import static org.objectweb.asm.Opcodes.IFEQ;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.IF_ICMPNE;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKEINTERFACE;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.PUTSTATIC;
import static org.objectweb.asm.Opcodes.RETURN;
import static org.objectweb.asm.Opcodes.V17;

import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ConstantDynamic;
import org.objectweb.asm.Handle;
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
    private static final String NAME = Type.getInternalName(KernelCompiler.class) + "$Loop";
    private static final String RUN = runDescriptor();
    private static final Handle CLASS_DATA = new Handle(
            H_INVOKESTATIC,
            Type.getInternalName(MethodHandles.class),
            "classDataAt",
            "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;I)Ljava/lang/Object;",
            false);

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
    private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
    private final MethodVisitor initialiser;
    private final MethodVisitor code;
    private final List<Object> functions = new ArrayList<>();
    private final List<Input> inputs = new ArrayList<>();
    private int free = FREE;

    /** An operand that the formula reads: its parameter, and the local variables made of its fields. */
    private record Input(Expr leaf, int parameter, int values, int position, int stride) {}

    private KernelCompiler(Expr formula) {
        this.formula = formula;
        writer.visit(V17, ACC_FINAL, NAME, null, "java/lang/Object", new String[] {Type.getInternalName(Kernel.class)});
        this.initialiser = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        this.code = writer.visitMethod(ACC_PUBLIC, "run", RUN, null, null);
    }

    /** Returns the loop that computes the formula for each element. */
    static Kernel compile(Expr formula) {
        KernelCompiler compiler = new KernelCompiler(formula);
        compiler.writeConstructor();
        compiler.initialiser.visitCode();
        compiler.writeRun();
        compiler.initialiser.visitInsn(RETURN);
        compiler.initialiser.visitMaxs(0, 0);
        compiler.initialiser.visitEnd();
        compiler.writer.visitEnd();
        try {
            return (Kernel) MethodHandles.lookup()
                    .defineHiddenClassWithClassData(compiler.writer.toByteArray(), compiler.functions, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the loop generated for " + formula + " was refused", e);
        }
    }

    private static String runDescriptor() {
        for (java.lang.reflect.Method method : Kernel.class.getMethods()) {
            if (method.getName().equals("run")) {
                return Type.getMethodDescriptor(method);
            }
        }
        throw new IllegalStateException("Kernel has no method run");
    }

    private void writeConstructor() {
        MethodVisitor constructor = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        constructor.visitCode();
        constructor.visitVarInsn(ALOAD, 0);
        constructor.visitMethodInsn(INVOKESPECIAL, "java/lang/Object", "<init>", "()V", false);
        constructor.visitInsn(RETURN);
        constructor.visitMaxs(0, 0);
        constructor.visitEnd();
    }

    private void writeRun() {
        code.visitCode();
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
        code.visitMaxs(0, 0);
        code.visitEnd();
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
        int first = free;
        Label test = new Label();
        Label end = new Label();
        code.visitInsn(ICONST_0);
        code.visitVarInsn(ISTORE, INDEX);
        code.visitLabel(test);
        code.visitVarInsn(ILOAD, INDEX);
        code.visitVarInsn(ILOAD, N);
        code.visitJumpInsn(IF_ICMPGE, end);
        Map<Expr, Integer> locals = new HashMap<>();
        for (Input input : inputs) {
            loadElement(input, unitStride);
            locals.put(input.leaf, store());
        }
        int value = compute(formula, locals);
        addToOut(value);
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
        free = first;
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

    private int store() {
        int local = free;
        free += 2;
        code.visitVarInsn(DSTORE, local);
        return local;
    }

    /** Writes the computation of a formula, unless it was written before, and returns the local variable that holds it. */
    private int compute(Expr part, Map<Expr, Integer> locals) {
        Integer known = locals.get(part);
        if (known != null) {
            return known;
        }
        if (part instanceof Expr.Constant constant) {
            code.visitLdcInsn(constant.value());
        } else if (part instanceof Expr.Apply1 apply) {
            call(apply.primitive(), compute(apply.first(), locals));
        } else if (part instanceof Expr.Apply2 apply) {
            call(apply.primitive(), compute(apply.first(), locals), compute(apply.second(), locals));
        } else if (part instanceof Expr.Apply3 apply) {
            call(
                    apply.primitive(),
                    compute(apply.first(), locals),
                    compute(apply.second(), locals),
                    compute(apply.third(), locals));
        } else {
            throw new IllegalStateException("the loop of " + formula + " lacks the operand " + part);
        }
        int local = store();
        locals.put(part, local);
        return local;
    }

    private void call(Primitive primitive, int... arguments) {
        Object function;
        Class<?> type;
        if (primitive.function() instanceof Value.Unary unary) {
            function = unary.function();
            type = DoubleUnaryOperator.class;
        } else if (primitive.function() instanceof Value.Binary binary) {
            function = binary.function();
            type = DoubleBinaryOperator.class;
        } else {
            function = ((Value.Ternary) primitive.function()).function();
            type = Value.TernaryFunction.class;
        }
        // through a static final field: a dynamic constant that no call has resolved yet keeps HotSpot from compiling
        // the loop
        String field = "f" + functions.size();
        String descriptor = Type.getDescriptor(type);
        writer.visitField(ACC_STATIC | ACC_FINAL, field, descriptor, null, null);
        initialiser.visitLdcInsn(new ConstantDynamic("_", descriptor, CLASS_DATA, functions.size()));
        initialiser.visitFieldInsn(PUTSTATIC, NAME, field, descriptor);
        functions.add(function);
        code.visitFieldInsn(GETSTATIC, NAME, field, descriptor);
        for (int argument : arguments) {
            code.visitVarInsn(DLOAD, argument);
        }
        code.visitMethodInsn(
                INVOKEINTERFACE,
                Type.getInternalName(type),
                "applyAsDouble",
                "(" + "D".repeat(arguments.length) + ")D",
                true);
    }
}
