package org.retrograd.examples;

import java.util.ArrayList;
import java.util.List;
import org.retrograd.autograd.tensor.Tensor;

/** Pictures of 8 x 8 pixels as text, two characters to a pixel. */
final class Picture {
    private static final int SIZE = 8;
    private static final String INK = " .o#";
    private static final String SIGNED = "=- +#";
    private static final String GAP = "   ";

    private Picture() {}

    /** Returns the lines of a scan with pixels from 0 (paper) to 1 (ink). */
    static List<String> ofScan(Tensor pixels) {
        return lines(pixels.toArray(), value -> shade(INK, value));
    }

    /** Returns the lines of weights: {@code #} and {@code +} for positive ones, {@code =} and {@code -} for negative ones. */
    static List<String> ofWeights(Tensor weights) {
        double largest = weights.normInf().item();
        return lines(weights.toArray(), value -> shade(SIGNED, 0.5 + value / largest / 2));
    }

    /** Returns pictures side by side. */
    static List<String> beside(List<List<String>> pictures) {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < SIZE; row++) {
            StringBuilder line = new StringBuilder();
            for (List<String> picture : pictures) {
                line.append(GAP).append(picture.get(row));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Which character stands for a value. */
    private interface Shade {
        char of(double value);
    }

    private static char shade(String shades, double value) {
        return shades.charAt((int) Math.min(shades.length() - 1, value * shades.length()));
    }

    private static List<String> lines(double[] pixels, Shade shade) {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < SIZE; row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < SIZE; column++) {
                char c = shade.of(pixels[row * SIZE + column]);
                line.append(c).append(c);
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
