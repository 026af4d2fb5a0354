package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.ICONST_0;
import static org.objectweb.asm.Opcodes.ICONST_1;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.IF_ICMPNE;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.IMUL;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.RETURN;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;

/**
 * Writes a loop over arrays around a body: each round reads an entry of every input and writes some entries of the output.
 *
 * <p>Two loops are written if the body is small, one for inputs that all run on by one entry, which HotSpot can vectorise, and
 * one for any strides.
 */
final class LoopWriter {
    private final GeneratedClass owner;
    private final MethodVisitor code;
    private final int count;
    private final int out;
    private final int at;
    private final int width;
    private final List<Input> inputs = new ArrayList<>();
    private int free;
    private int index;

    /** Whether the loop that is being written is the one for inputs that run on by one entry. */
    private boolean unitStride;

    /**
     * An input, as the local variables that hold it.
     *
     * @param values the array
     * @param position where its present entry is
     * @param stride how far it is from there to the next one
     */
    record Input(int values, int position, int stride) {}

    /**
     * Starts the loop in a method that has brought these into local variables.
     *
     * @param count how many rounds there are
     * @param out the array that receives the output
     * @param at where the first entry of the output goes; -1 if that is 0
     * @param width how many entries a round writes
     * @param free the first local variable that may be used
     */
    LoopWriter(GeneratedClass owner, MethodVisitor code, int count, int out, int at, int width, int free) {
        this.owner = owner;
        this.code = code;
        this.count = count;
        this.out = out;
        this.at = at;
        this.width = width;
        this.free = free;
    }

    /** Returns the local variables of a new input; the method must fill them before the loop. */
    Input input() {
        Input input = new Input(free, free + 1, free + 2);
        free += 3;
        inputs.add(input);
        return input;
    }

    /**
     * Writes the loop, and that the method returns after it.
     *
     * @param small whether there is room for the body twice
     */
    void write(boolean small, Consumer<BodyWriter> body) {
        index = free++;
        if (small && !inputs.isEmpty()) {
            Label strided = new Label();
            for (Input input : inputs) {
                code.visitVarInsn(ILOAD, input.stride);
                code.visitInsn(ICONST_1);
                code.visitJumpInsn(IF_ICMPNE, strided);
            }
            writeLoop(true, body);
            code.visitLabel(strided);
        }
        writeLoop(false, body);
    }

    private void writeLoop(boolean unit, Consumer<BodyWriter> body) {
        unitStride = unit;
        Label test = new Label();
        Label end = new Label();
        code.visitInsn(ICONST_0);
        code.visitVarInsn(ISTORE, index);
        code.visitLabel(test);
        code.visitVarInsn(ILOAD, index);
        code.visitVarInsn(ILOAD, count);
        code.visitJumpInsn(IF_ICMPGE, end);
        body.accept(new BodyWriter(owner, code, free));
        for (Input input : unit ? List.<Input>of() : inputs) {
            code.visitVarInsn(ILOAD, input.position);
            code.visitVarInsn(ILOAD, input.stride);
            code.visitInsn(IADD);
            code.visitVarInsn(ISTORE, input.position);
        }
        code.visitIincInsn(index, 1);
        code.visitJumpInsn(GOTO, test);
        code.visitLabel(end);
        code.visitInsn(RETURN);
    }

    /** Writes that the present entry of an input is put on the stack. */
    void read(int input) {
        Input from = inputs.get(input);
        code.visitVarInsn(ALOAD, from.values);
        code.visitVarInsn(ILOAD, from.position);
        if (unitStride) {
            code.visitVarInsn(ILOAD, index);
            code.visitInsn(IADD);
        }
        code.visitInsn(DALOAD);
    }

    /** Writes that array and index of an entry of the present output are put on the stack. */
    void locate(int entry) {
        code.visitVarInsn(ALOAD, out);
        code.visitVarInsn(ILOAD, index);
        if (width > 1) {
            code.visitLdcInsn(width);
            code.visitInsn(IMUL);
        }
        if (entry > 0) {
            code.visitLdcInsn(entry);
            code.visitInsn(IADD);
        }
        if (at >= 0) {
            code.visitVarInsn(ILOAD, at);
            code.visitInsn(IADD);
        }
    }
}
