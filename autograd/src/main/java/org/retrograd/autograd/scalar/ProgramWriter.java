package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.DASTORE;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.RETURN;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.objectweb.asm.MethodVisitor;

/**
 * Writes a program as bytecode: a local variable for each value.
 *
 * <p>Calls of functions that do not depend on each other stand side by side, since a call takes many steps that wait for each
 * other, and a processor works on several calls at a time only if they are near: instructions come in the order of the number
 * of calls before them, those of the same number in the order of the program.
 *
 * <p>HotSpot compiles no method of more than 8,000 bytes, so the program is cut into methods below that; what one leaves to
 * later ones goes through an array of the caller's. Classes hold so few methods that their tables of constants never
 * overflow.
 */
final class ProgramWriter {
    /**
     * Bytes of a method, by an estimate that is never too low: large enough for few values to be left to others, small enough
     * for HotSpot's compilers, whose time grows faster than the method.
     */
    private static final int METHOD_BYTES = 3_000;

    /** Bytes of a method that holds a loop, which cannot be cut: by the same estimate as large as HotSpot takes it. */
    private static final int LOOP_BYTES = 7_500;

    /** So many outputs are passed on by one method. */
    private static final int PASSED_ON = 300;

    private static final int METHODS_PER_CLASS = 40;
    private static final String SIGNATURE = "([D[D[D)V";

    // bytes of the parts of an instruction, local variables having numbers of two bytes
    private static final int LOAD = 4;
    private static final int INSTRUCTION = 1;
    private static final int CALL = 8;
    private static final int ARRAY_ACCESS = 10;
    private static final int RESULT = 20;
    private static final int LOOP_INPUT = 35;

    // the parameters of the generated methods, as local variables
    private static final int X = 0;
    private static final int Y = 1;
    private static final int SCRATCH = 2;
    private static final int FREE = 3;

    private final Program program;
    private final Instructions code;
    private final int limit;

    /** The instructions in the order in which they are written. */
    private final int[] order;

    /** By instruction: the number of the method that computes it, counted from 1; inputs are in none. */
    private final int[] methodOf;

    /** By instruction: where in the scratch array it is left to later methods, or -1. */
    private final int[] scratchOf;

    /** By instruction: the local variable that holds it in the body that is being written, if {@link #seenIn} says so. */
    private final int[] local;

    private final int[] seenIn;
    private final List<List<Integer>> results = new ArrayList<>();

    /** The outputs that no instruction computes: inputs and constants. */
    private final List<Integer> passedOn = new ArrayList<>();

    private int scratch;

    /** The methods that compute come first, then those that write what is passed on. */
    private int computing;

    private int methods;

    /** The bytes of the last of the methods that compute. */
    private int bytes;

    /** How many bodies have been begun: values seen in earlier ones must be loaded again. */
    private int bodies;

    /** While it is decided what goes into which method: the constants of the present one. */
    private final Set<Double> numbers = new HashSet<>();

    private ProgramWriter(Program program, int limit) {
        this.program = program;
        this.limit = limit;
        this.code = program.code;
        this.order = order();
        this.methodOf = new int[code.size];
        this.scratchOf = new int[code.size];
        this.local = new int[code.size];
        this.seenIn = new int[code.size];
        this.scratch = program.guards.size();
        Arrays.fill(scratchOf, -1);
        plan();
    }

    /** How code reaches an input or an output: leaves the value of the one, array and index of the other on the stack. */
    interface Access {
        void to(int number);
    }

    /** A program as code: its pieces in order, and the length of the scratch array that they share. */
    record Written(ImmutableList<StraightLine> pieces, int scratch) {
        void run(double[] x, double[] y, double[] scratchArray) {
            for (int k = 0; k < pieces.size(); k++) {
                pieces.get(k).run(x, y, scratchArray);
            }
        }
    }

    /** Returns the code of a program. */
    static Written write(Program program) {
        return new ProgramWriter(program, METHOD_BYTES).write();
    }

