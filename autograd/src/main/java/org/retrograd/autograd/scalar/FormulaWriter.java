package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.DSTORE;

import java.util.HashMap;
import java.util.Map;
import org.objectweb.asm.MethodVisitor;

/**
 * Writes formulas into a method of a generated class: every distinct part is computed once and kept in a local variable.
 */
final class FormulaWriter {
    private final GeneratedClass owner;
    private final MethodVisitor code;
    private final Map<Expr, Integer> locals = new HashMap<>();
    private int free;

    /**
     * Starts with no part known.
     *
     * @param free the first local variable that may be used
     */
    FormulaWriter(GeneratedClass owner, MethodVisitor code, int free) {
        this.owner = owner;
        this.code = code;
        this.free = free;
    }

    /** Returns the first local variable not in use. */
    int free() {
        return free;
    }

    /** States that a local variable holds a part. */
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

    /** Writes the computation of a formula, unless it was written before, and returns the local variable that holds it. */
    int compute(Expr part) {
        Integer known = locals.get(part);
        if (known != null) {
            return known;
        }
        if (part instanceof Expr.Constant constant) {
            code.visitLdcInsn(constant.value());
        } else if (part instanceof Expr.Apply1 apply) {
            owner.apply(code, apply.primitive(), compute(apply.first()));
        } else if (part instanceof Expr.Apply2 apply) {
            owner.apply(code, apply.primitive(), compute(apply.first()), compute(apply.second()));
        } else if (part instanceof Expr.Apply3 apply) {
            owner.apply(
                    code, apply.primitive(), compute(apply.first()), compute(apply.second()), compute(apply.third()));
        } else {
            throw new IllegalStateException("the operand " + part + " is not at hand");
        }
        int local = store();
        locals.put(part, local);
        return local;
    }
}
