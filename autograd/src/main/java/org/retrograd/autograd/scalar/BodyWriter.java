package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;

import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.MethodVisitor;

/**
 * Writes computations into a method of a generated class: the results of instructions or the parts of formulas, each computed
 * once and kept in a local variable. All generated code is written through it, whatever surrounds it: a straight line or a loop.
 */
final class BodyWriter {
    private final GeneratedClass owner;
    private final MethodVisitor code;
    private final Map<Expr, Integer> locals = new HashMap<>();
    private int free;

    /**
     * Starts with nothing known.
     *
     * @param free the first local variable that may be used
     */
    BodyWriter(GeneratedClass owner, MethodVisitor code, int free) {
        this.owner = owner;
        this.code = code;
        this.free = free;
    }

    /** Returns the method that is written into. */
    MethodVisitor code() {
        return code;
    }

    /** States that a local variable holds a part of the formulas to come. */
    void know(Expr part, int local) {
        locals.put(part, local);
    }

    /** Writes that the number on the stack is kept in a new local variable, and returns it. */
    int store() {
        int local = free;
        free += 2;
        code.visitVarInsn(DSTORE, local);
        return local;
    }

    /** Writes that the number in a local variable is put on the stack. */
    void load(int local) {
        code.visitVarInsn(DLOAD, local);
    }

    /** Returns the local variable that holds a constant. */
    int constant(double value) {
        return compute(Expr.constant(value));
    }

    /** Writes a primitive of numbers in local variables, and returns the local variable that holds the result. */
    int apply(Primitive primitive, int... arguments) {
        owner.apply(code, primitive, arguments);
        return store();
    }

    /** Writes the computation of a formula, unless it was written before, and returns the local variable that holds it. */
    int compute(Expr part) {
        Integer known = locals.get(part);
        if (known != null) {
            return known;
        }
        int local;
        if (part instanceof Expr.Constant constant) {
            code.visitLdcInsn(constant.value());
            local = store();
        } else if (part instanceof Expr.Apply1 apply) {
            local = apply(apply.primitive(), compute(apply.first()));
        } else if (part instanceof Expr.Apply2 apply) {
            local = apply(apply.primitive(), compute(apply.first()), compute(apply.second()));
        } else if (part instanceof Expr.Apply3 apply) {
            local = apply(apply.primitive(), compute(apply.first()), compute(apply.second()), compute(apply.third()));
        } else {
            throw new IllegalStateException("the operand " + part + " is not at hand");
        }
        locals.put(part, local);
        return local;
    }
}
