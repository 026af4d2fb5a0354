package org.retrograd.autograd.tensor;

/**
 * The operation at the leaves of a graph: what one differentiates by.
 *
 * <p>A <em>free</em> variable is made by the user and has no input; {@code backward} differentiates by all of them. The
 * <em>scoped</em> variables of one transform share one object of this class; each copies an argument, to which it stays
 * linked if the argument is itself traced, so that an enclosing differentiation passes through it as through an identity.
 */
final class Variable extends Identity {
    /** Whether a transform made it for its argument. */
    final boolean scoped;

    /** The smallest id that a scoped variable or anything computed from it can have. */
    final long oldest;

    private Variable(boolean scoped, long oldest) {
        this.scoped = scoped;
        this.oldest = oldest;
    }

    static Variable free() {
        return new Variable(false, 0);
    }

    static Variable scope() {
        return new Variable(true, Tensor.nextId());
    }

    /** Returns a variable of this kind with the value of {@code source}. */
    Tensor of(Tensor source) {
        Tensor[] in = scoped && source.op != null ? new Tensor[] {source} : Tensor.NONE;
        return new Tensor(source.shape, source.data, this, in, source.origin);
    }

    @Override
    boolean knowsSecond(Tensor[] in) {
        return true;
    }

    /** Whether a value may depend on variables of this kind: it is traced, and no older than they are. */
    boolean reaches(Tensor value) {
        return value.op != null && value.id >= oldest;
    }

    @Override
    public String name() {
        return "variable";
    }
}
