package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.ACC_FINAL;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.DADD;
import static org.objectweb.asm.Opcodes.DDIV;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DMUL;
import static org.objectweb.asm.Opcodes.DNEG;
import static org.objectweb.asm.Opcodes.DSUB;
import static org.objectweb.asm.Opcodes.GETSTATIC;
import static org.objectweb.asm.Opcodes.H_INVOKESTATIC;
import static org.objectweb.asm.Opcodes.INVOKEINTERFACE;
import static org.objectweb.asm.Opcodes.INVOKESPECIAL;
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

/**
 * A class under construction whose methods compute primitives: what all forms of generated code have in common.
 *
 * <p>It is hidden: unloaded when the last object of it is dropped. The basic operations of arithmetic are instructions of the
 * machine; every other primitive is a call of the very function that the table defines, held as a constant of the class, so
 * that HotSpot inlines it and results have the same bits as everywhere.
 */
final class GeneratedClass {
    private static final Map<Primitive, Integer> MACHINE = Map.of(
            Arithmetic.ADD,
            DADD,
            Arithmetic.SUB,
            DSUB,
            Arithmetic.MUL,
            DMUL,
            Arithmetic.DIV,
            DDIV,
            Arithmetic.NEG,
            DNEG);
    private static final Handle CLASS_DATA = new Handle(
            H_INVOKESTATIC,
            Type.getInternalName(MethodHandles.class),
            "classDataAt",
            "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/Class;I)Ljava/lang/Object;",
            false);

    private static final int MOST_BYTES = 8000;

    final String name;
    private final ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES);
    private final MethodVisitor initialiser;
    private final List<Object> functions = new ArrayList<>();
    private final Map<Primitive, String> fields = new HashMap<>();

    /** Starts a class that extends another one of this package, or implements an interface. */
    GeneratedClass(String simpleName, Class<?> parent) {
        this.name = Type.getInternalName(GeneratedClass.class) + "$" + simpleName;
        String superclass = parent.isInterface() ? "java/lang/Object" : Type.getInternalName(parent);
        String[] interfaces = parent.isInterface() ? new String[] {Type.getInternalName(parent)} : new String[0];
        writer.visit(V17, ACC_FINAL, name, null, superclass, interfaces);
        initialiser = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
        initialiser.visitCode();
        MethodVisitor constructor = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
        constructor.visitCode();
        constructor.visitVarInsn(ALOAD, 0);
        constructor.visitMethodInsn(INVOKESPECIAL, superclass, "<init>", "()V", false);
        constructor.visitInsn(RETURN);
        constructor.visitMaxs(0, 0);
        constructor.visitEnd();
    }

    /** Starts a method. */
    MethodVisitor method(int access, String methodName, String descriptor) {
        MethodVisitor code = writer.visitMethod(access, methodName, descriptor, null, null);
        code.visitCode();
        return code;
    }

    /** Ends a method. */
    static void end(MethodVisitor code) {
        Label last = new Label();
        code.visitLabel(last);
        code.visitMaxs(0, 0);
        code.visitEnd();
        assert last.getOffset() <= MOST_BYTES : "HotSpot compiles no method of " + last.getOffset() + " bytes";
    }

    /** Writes the value of a primitive of numbers held in local variables; it is left on the stack. */
    void apply(MethodVisitor code, Primitive primitive, int... arguments) {
        Integer instruction = MACHINE.get(primitive);
        if (instruction != null) {
            load(code, arguments);
            code.visitInsn(instruction);
            return;
        }
        Class<?> type = primitive.function() instanceof Value.Unary
                ? DoubleUnaryOperator.class
                : primitive.function() instanceof Value.Binary
                        ? DoubleBinaryOperator.class
                        : Value.TernaryFunction.class;
        String descriptor = Type.getDescriptor(type);
        code.visitFieldInsn(GETSTATIC, name, fields.computeIfAbsent(primitive, p -> field(p, descriptor)), descriptor);
        load(code, arguments);
        code.visitMethodInsn(
                INVOKEINTERFACE,
                Type.getInternalName(type),
                "applyAsDouble",
                "(" + "D".repeat(arguments.length) + ")D",
                true);
    }

    /** Whether a primitive is an instruction of the machine. */
    static boolean isInstruction(Primitive primitive) {
        return MACHINE.containsKey(primitive);
    }

    private static void load(MethodVisitor code, int... locals) {
        for (int local : locals) {
            code.visitVarInsn(DLOAD, local);
        }
    }

    private String field(Primitive primitive, String descriptor) {
        // through a static final field: a dynamic constant that no call has resolved yet keeps HotSpot from compiling
        // the loop
        String field = "f" + functions.size();
        writer.visitField(ACC_STATIC | ACC_FINAL, field, descriptor, null, null);
        initialiser.visitLdcInsn(new ConstantDynamic("_", descriptor, CLASS_DATA, functions.size()));
        initialiser.visitFieldInsn(PUTSTATIC, name, field, descriptor);
        functions.add(primitive.function().function());
        return field;
    }

    /** Ends the class and returns an object of it. */
    Object instance() {
        initialiser.visitInsn(RETURN);
        end(initialiser);
        writer.visitEnd();
        try {
            return MethodHandles.lookup()
                    .defineHiddenClassWithClassData(writer.toByteArray(), functions, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the generated class " + name + " was refused", e);
        }
    }
}
