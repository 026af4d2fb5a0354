package org.retrograd.autograd.diff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.retrograd.autograd.array.Shape;
import org.retrograd.autograd.tensor.CustomFunction;
import org.retrograd.autograd.tensor.Linearization;
import org.retrograd.autograd.tensor.Tensor;

/**
 * Derivatives of a solution x by the parameters θ of the equation F(x, θ) = 0 that it solves, whatever found it.
 *
 * <pre>{@code
 * // x³ + p x = 1, solved by anything: the solver gets constants and returns one
 * Tensor x = Implicit.root((Tensor z, Tensor p) -> z.cube().add(z.mul(p)).sub(1)).solve(p -> brent(p), p);
 * }</pre>
 *
 * <p>By the implicit function theorem {@code dx = -(∂F/∂x)⁻¹ (∂F/∂θ) dθ}: the solver is not differentiated, its steps are
 * not stored, and it may be Commons Math's or any other. The rule is written in tensor methods of x and θ, so that
 * derivatives of every order follow, in both modes. Traced values that F captures count as parameters.
 *
 * <p>The system with ∂F/∂x is solved by elimination, after one sweep in n directions for n unknowns, for any number of
 * tangents or cotangents at once; unless a {@link LinearSolver} is given, which sees products with it only.
 *
 * @param <P> the parameters: a tensor or any {@link Structure}
 */
public final class Implicit<P> {
    private static final double TOLERANCE = 1e-6;

    private final String name;
    private final BiFunction<Tensor, P, Tensor> equation;
    private final double tolerance;
    private final @Nullable LinearSolver linearSolver;

    /** Whether what the solver returns has been tested already. */
    private final boolean tested;

    private Implicit(String name, BiFunction<Tensor, P, Tensor> equation) {
        this(name, equation, TOLERANCE, null, false);
    }

    private Implicit(
            String name,
            BiFunction<Tensor, P, Tensor> equation,
            double tolerance,
            @Nullable LinearSolver linearSolver,
            boolean tested) {
        this.name = name;
        this.equation = equation;
        this.tolerance = tolerance;
        this.linearSolver = linearSolver;
        this.tested = tested;
    }

    /** Returns the problem to find x with {@code f(x, θ) = 0}; values of f have the shape of x. */
    public static <P> Implicit<P> root(BiFunction<Tensor, P, Tensor> f) {
        return new Implicit<>("root", (x, p) -> given("the equation of root", f.apply(x, p)));
    }

    /** Returns the problem to find x with {@code x = g(x, θ)}. */
    public static <P> Implicit<P> fixedPoint(BiFunction<Tensor, P, Tensor> g) {
        return new Implicit<>("fixedPoint", (x, p) -> x.sub(alike(x, g.apply(x, p))));
    }

    private static Tensor alike(Tensor x, @Nullable Tensor value) {
        Tensor y = given("the function of fixedPoint", value);
        if (!y.shape().equals(x.shape())) {
            throw new IllegalArgumentException("fixedPoint needs a function whose values have the shape of x, "
                    + x.shape() + ", but it returned shape " + y.shape());
        }
        return y;
    }

    /** Returns the problem to find a minimum over x of the scalar function {@code f(x, θ)}: where its gradient is 0. */
    public static <P> Implicit<P> argMin(BiFunction<Tensor, P, Tensor> f) {
        return new Implicit<>("argMin", (x, p) -> Derivatives.gradient((Tensor z) -> f.apply(z, p), x));
    }

    /**
     * Returns the problem to find x with {@code a(x, θ) = b(θ)}, for an operator that is linear in x.
     *
     * <p>For a matrix that is at hand, {@link Tensor#solve} does the same.
     */
    public static <P> Implicit<P> linear(BiFunction<Tensor, P, Tensor> a, Function<P, Tensor> b) {
        return new Implicit<>(
                "linearSolve",
                (x, p) -> given("the operator of linear", a.apply(x, p))
                        .sub(given("the right side of linear", b.apply(p))));
    }

    private static Tensor given(String what, @Nullable Tensor value) {
        if (value == null) {
            throw new IllegalArgumentException(what + " returned null: it must return a tensor");
        }
        return value;
    }

    /**
     * Returns this problem with another tolerance: how far, relative to 1 + |x|, a Newton step may move what the solver
     * returned; how large the residual may be with a {@link LinearSolver}, or where ∂F/∂x is singular. It is 1e-6 unless
     * set; infinity takes any point for a solution.
     *
     * @throws IllegalArgumentException if it is negative or NaN
     */
    public Implicit<P> tolerance(double newTolerance) {
        if (!(newTolerance >= 0)) {
            throw new IllegalArgumentException("a tolerance is 0 or more, but got " + newTolerance);
        }
        return new Implicit<>(name, equation, newTolerance, linearSolver, tested);
    }

