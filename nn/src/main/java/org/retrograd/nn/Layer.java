package org.retrograd.nn;

import java.util.List;
import org.retrograd.autograd.tensor.Tensor;

/**
 * A function of a tensor that has parameters.
 *
 * <p>A layer of one's own is written in tensor methods and needs no derivative:
 *
 * <pre>{@code
 * record Scale(Parameter factor) implements Layer {
 *     public Tensor apply(Tensor x) { return x.mul(factor.get()); }
 *     public List<Parameter> parameters() { return List.of(factor); }
 *     public Layer frozen() { return new Scale(factor.frozen()); }
 *     public String name() { return "scale"; }
 * }
 * }</pre>
 */
public interface Layer {
    /** Returns the value of the function at {@code x}, whose last axis holds the features unless the layer says otherwise. */
    Tensor apply(Tensor x);

    /** Returns what training may change, each parameter once; a frozen layer has none. */
    List<Parameter> parameters();

    /** Returns the same function over the present values of the parameters as constants: it records nothing. */
    Layer frozen();

    /** Returns the name, by which messages call the layer. */
    String name();
}