    /** Returns the writer of a program that is to be the body of a loop, if it {@link #fits}. */
    static ProgramWriter ofLoop(Program program) {
        return new ProgramWriter(program, LOOP_BYTES);
    }

    private Written write() {
        ImmutableList.Builder<StraightLine> pieces = ImmutableList.builder();
        int next = 0;
        for (int first = 1; first <= methods; first += METHODS_PER_CLASS) {
            int last = Math.min(methods, first + METHODS_PER_CLASS - 1);
            GeneratedClass piece = new GeneratedClass("Program", StraightLine.class);
            for (int method = first; method <= last; method++) {
                next = writeMethod(piece, method, next);
            }
            writeRun(piece, first, last);
            pieces.add((StraightLine) piece.instance());
        }
        return new Written(pieces.build(), scratch);
    }

    private int[] order() {
        int[] calls = new int[code.size];
        for (int i = program.inputs(); i < code.size; i++) {
            Primitive primitive = primitive(i);
            for (int k = 0; k < primitive.arity(); k++) {
                int x = operand(i, k);
                calls[i] = Math.max(calls[i], x < 0 ? 0 : calls[x]);
            }
            calls[i] += GeneratedClass.isInstruction(primitive) ? 0 : 1;
        }
        return IntStream.range(program.inputs(), code.size)
                .boxed()
                .sorted(Comparator.comparingInt(i -> calls[i])) // stable
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Decides which method computes what, and what must be left to later methods. */
    private void plan() {
        for (int i = 0; i < code.size; i++) {
            results.add(List.of());
        }
        for (int k = 0; k < program.outputs.length; k++) {
            if (program.outputs[k] >= program.inputs()) {
                attach(program.outputs[k], k);
            }
        }
        for (int k = 0; k < program.guards.size(); k++) {
            attach(program.guards.comparison(k), ~k);
        }
        methods = 1;
        for (int i : order) {
            Primitive primitive = primitive(i);
            int cost = cost(i, primitive);
            if (bytes + cost > limit) {
                methods++;
                bytes = 0;
                numbers.clear();
                cost = cost(i, primitive);
            }
            bytes += cost;
            methodOf[i] = methods;
            for (int k = 0; k < primitive.arity(); k++) {
                int x = operand(i, k);
                if (x < 0) {
                    numbers.add(code.constantAt(x));
                } else {
                    seenIn[x] = methods;
                }
                if (x >= program.inputs() && methodOf[x] != methods && scratchOf[x] < 0) {
                    scratchOf[x] = scratch++;
                }
            }
        }
        Arrays.fill(seenIn, 0);
        for (int k = 0; k < program.outputs.length; k++) {
            if (program.outputs[k] < program.inputs()) {
                passedOn.add(k);
            }
        }
        computing = methods;
        methods += (passedOn.size() + PASSED_ON - 1) / PASSED_ON;
    }

    /**
     * Returns the bytes of an instruction: its operands loaded, those that its method has not seen yet brought into a local
     * variable first, its result stored and, at worst, left to later methods and written as outputs.
     */
    private int cost(int i, Primitive primitive) {
        int cost = GeneratedClass.isInstruction(primitive) ? INSTRUCTION : CALL;
        for (int k = 0; k < primitive.arity(); k++) {
            int x = operand(i, k);
            boolean known =
                    x < 0 ? numbers.contains(code.constantAt(x)) : seenIn[x] == methods || methodOf[x] == methods;
            cost += known ? LOAD : LOAD + ARRAY_ACCESS;
        }
        return cost + LOAD + ARRAY_ACCESS + RESULT * results.get(i).size();
    }

    private void attach(int instruction, int result) {
        List<Integer> known = new ArrayList<>(results.get(instruction));
        known.add(result);
        results.set(instruction, known);
    }

    private Primitive primitive(int i) {
        int op = code.op(i);
        if (op == Instructions.CALL) {
            throw new UnsupportedOperationException("the program calls "
                    + code.calls.get(code.first(i)).function()
                    + ", which brings its derivative as numbers: it is run as it is, and cannot be compiled");
        }
        return Primitives.at(op);
    }

    private int operand(int i, int k) {
        return k == 0 ? code.first(i) : k == 1 ? code.second(i) : code.third(i);
    }

    /** Whether so many copies of the whole program fit into one method, each in a loop of its own. */
    boolean fits(int copies) {
        int each = bytes + RESULT * passedOn.size() + LOOP_INPUT * program.inputs();
        return computing == 1 && copies * each <= limit;
    }

    /** Writes a whole program into one method. */
    void writeAll(BodyWriter body, Access inputs, Access outputs) {
        writeBody(body, inputs, outputs, 1, 0);
        writePassedOn(body, inputs, outputs, passedOn);
    }

    /** Writes a method, starting at a place in the order; returns where the next one starts. */
    private int writeMethod(GeneratedClass owner, int method, int from) {
        MethodVisitor out = owner.method(ACC_PRIVATE | ACC_STATIC, "m" + method, SIGNATURE);
        Access inputs = input -> {
            locate(out, X, input);
            out.visitInsn(DALOAD);
        };
        Access outputs = output -> locate(out, Y, output);
        BodyWriter body = new BodyWriter(owner, out, FREE);
        int next = writeBody(body, inputs, outputs, method, from);
        if (method > computing) {
            int first = (method - computing - 1) * PASSED_ON;
            writePassedOn(body, inputs, outputs, passedOn.subList(first, Math.min(passedOn.size(), first + PASSED_ON)));
        }
        out.visitInsn(RETURN);
        GeneratedClass.end(out);
        return next;
    }

    /** Writes the instructions of a method, each into a local variable of its own. */
    private int writeBody(BodyWriter body, Access inputs, Access outputs, int method, int from) {
        bodies++;
        Access left = at -> locate(body.code(), SCRATCH, at);
        int place = from;
        for (; place < order.length && methodOf[order[place]] == method; place++) {
            int i = order[place];
            Primitive primitive = primitive(i);
            int[] arguments = new int[primitive.arity()];
            for (int k = 0; k < arguments.length; k++) {
                arguments[k] = load(body, inputs, operand(i, k));
            }
            seenIn[i] = bodies;
            local[i] = body.apply(primitive, arguments);
            if (scratchOf[i] >= 0) {
                write(body, left, scratchOf[i], local[i]);
            }
            for (int result : results.get(i)) {
                if (result >= 0) {
                    write(body, outputs, result, local[i]);
                } else {
                    write(body, left, ~result, local[i]);
                }
            }
        }
        return place;
    }

    private void writePassedOn(BodyWriter body, Access inputs, Access outputs, List<Integer> some) {
        for (int k : some) {
            write(body, outputs, k, load(body, inputs, program.outputs[k]));
        }
    }

    private int load(BodyWriter body, Access inputs, int operand) {
        if (operand < 0) {
            return body.constant(code.constantAt(operand));
        }
        if (seenIn[operand] != bodies) {
            if (operand < program.inputs()) {
                inputs.to(operand);
            } else {
                locate(body.code(), SCRATCH, scratchOf[operand]);
                body.code().visitInsn(DALOAD);
            }
            seenIn[operand] = bodies;
            local[operand] = body.store();
        }
        return local[operand];
    }

    private static void write(BodyWriter body, Access to, int number, int value) {
        to.to(number);
        body.load(value);
        body.code().visitInsn(DASTORE);
    }

    private static void locate(MethodVisitor out, int array, int at) {
        out.visitVarInsn(ALOAD, array);
        out.visitLdcInsn(at);
    }

    private static void writeRun(GeneratedClass piece, int first, int last) {
        MethodVisitor out = piece.method(ACC_PUBLIC, "run", SIGNATURE);
        for (int method = first; method <= last; method++) {
            out.visitVarInsn(ALOAD, 1);
            out.visitVarInsn(ALOAD, 2);
            out.visitVarInsn(ALOAD, 3);
            out.visitMethodInsn(INVOKESTATIC, piece.name, "m" + method, SIGNATURE, false);
        }
        out.visitInsn(RETURN);
        GeneratedClass.end(out);
    }
}
