package org.retrograd.autograd.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.retrograd.autograd.tensor.Attention.attention;
import static org.retrograd.autograd.tensor.Attention.causalAttention;
import static org.retrograd.autograd.tensor.Attention.multiHeadAttention;
import static org.retrograd.autograd.tensor.Normalisations.batchNorm;
import static org.retrograd.autograd.tensor.Normalisations.layerNorm;
import static org.retrograd.autograd.tensor.Normalisations.rmsNorm;
import static org.retrograd.autograd.tensor.Regularisation.dropout;

import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Values of normalisation, attention and dropout, and the errors. */
class NeuralFunctionsTest {
    private static Tensor normal(long seed, int... shape) {
        return Tensor.normal(new SplittableRandom(seed), shape);
    }

    private static void near(Tensor expected, Tensor actual) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toArray()).containsExactly(expected.toArray(), within(1e-14));
    }

    private static void refuses(ThrowingCallable mistake, String message) {
        assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void rowsAreNormalisedToMeanZeroAndVarianceOne() {
        Tensor y = layerNorm(normal(1, 4, 7).mul(5).add(100), 0, -1);
        near(Tensor.zeros(4), y.mean(1));
        near(Tensor.ones(4), y.variance(0, 1));
        near(Tensor.ones(4), rmsNorm(normal(2, 4, 7), 0, 1).square().mean(1));
        near(
                Tensor.of(-1, 1).div(Math.sqrt(5)),
                layerNorm(Tensor.of(1, 3), 4, 0).mul(1));
    }

    @Test
    void channelsAreNormalisedOverAllElse() {
        Tensor x = normal(3, 5, 3, 2, 2);
        Tensor y = batchNorm(x, 0.1, 1);
        Tensor rows = x.moveAxis(1, 0).reshape(3, 20);
        near(layerNorm(rows, 0.1, 1), y.moveAxis(1, 0).reshape(3, 20));
        near(y, batchNorm(x, 0.1, -3));
    }

    @Test
    void aLargeOffsetDoesNotSpoilTheVariance() {
        Tensor x = Tensor.of(1, 2, 4, 8);
        near(layerNorm(x, 0, 0), layerNorm(x.add(0x1p40), 0, 0));
    }

    @Test
    void normalisationsRefuse() {
        refuses(
                () -> batchNorm(Tensor.zeros(1, 3), 1e-5, 1),
                "batchNorm needs at least 2 entries for each channel, but shape [1, 3] gives 1 along the axes other "
                        + "than 1: take larger batches, or the statistics of earlier ones");
        refuses(
                () -> batchNorm(Tensor.zeros(0, 3), 1e-5, 1),
                "batchNorm needs at least 2 entries for each channel, but shape [0, 3] gives 0 along the axes other "
                        + "than 1: take larger batches, or the statistics of earlier ones");
        refuses(
                () -> layerNorm(Tensor.zeros(2), -1, 0),
                "layerNorm needs a finite epsilon of at least 0, but got -1.0; 1e-5 is usual");
        refuses(
                () -> rmsNorm(Tensor.zeros(2), Double.NaN, 0),
                "rmsNorm needs a finite epsilon of at least 0, but got NaN; 1e-5 is usual");
        refuses(
                () -> layerNorm(Tensor.zeros(2), 1),
                "layerNorm needs at least one axis to normalise over, but got none for shape [2]; -1 is the last one");
        refuses(
                () -> layerNorm(Tensor.zeros(2, 0), 1, 1),
                "layerNorm of no entries does not exist: shape [2, 0] is empty along axes [-1] (counted from the end)");
        assertThat(layerNorm(Tensor.zeros(0, 2), 1, 1).shape()).hasToString("[0, 2]");
    }

    @Test
    void attentionIsAMeanOfTheValues() {
        // a query that matches no key better than another takes the plain mean, one that matches one key by far its
        // value
        Tensor keys = Tensor.of(1, 0, 0, 1).reshape(2, 2);
        Tensor values = Tensor.of(10, 20, 30, 50, 60, 70).reshape(2, 3);
        Tensor y = attention(Tensor.of(0, 0, 0, 5000).reshape(2, 2), keys, values);
        assertThat(y.toArray()).containsExactly(30, 40, 50, 50, 60, 70);
        // by hand: scores (1, 0) / sqrt(2)
        double e = StrictMath.exp(1 / Math.sqrt(2));
        near(
                Tensor.of((10 * e + 50) / (e + 1)).reshape(1, 1),
                attention(Tensor.of(1, 0).reshape(1, 2), keys, values.slice(1, 0, 1)));
    }

    @Test
    void aMaskHidesKeysAndBroadcasts() {
        Tensor q = normal(1, 2, 3, 4);
        Tensor k = normal(2, 2, 5, 4);
        Tensor v = normal(3, 2, 5, 6);
        Mask firstThree = Mask.of(true, true, true, false, false).reshape(1, 5);
        Tensor expected = attention(q, k.slice(1, 0, 3), v.slice(1, 0, 3));
        refuses(
                () -> attention(q, k, v, firstThree),
                "attention needs a mask [.., queries, keys] that broadcasts to the scores [2, 3, 5], but got [1, 5]");
        Mask each = firstThree.or(Mask.of(false, false, false).reshape(3, 1));
        near(expected, attention(q, k, v, each));
        near(expected, attention(q, k, v, each.reshape(1, 3, 5)));
        near(multiHeadAttention(q, k, v, 2, each), multiHeadAttention(q, k, v, 2, each.reshape(1, 3, 5)));
        near(multiHeadAttention(q, k.slice(1, 0, 3), v.slice(1, 0, 3), 2), multiHeadAttention(q, k, v, 2, each));
    }

    @Test
    void causalAttentionSeesNothingThatComesLater() {
        Tensor x = normal(4, 4, 3);
        Tensor y = causalAttention(x, x, x);
        near(x.slice(0, 0, 1), y.slice(0, 0, 1));
        for (int n = 1; n <= 4; n++) {
            Tensor past = x.slice(0, 0, n);
            near(attention(past.slice(0, n - 1, n), past, past), y.slice(0, n - 1, n));
        }
    }

    @Test
    void eachHeadAttendsByItsPartOfTheFeatures() {
        Tensor q = normal(5, 2, 3, 6);
        Tensor v = normal(6, 2, 3, 4);
        Tensor expected = Tensor.concat(
                -1,
                attention(q.slice(-1, 0, 3), q.slice(-1, 0, 3), v.slice(-1, 0, 2)),
                attention(q.slice(-1, 3, 6), q.slice(-1, 3, 6), v.slice(-1, 2, 4)));
        near(expected, multiHeadAttention(q, q, v, 2));
        near(attention(q, q, v), multiHeadAttention(q, q, v, 1));
    }

    @Test
    void attentionRefuses() {
        Tensor q = Tensor.zeros(3, 4);
        refuses(
                () -> attention(q, Tensor.zeros(3, 5), q),
                "attention needs queries [.., n, d], keys [.., m, d] and values [.., m, e] with d of at least 1, but got "
                        + "[3, 4], [3, 5] and [3, 4]");
        refuses(
                () -> attention(q, q, Tensor.zeros(2, 4)),
                "attention needs queries [.., n, d], keys [.., m, d] and values [.., m, e] with d of at least 1, but got "
                        + "[3, 4], [3, 4] and [2, 4]");
        refuses(
                () -> causalAttention(q, Tensor.zeros(2, 4), Tensor.zeros(2, 4)),
                "causalAttention needs a key for each query, but got queries [3, 4] and keys [2, 4]");
        refuses(
                () -> multiHeadAttention(q, q, q, 3),
                "multiHeadAttention needs a number of heads that divides the features, but got 3 heads for queries [3, 4] "
                        + "and values [3, 4]");
    }

    @Test
    void theSameKeyDropsTheSameEntries() {
        Tensor x = normal(7, 1000).add(10);
        Tensor y = dropout(x, 0.3, 5);
        assertThat(y.sameAs(dropout(x, 0.3, 5))).isTrue();
        assertThat(y.sameAs(dropout(x, 0.3, 6))).isFalse();
        int kept = y.ne(0).count();
        assertThat(kept).isBetween(650, 750);
        near(Tensor.where(y.ne(0), x.div(0.7), Tensor.scalar(0)), y);
        assertThat(dropout(x, 0, 5)).isSameAs(x);
        refuses(
                () -> dropout(x, 1.5, 5),
                "dropout needs a rate from 0 (nothing is dropped) to 1 (everything is), but got 1.5");
        refuses(
                () -> dropout(x, Double.NaN, 5),
                "dropout needs a rate from 0 (nothing is dropped) to 1 (everything is), but got NaN");
    }
}
