package org.retrograd.autograd.scalar;

import static org.objectweb.asm.Opcodes.AALOAD;
import static org.objectweb.asm.Opcodes.ACC_PRIVATE;
import static org.objectweb.asm.Opcodes.ACC_PUBLIC;
import static org.objectweb.asm.Opcodes.ACC_STATIC;
import static org.objectweb.asm.Opcodes.ALOAD;
import static org.objectweb.asm.Opcodes.ASTORE;
import static org.objectweb.asm.Opcodes.DALOAD;
import static org.objectweb.asm.Opcodes.DASTORE;
import static org.objectweb.asm.Opcodes.DLOAD;
import static org.objectweb.asm.Opcodes.DSTORE;
import static org.objectweb.asm.Opcodes.GOTO;
import static org.objectweb.asm.Opcodes.IADD;
import static org.objectweb.asm.Opcodes.IALOAD;
import static org.objectweb.asm.Opcodes.ICONST_0;
import static org.objectweb.asm.Opcodes.IF_ICMPGE;
import static org.objectweb.asm.Opcodes.ILOAD;
import static org.objectweb.asm.Opcodes.INVOKESTATIC;
import static org.objectweb.asm.Opcodes.ISTORE;
import static org.objectweb.asm.Opcodes.RETURN;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.retrograd.autograd.array.RowKernel;

/**
 * Writes a program as bytecode: a local variable for each value, in the order of the instructions.
 *
 * <p>HotSpot compiles no method of more than 8,000 bytes, so the program is cut into methods below that; what one leaves to
 * later ones goes through an array of the caller's. Classes hold so few methods that their tables of constants never
 * overflow.
 */
final class ProgramWriter {
    /** Bytes of a method by an estimate that is never too low: as large as can be, since few large methods are fastest. */
    private static final int METHOD_BYTES = 7_500;

    /** So many outputs are passed on by one method; each takes up to 20 bytes. */
    private static final int PASSED_ON = 300;

    private static final int METHODS_PER_CLASS = 40;
    private static final String SIGNATURE = "([D[D[D)V";

    // bytes of the parts of an instruction, local variables having numbers of two bytes
    private static final int LOAD = 4;
    private static final int INSTRUCTION = 1;
    private static final int CALL = 8;
    private static final int ARRAY_ACCESS = 10;

    // the parameters of the generated methods, as local variables
    private static final int X = 0;
    private static final int Y = 1;
    private static final int SCRATCH = 2;
    private static final int FREE = 3;

    private final Program program;
    private final Instructions code;

    /** By instruction: the number of the method that computes it, counted from 1; inputs are in none. */
    private final int[] methodOf;

    /** By instruction: where in the scratch array it is left to later methods, or -1. */
    private final int[] scratchOf;

    /** By instruction: the local variable that holds it in the method that is being written, if {@link #seenIn} says so. */
    private final int[] local;

    private final int[] seenIn;
    private final Map<Double, Integer> constants = new HashMap<>();
    private final List<List<Integer>> results = new ArrayList<>();
    /** The outputs that no instruction computes: inputs and constants. */
    private final List<Integer> passedOn = new ArrayList<>();

    private int scratch;

    /** The methods that compute come first, then those that write what is passed on. */
    private int computing;

    private int methods;
    private int free;

    /** While it is decided what goes into which method: the constants of the present one. */
    private final Set<Double> numbers = new HashSet<>();

    /** Where inputs are read and outputs written: the parameters of a method, or the rows of a loop. */
    private Access access = new Parameters();

    private ProgramWriter(Program program) {
        this.program = program;
        this.code = program.code;
        this.methodOf = new int[code.size];
        this.scratchOf = new int[code.size];
        this.local = new int[code.size];
        this.seenIn = new int[code.size];
        this.scratch = program.guards.size();
        Arrays.fill(scratchOf, -1);
    }

    /** How the code reaches inputs and outputs. */
    private interface Access {
        /** Leaves an input on the stack. */
        void read(MethodVisitor out, int input);

        /** Leaves the array and the index of an output on the stack. */
        void locate(MethodVisitor out, int output);
    }

