package org.retrograd.autograd.tensor;

/**
 * Which triangle of a matrix is read, and how: {@code Triangle.LOWER.transposed()}.
 *
 * @param upper whether the entries above the diagonal are read, not those below it
 * @param transpose whether it stands for its transpose, which is a matrix of the other kind
 * @param unit whether the diagonal is taken to be 1, without being read
 */
public record Triangle(boolean upper, boolean transpose, boolean unit) {
    /** The diagonal and what is below it. */
    public static final Triangle LOWER = new Triangle(false, false, false);

    /** The diagonal and what is above it. */
    public static final Triangle UPPER = new Triangle(true, false, false);

    /** Returns the same triangle, standing for its transpose. */
    public Triangle transposed() {
        return new Triangle(upper, !transpose, unit);
    }

    /** Returns the same triangle with a diagonal of ones. */
    public Triangle unitDiagonal() {
        return new Triangle(upper, transpose, true);
    }

    /** Returns the entries of a matrix that are read, 0 elsewhere. */
    Tensor of(Tensor matrix) {
        int offset = unit ? 1 : 0;
        return upper ? matrix.triu(offset) : matrix.tril(-offset);
    }
}
