package org.retrograd.autograd.array;

/**
 * A loop over rows: computes several output entries from entries of several inputs, once for each row.
 *
 * <p>Input j of row r is {@code in[j][start[j] + r * step[j]]}; outputs are written one row after the other.
 */
public interface RowKernel {
    /**
     * Runs the loop.
     *
     * @param rows how many rows to compute
     * @param in the array that holds an input, for each of them
     * @param start where the input of the first row is
     * @param step how far the input of the next row is from there
     * @param out receives the outputs
     */
    void run(int rows, double[][] in, int[] start, int[] step, double[] out);

    /**
     * Runs a loop over storages.
     *
     * @param in the arrays
     * @param widths how many inputs each of them holds in a row, one beside the other
     * @param repeated whether it holds one row, which serves for all
     */
    static void run(RowKernel kernel, int rows, Storage[] in, int[] widths, boolean[] repeated, Storage out) {
        int inputs = 0;
        for (int width : widths) {
            inputs += width;
        }
        double[][] arrays = new double[inputs][];
        int[] start = new int[inputs];
        int[] step = new int[inputs];
        int j = 0;
        for (int k = 0; k < in.length; k++) {
            for (int column = 0; column < widths[k]; column++, j++) {
                arrays[j] = in[k].values;
                start[j] = column;
                step[j] = repeated[k] ? 0 : widths[k];
            }
        }
        kernel.run(rows, arrays, start, step, out.values);
    }
}