    /** Inputs and outputs in the arrays that are parameters. */
    private static final class Parameters implements Access {
        @Override
        public void read(MethodVisitor out, int input) {
            out.visitVarInsn(ALOAD, X);
            out.visitLdcInsn(input);
            out.visitInsn(DALOAD);
        }

        @Override
        public void locate(MethodVisitor out, int output) {
            out.visitVarInsn(ALOAD, Y);
            out.visitLdcInsn(output);
        }
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
        ProgramWriter writer = new ProgramWriter(program);
        writer.plan();
        ImmutableList.Builder<StraightLine> pieces = ImmutableList.builder();
        int next = program.inputs();
        for (int first = 1; first <= writer.methods; first += METHODS_PER_CLASS) {
            int last = Math.min(writer.methods, first + METHODS_PER_CLASS - 1);
            GeneratedClass piece = new GeneratedClass("Program", StraightLine.class);
            for (int method = first; method <= last; method++) {
                next = writer.writeMethod(piece, method, next);
            }
            writeRun(piece, first, last);
            pieces.add((StraightLine) piece.instance());
        }
        return new Written(pieces.build(), writer.scratch);
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
        int bytes = 0;
        for (int i = program.inputs(); i < code.size; i++) {
            Primitive primitive = primitive(i);
            int cost = cost(i, primitive);
            if (bytes + cost > METHOD_BYTES) {
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
        return cost + LOAD + ARRAY_ACCESS * (1 + results.get(i).size());
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

    /** Writes a method, starting with instruction {@code from}; returns the first instruction of the next one. */
    private int writeMethod(GeneratedClass owner, int method, int from) {
        MethodVisitor out = owner.method(ACC_PRIVATE | ACC_STATIC, "m" + method, SIGNATURE);
        free = FREE;
        int next = writeBody(owner, out, method, from);
        if (method > computing) {
            int first = (method - computing - 1) * PASSED_ON;
            writePassedOn(out, method, passedOn.subList(first, Math.min(passedOn.size(), first + PASSED_ON)));
        }
        out.visitInsn(RETURN);
        GeneratedClass.end(out);
        return next;
    }

    /** Writes the instructions of a method, each into a local variable of its own. */
    private int writeBody(GeneratedClass owner, MethodVisitor out, int method, int from) {
        constants.clear();
        int i = from;
        for (; i < code.size && methodOf[i] == method; i++) {
            Primitive primitive = primitive(i);
            int[] arguments = new int[primitive.arity()];
            for (int k = 0; k < arguments.length; k++) {
                arguments[k] = load(out, operand(i, k), method);
            }
            owner.apply(out, primitive, arguments);
            seenIn[i] = method;
            local[i] = store(out);
            if (scratchOf[i] >= 0) {
                write(out, SCRATCH, scratchOf[i], local[i]);
            }
            for (int result : results.get(i)) {
                if (result >= 0) {
                    writeOutput(out, result, local[i]);
                } else {
                    write(out, SCRATCH, ~result, local[i]);
                }
            }
        }
        return i;
    }

    private void writeOutput(MethodVisitor out, int output, int value) {
        access.locate(out, output);
        out.visitVarInsn(DLOAD, value);
        out.visitInsn(DASTORE);
    }

    private void writePassedOn(MethodVisitor out, int method, List<Integer> some) {
        for (int k : some) {
            writeOutput(out, k, load(out, program.outputs[k], method));
        }
    }

    private int load(MethodVisitor out, int operand, int method) {
        if (operand < 0) {
            return constants.computeIfAbsent(code.constantAt(operand), value -> {
                out.visitLdcInsn(value);
                return store(out);
            });
        }
        if (seenIn[operand] != method) {
            if (operand < program.inputs()) {
                access.read(out, operand);
            } else {
                out.visitVarInsn(ALOAD, SCRATCH);
                out.visitLdcInsn(scratchOf[operand]);
                out.visitInsn(DALOAD);
            }
            seenIn[operand] = method;
            local[operand] = store(out);
        }
        return local[operand];
    }

    private int store(MethodVisitor out) {
        int stored = free;
        free += 2;
        out.visitVarInsn(DSTORE, stored);
        return stored;
    }

    private static void write(MethodVisitor out, int array, int at, int value) {
        out.visitVarInsn(ALOAD, array);
        out.visitLdcInsn(at);
        out.visitVarInsn(DLOAD, value);
        out.visitInsn(DASTORE);
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

    // parameters and variables of the loop over rows
    private static final int ROWS = 1;
    private static final int IN = 2;
    private static final int START = 3;
    private static final int STEP = 4;
    private static final int OUT = 5;
    private static final int ROW = 6;
    private static final int TO = 7;
    private static final int FIRST_INPUT = 8;

    /** More inputs, or outputs that are passed on, than this are copied row by row: each input takes three variables. */
    private static final int MOST_LOOP_INPUTS = 40;

    /** Inputs and outputs of a row, each input having an array, a place and a step. */
    private static final class Rows implements Access {
        @Override
        public void read(MethodVisitor out, int input) {
            out.visitVarInsn(ALOAD, FIRST_INPUT + 3 * input);
            out.visitVarInsn(ILOAD, FIRST_INPUT + 3 * input + 1);
            out.visitInsn(DALOAD);
        }

        @Override
        public void locate(MethodVisitor out, int output) {
            out.visitVarInsn(ALOAD, OUT);
            out.visitVarInsn(ILOAD, TO);
            out.visitLdcInsn(output);
            out.visitInsn(IADD);
        }
    }

    /**
     * Returns a loop that runs a program once for each row: with the program as its body if that is small enough, else calling
     * the code of the program.
     */
    static RowKernel writeLoop(Program program) {
        ProgramWriter writer = new ProgramWriter(program);
        writer.plan();
        boolean small = writer.computing == 1
                && writer.passedOn.size() <= MOST_LOOP_INPUTS
                && program.inputs() <= MOST_LOOP_INPUTS;
        // no row has room to tell how comparisons go
        if (small && program.guards.size() == 0) {
            return writer.writeLoop();
        }
        Written written = write(program);
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

    private RowKernel writeLoop() {
        access = new Rows();
        GeneratedClass owner = new GeneratedClass("Rows", RowKernel.class);
        MethodVisitor out = owner.method(ACC_PUBLIC, "run", "(I[[D[I[I[D)V");
        Label test = new Label();
        Label end = new Label();
        for (int j = 0; j < program.inputs(); j++) {
            element(out, IN, j, AALOAD, ASTORE, FIRST_INPUT + 3 * j);
            element(out, START, j, IALOAD, ISTORE, FIRST_INPUT + 3 * j + 1);
            element(out, STEP, j, IALOAD, ISTORE, FIRST_INPUT + 3 * j + 2);
        }
        out.visitInsn(ICONST_0);
        out.visitVarInsn(ISTORE, ROW);
        out.visitInsn(ICONST_0);
        out.visitVarInsn(ISTORE, TO);
        out.visitLabel(test);
        out.visitVarInsn(ILOAD, ROW);
        out.visitVarInsn(ILOAD, ROWS);
        out.visitJumpInsn(IF_ICMPGE, end);
        free = FIRST_INPUT + 3 * program.inputs();
        writeBody(owner, out, 1, program.inputs());
        writePassedOn(out, 1, passedOn);
        for (int j = 0; j < program.inputs(); j++) {
            advance(out, FIRST_INPUT + 3 * j + 1, FIRST_INPUT + 3 * j + 2);
        }
        out.visitVarInsn(ILOAD, TO);
        out.visitLdcInsn(program.outputs());
        out.visitInsn(IADD);
        out.visitVarInsn(ISTORE, TO);
        out.visitIincInsn(ROW, 1);
        out.visitJumpInsn(GOTO, test);
        out.visitLabel(end);
        out.visitInsn(RETURN);
        GeneratedClass.end(out);
        return (RowKernel) owner.instance();
    }

    private static void element(MethodVisitor out, int array, int at, int load, int store, int variable) {
        out.visitVarInsn(ALOAD, array);
        out.visitLdcInsn(at);
        out.visitInsn(load);
        out.visitVarInsn(store, variable);
    }

    private static void advance(MethodVisitor out, int place, int step) {
        out.visitVarInsn(ILOAD, place);
        out.visitVarInsn(ILOAD, step);
        out.visitInsn(IADD);
        out.visitVarInsn(ISTORE, place);
    }
}