    /**
     * Returns this problem with derivatives found from products with ∂F/∂x and its transpose alone; a {@link
     * LinearSolver.Block} gets all directions of a sweep at once.
     */
    public Implicit<P> linearSolver(LinearSolver newSolver) {
        return new Implicit<>(name, equation, tolerance, newSolver, tested);
    }

    /**
     * Returns the solution for parameters, traced if and only if they, or what the equation captures, are.
     *
     * <p>Where ∂F/∂x is singular or not finite the solution has no derivative: the sweep that asks for it throws an {@link
     * ArithmeticException}.
     *
     * @param solver what finds the solution; it is given the parameters as constants, and called once for all derivatives
     * @throws IllegalArgumentException if what the solver returns is null, has another shape than the equation, or is no
     *     solution; then the message has the residual
     */
    public Tensor solve(Function<P, Tensor> solver, P parameters) {
        Structure<P> form = Structure.of(parameters);
        List<Tensor> arguments = form.tensors("the parameters", parameters);
        Tensor x = given("the solver of " + name, solver.apply(form.with(constants(arguments))))
                .detach();
        Linearization at = linearization(form, x, arguments);
        requireSolution(x, at.value().detach(), at);
        List<Tensor> inputs = new ArrayList<>(arguments);
        inputs.addAll(at.captured());
        int arity = arguments.size();
        CustomFunction function = CustomFunction.of(name, in -> {
                    requireUnchanged(in.subList(arity, in.size()), inputs.subList(arity, inputs.size()));
                    return unchanged(in, inputs)
                            ? x
                            : solve(solver, form.with(in.subList(0, arity))).detach();
                })
                .vjp((g, in, y) -> pull(form, g, in, y, arity))
                .jvp((t, in, y) -> push(form, t, in, y, arity));
        boolean several = linearSolver == null || linearSolver instanceof LinearSolver.Block;
        return (several ? function.carryingDirections() : function).apply(inputs.toArray(new Tensor[0]));
    }

    private static boolean unchanged(List<Tensor> in, List<Tensor> before) {
        boolean same = true;
        for (int k = 0; k < in.size(); k++) {
            same &= in.get(k).storage() == before.get(k).storage();
        }
        return same;
    }

    /** A replay, or a check of the call alone, can hand the solver other parameters, but not what it captured for itself. */
    private void requireUnchanged(List<Tensor> captured, List<Tensor> before) {
        if (!unchanged(captured, before)) {
            throw new IllegalArgumentException("the solver of " + name + " cannot be called again with other values of"
                    + " what the equation captured: pass them as parameters");
        }
    }

    private static List<Tensor> constants(List<Tensor> tensors) {
        return tensors.stream().map(Tensor::detach).toList();
    }

    /** Returns F at a point, as a function of x, of the parameters and of what it captures, in this order. */
    private Linearization linearization(Structure<P> form, Tensor x, List<Tensor> parameters) {
        List<Tensor> point = new ArrayList<>(List.of(x));
        point.addAll(parameters);
        Linearization at =
                Linearization.capturing(in -> equation.apply(in.get(0), form.with(in.subList(1, in.size()))), point);
        if (!at.value().shape().equals(x.shape())) {
            throw new IllegalArgumentException(name + " needs as many equations as unknowns: for x of shape "
                    + x.shape() + " the equation has shape " + at.value().shape());
        }
        return at;
    }

    /** Refuses a point that a Newton step would move too far, or whose residual is too large if there is no such step. */
    private void requireSolution(Tensor x, Tensor residual, Linearization at) {
        if (tested || x.size() == 0) {
            return;
        }
        double size = largest(residual);
        double distance = size;
        String step = "";
        if (linearSolver == null && size > 0 && Double.isFinite(size)) {
            try {
                distance = largest(eliminate(matrix(at, x), residual));
                step = " and a Newton step would move x by " + distance;
            } catch (ArithmeticException noStep) {
                step = " and ∂F/∂x is singular or not finite there";
            }
        }
        double allowed = tolerance * (1 + largest(x));
        if (!(Double.isFinite(size) && distance <= allowed)) {
            throw new IllegalArgumentException(
                    "what the solver of " + name + " returned is no solution: the residual is "
                            + size + step + ", where " + allowed + " is allowed, the tolerance " + tolerance
                            + " times 1 + |x|; let the solver go on, or allow more by tolerance(..)");
        }
    }

    private static double largest(Tensor x) {
        return x.abs().max().item();
    }

    /** With Jᵀw = -g for J = ∂F/∂x, the cotangents of the parameters are (∂F/∂θ)ᵀw. */
    private List<Tensor> pull(Structure<P> form, Tensor g, List<Tensor> in, Tensor y, int arity) {
        List<Tensor> parameters = in.subList(0, arity);
        Linearization at = linearization(form, y, parameters);
        Tensor w = linearSolver == null
                ? eliminate(matrix(at, y).transpose(), g.neg())
                : iterate(form, g.neg(), parameters, y, true);
        return at.pull(w).subList(1, 1 + in.size());
    }

