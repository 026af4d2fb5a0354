package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class EinsumTest {
    private static final Tensor A = normal(1, 3, 4);
    private static final Tensor B = normal(2, 4, 5);
    private static final Tensor S = normal(3, 4, 4);

    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static void near(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).abs().max().item()).isLessThan(1e-13);
    }

    @Test
    void isWhatOtherMethodsCompute() {
        near(Tensor.einsum("ij,jk->ik", A, B), A.matmul(B));
        near(Tensor.einsum("ij,jk", A, B), A.matmul(B));
        near(Tensor.einsum("jk,ij", B, A), A.matmul(B));
        near(Tensor.einsum("ij,jk->ki", A, B), A.matmul(B).transpose());
        near(Tensor.einsum("ba", A), A.transpose());
        near(Tensor.einsum("ii", S), S.trace());
        near(Tensor.einsum("ii -> i", S), S.diagonal());
        near(Tensor.einsum("ij->", A), A.sum());
        near(Tensor.einsum("ij->j", A), A.sum(0));
        near(Tensor.einsum("ij,ij->i", A, A), A.square().sum(1));
        near(
                Tensor.einsum(
                        "i,j,k->kij",
                        A.slice(1, 0, 1).squeeze(1),
                        B.slice(1, 0, 1).squeeze(1),
                        Tensor.of(2, 3)),
                A.slice(1, 0, 1)
                        .squeeze(1)
                        .outer(B.slice(1, 0, 1).squeeze(1))
                        .mul(Tensor.of(2, 3).reshape(2, 1, 1)));
        Tensor batch = normal(4, 2, 1, 3, 4);
        near(Tensor.einsum("...ij,...jk->...ik", batch, normal(5, 6, 4, 2)), batch.matmul(normal(5, 6, 4, 2)));
        near(Tensor.einsum("...->...", batch), batch);
        near(Tensor.einsum("...i->...", batch), batch.sum(-1));
        Tensor cube = normal(6, 3, 3, 3);
        Tensor diagonal = Tensor.of(cube.get(0, 0, 0), cube.get(1, 1, 1), cube.get(2, 2, 2));
        near(Tensor.einsum("iii->i", cube), diagonal);
        near(Tensor.einsum("iii", cube), diagonal.sum());
        Tensor iij = cube.moveAxis(2, 0).diagonal().transpose();
        near(Tensor.einsum("iij,ijj", cube, cube), iij.mul(cube.diagonal()).sum());
        near(Tensor.einsum("iji->j", cube), cube.moveAxis(1, 0).diagonal().sum(1));
    }

    @Test
    void axesOfLengthOneOfAnEllipsisAreRepeated() {
        Tensor one = normal(7, 1, 3);
        Tensor two = normal(8, 2, 3);
        near(Tensor.einsum("...i,...i->...i", one, two), one.mul(two));
        near(Tensor.einsum("...i,...i", one, two), one.mul(two).sum(1));
        near(
                Tensor.einsum("...i,...j,...->...ij", one, two, normal(9, 2)),
                one.expandDims(2).mul(two.expandDims(1)).mul(normal(9, 2).reshape(2, 1, 1)));
        near(Tensor.einsum("...i,...i", one, one), one.square().sum(1));
    }

    @Test
    void chainsAreContractedTheCheapWay() {
        // from the left this would hold 300 x 300 numbers, from the right 300 at the most
        Tensor u = normal(7, 300, 2);
        Tensor v = normal(8, 300);
        near(Tensor.einsum("ia,ja,j->i", u, u, v), u.matmul(u.transpose().matmul(v)));
        Tensor y = Tensor.einsum("ia,ja,j->i", Tensor.variable(u), u, v);
        assertThat(ExamplePoint.calls(y))
                .allSatisfy(call -> assertThat(call.size()).isLessThan(1000));
    }

    private static final String LETTERS = ": subscripts are letters, and one ellipsis \"...\" an operand";

    @Test
    void badSubscriptsAreNamed() {
        assertMessage("ij,jk->ik", "einsum \"ij,jk->ik\" is for 2 operands, but got 1", A);
        assertMessage("ijk", "einsum \"ijk\" needs 3 axes for \"ijk\", but operand 0 has shape [3, 4]", A);
        assertMessage(
                "...ijk", "einsum \"...ijk\" needs at least 3 axes for \"...ijk\", but operand 0 has shape [3, 4]", A);
        assertMessage(
                "ij,ij",
                "einsum \"ij,ij\" has subscript 'i' of length 3 and, in operand 1 of shape [4, 5], of length 4",
                A,
                B);
        assertMessage(
                "ii", "einsum \"ii\" has subscript 'i' of length 3 and, in operand 0 of shape [3, 4], of length 4", A);
        assertMessage(
                "...i,...i",
                "einsum \"...i,...i\" has the ellipsis' axis -1 of length 3 and, in operand 1 of shape [2, 4], of length 2",
                A,
                Tensor.ones(2, 4));
        assertMessage("ij->ik", "einsum \"ij->ik\" has subscript 'k' in its result but in no operand", A);
        assertMessage("ij->ii", "einsum \"ij->ii\" has subscript 'i' twice in its result", A);
        assertMessage("i+", "einsum \"i+\" has the subscript '+'" + LETTERS, A);
        for (String dots : List.of("......", "...i...", "..", "....", "ij->......", "ij->.")) {
            assertMessage(dots, "einsum \"" + dots + "\" has the subscript '.'" + LETTERS, A);
        }
        assertMessage("...j->j", "einsum \"...j->j\" has an ellipsis in its operands, so its result needs one, too", A);
    }

    private static void assertMessage(String subscripts, String message, Tensor... operands) {
        assertThatThrownBy(() -> Tensor.einsum(subscripts, operands))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
