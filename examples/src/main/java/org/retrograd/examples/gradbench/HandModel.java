package org.retrograd.examples.gradbench;

/**
 * The model of a hand: bones that move the vertices of a surface.
 *
 * @param parents the bone that each hangs on, which comes before it; -1 for the root
 * @param baseRelatives where each bone lies relative to its parent, as homogeneous matrices
 * @param inverseBaseAbsolutes the inverses of where each bone lies at rest
 * @param basePositions the vertices at rest, in homogeneous coordinates
 * @param weights how much each bone moves each vertex, [vertices, bones]
 * @param triangles the vertices of each triangle
 * @param mirrored whether the hand is the other one
 */
record HandModel(
        int[] parents,
        double[][][] baseRelatives,
        double[][][] inverseBaseAbsolutes,
        double[][] basePositions,
        double[][] weights,
        int[][] triangles,
        boolean mirrored) {

    /** Reads a model from the field of an input. */
    static HandModel of(Input model) {
        double[][] corners = model.matrix("triangles");
        int[][] triangles = new int[corners.length][3];
        for (int t = 0; t < corners.length; t++) {
            for (int corner = 0; corner < 3; corner++) {
                triangles[t][corner] = (int) corners[t][corner];
            }
        }
        return new HandModel(
                model.integers("parents"),
                model.matrices("base_relatives"),
                model.matrices("inverse_base_absolutes"),
                model.matrix("base_positions"),
                model.matrix("weights"),
                triangles,
                model.truth("is_mirrored"));
    }
}