    private Tensor push(Structure<P> form, List<Tensor> t, List<Tensor> in, Tensor y, int arity) {
        List<Tensor> parameters = in.subList(0, arity);
        Linearization at = linearization(form, y, parameters);
        List<Tensor> tangents = new ArrayList<>();
        int lead = t.get(0).rank() - in.get(0).rank();
        tangents.add(Tensor.zeros(t.get(0).shape().lead(lead, y.shape())));
        tangents.addAll(t);
        Tensor moved = at.push(tangents).neg();
        return linearSolver == null ? eliminate(matrix(at, y), moved) : iterate(form, moved, parameters, y, false);
    }

    /** Returns ∂F/∂x as a matrix, [n, n], found by one sweep with n directions. */
    private static Tensor matrix(Linearization at, Tensor x) {
        int n = x.size();
        int[] seeds = new int[x.rank() + 1];
        seeds[0] = n;
        System.arraycopy(x.shape().toArray(), 0, seeds, 1, x.rank());
        return at.pull(Tensor.eye(n).reshape(seeds)).get(0).reshape(n, n);
    }

    /** Returns the solution for a right side of any shape, or for several along a first axis. */
    private Tensor eliminate(Tensor matrix, Tensor b) {
        int n = matrix.dim(0);
        try {
            Tensor columns = b.size() == n ? b.reshape(n, 1) : b.reshape(-1, n).transpose();
            return matrix.solve(columns).transpose().reshape(b.shape());
        } catch (ArithmeticException e) {
            throw new ArithmeticException(
                    "the solution of " + name + " has no derivative: ∂F/∂x is singular there, so that "
                            + "it is not isolated (" + e.getMessage() + ")");
        } catch (IllegalArgumentException e) {
            throw new ArithmeticException("the solution of " + name + " has no derivative: ∂F/∂x is not finite there ("
                    + e.getMessage() + ")");
        }
    }

    /**
     * Returns the solution of the system with ∂F/∂x, or its transpose: itself the solution of an equation, in parameters, x
     * and right side, so that it has derivatives of every order.
     */
    private Tensor iterate(Structure<P> form, Tensor b, List<Tensor> parameters, Tensor y, boolean transposed) {
        int n = parameters.size();
        List<Tensor> all = new ArrayList<>(parameters);
        all.addAll(Arrays.asList(y, b));
        Function<List<Tensor>, UnaryOperator<Tensor>> matrix = p -> {
            Differential<Tensor, Tensor> at =
                    Derivatives.linearize(z -> equation.apply(z, form.with(p.subList(0, n))), p.get(n));
            return transposed ? at::pull : at::push;
        };
        LinearSolver solver = Objects.requireNonNull(linearSolver);
        LinearSolver again = solver instanceof LinearSolver.Block block ? ofBlocks(block, y.shape()) : solver;
        return new Implicit<List<Tensor>>(
                        name, (v, p) -> matrix.apply(p).apply(v).sub(p.get(n + 1)), tolerance, again, true)
                .solve(p -> solved(again, matrix.apply(p), p.get(n + 1)), all);
    }

    /**
     * Returns the solver for right sides that are themselves several of the shape of x, along axes in front: those of the
     * derivatives of several solutions.
     */
    private static LinearSolver.Block ofBlocks(LinearSolver.Block solver, Shape x) {
        return (a, b) -> {
            int[] whole = b.shape().toArray();
            int[] flat = Shape.of(b.size() / x.size()).append(x).toArray();
            return solver.solveAll(v -> a.apply(v.reshape(whole)).reshape(flat), b.reshape(flat))
                    .reshape(whole);
        };
    }

    /** Returns what the linear solver finds, which is held against the right side, whatever its scale. */
    private Tensor solved(LinearSolver solver, UnaryOperator<Tensor> matrix, Tensor b) {
        double scale = b.size() == 0 ? 0 : largest(b);
        if (scale == 0) {
            return b;
        }
        if (!Double.isFinite(scale)) {
            // no iteration would end
            return b.mul(Double.NaN);
        }
        UnaryOperator<Tensor> product = v -> matrix.apply(v).detach();
        Tensor v = given("the LinearSolver of " + name, solver.solve(product, b));
        if (!v.shape().equals(b.shape())) {
            throw new IllegalArgumentException("the LinearSolver of " + name
                    + " must return the shape of the right side, " + b.shape() + ", but returned " + v.shape());
        }
        double residual = largest(product.apply(v).sub(b));
        double allowed = tolerance * scale;
        if (!(residual <= allowed)) {
            throw new IllegalArgumentException(
                    "what the LinearSolver of " + name + " returned is no solution: the residual is "
                            + residual + ", where " + allowed + " is allowed, the tolerance " + tolerance
                            + " times the right side; let it go on, or allow more by tolerance(..)");
        }
        return v;
    }

    /** Returns the kind of problem. */
    @Override
    public String toString() {
        return name;
    }
}
