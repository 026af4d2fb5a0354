package org.retrograd.autograd.scalar;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** The function of a primitive on doubles. */
public sealed interface Value {
    /** Returns the number of inputs. */
    int arity();

    /** Returns the value; inputs beyond the arity are ignored. */
    double of(double a, double b, double c);

    /** Returns the function as an object whose method is {@code applyAsDouble}. */
    Object function();

    /** A function of three numbers. */
    @FunctionalInterface
    interface TernaryFunction {
        double applyAsDouble(double a, double b, double c);
    }

    /** A function of one number. */
    record Unary(DoubleUnaryOperator function) implements Value {
        @Override
        public int arity() {
            return 1;
        }

        @Override
        public double of(double a, double b, double c) {
            return function.applyAsDouble(a);
        }
    }

    /** A function of two numbers. */
    record Binary(DoubleBinaryOperator function) implements Value {
        @Override
        public int arity() {
            return 2;
        }

        @Override
        public double of(double a, double b, double c) {
            return function.applyAsDouble(a, b);
        }
    }

    /** A function of three numbers. */
    record Ternary(TernaryFunction function) implements Value {
        @Override
        public int arity() {
            return 3;
        }

        @Override
        public double of(double a, double b, double c) {
            return function.applyAsDouble(a, b, c);
        }
    }
}
