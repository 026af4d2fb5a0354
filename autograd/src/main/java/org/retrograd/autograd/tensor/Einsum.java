package org.retrograd.autograd.tensor;

import static org.retrograd.autograd.tensor.Definition.call;
import static org.retrograd.autograd.tensor.Definition.real;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.retrograd.autograd.array.Shape;

/**
 * Sums of products given by subscripts, Einstein's convention as NumPy writes it: {@code ij,jk->ik}.
 *
 * <p>A composition: repeated subscripts of one operand take its diagonal, those that nobody else has are summed, and what is
 * left is contracted in pairs, each a matrix product of permuted operands, the pair with the smallest result first.
 */
final class Einsum {
    private final String text;

    /** The length of each subscript. Axes of an ellipsis are subscripts, too: -1 for the last, -2 for the one before it. */
    private final Map<Integer, Integer> lengths = new LinkedHashMap<>();

    /** A tensor and the subscript of each of its axes. */
    private record Term(Tensor tensor, List<Integer> subscripts) {}

    private Einsum(String text) {
        this.text = text;
    }

    static final Definition EINSUM = Definition.of(
            "einsum",
            "The sum of products of entries that subscripts say, as NumPy's einsum.",
            call("einsum(\"ij,jk->ik\", x, y)", real(2, 3), real(3, 2), (x, y) -> Tensor.einsum("ij,jk->ik", x, y)),
            call("einsum(\"ii->i\", x)", real(3, 3), x -> Tensor.einsum("ii->i", x)),
            call("einsum(\"ii\", x)", real(3, 3), x -> Tensor.einsum("ii", x)),
            call("einsum(\"iii\", x)", real(2, 2, 2), x -> Tensor.einsum("iii", x)),
            call("einsum(\"iij,ijj\", x, y)", real(2, 2, 3), real(2, 3, 3), (x, y) -> Tensor.einsum("iij,ijj", x, y)),
            call("einsum(\"...ij->...ji\", x)", real(2, 2, 3), x -> Tensor.einsum("...ij->...ji", x)),
            call(
                    "einsum(\"...ij,...j->...i\", x, y), broadcast",
                    real(2, 1, 2, 3),
                    real(2, 3),
                    (x, y) -> Tensor.einsum("...ij,...j->...i", x, y)),
            call(
                    "einsum(\"bi,ijk,bk->bj\", x, y, x)",
                    real(2, 2),
                    real(2, 3, 2),
                    (x, y) -> Tensor.einsum("bi,ijk,bk->bj", x, y, x)),
            call("einsum(\"i,j->ij\", x, y)", real(2), real(3), (x, y) -> Tensor.einsum("i,j->ij", x, y)),
            call("einsum(\"ij,ij\", x, y)", real(2, 2), real(2, 2), (x, y) -> Tensor.einsum("ij,ij", x, y)));

    static Tensor einsum(String subscripts, Tensor... operands) {
        return new Einsum(subscripts).of(operands);
    }

    private Tensor of(Tensor[] operands) {
        String written = text.replace(" ", "");
        int arrow = written.indexOf("->");
        String[] inputs = (arrow < 0 ? written : written.substring(0, arrow)).split(",", -1);
        if (inputs.length != operands.length || operands.length == 0) {
            throw new IllegalArgumentException(
                    "einsum \"" + text + "\" is for " + inputs.length + " operands, but got " + operands.length);
        }
        List<Term> terms = new ArrayList<>();
        for (int k = 0; k < operands.length; k++) {
            terms.add(diagonals(new Term(operands[k], subscripts(inputs[k], operands[k].shape, k))));
        }
        List<Integer> output = arrow < 0 ? implicitOutput(inputs) : explicitOutput(written.substring(arrow + 2));
        for (int k = 0; k < terms.size(); k++) {
            terms.set(k, withoutRepeated(terms.get(k)));
            terms.set(k, summed(terms.get(k), needed(output, terms, k, k)));
        }
        while (terms.size() > 1) {
            contractCheapest(terms, output);
        }
        return permuted(terms.get(0), output);
    }

    /** Returns the subscripts of an operand's axes, and notes their lengths. */
    private List<Integer> subscripts(String letters, Shape shape, int operand) {
        int dots = letters.indexOf("...");
        requireLetters(letters, dots);
        int named = dots < 0 ? letters.length() : letters.length() - 3;
        if (dots < 0 ? shape.rank() != named : shape.rank() < named) {
            throw new IllegalArgumentException("einsum \"" + text + "\" needs " + (dots < 0 ? "" : "at least ") + named
                    + " axes for \"" + letters + "\", but operand " + operand + " has shape " + shape);
        }
        List<Integer> found = new ArrayList<>();
        for (int at = 0; at < letters.length(); at++) {
            if (at == dots) {
                for (int axis = shape.rank() - named; axis > 0; axis--) {
                    found.add(-axis);
                }
                at += 2;
            } else {
                found.add((int) letters.charAt(at));
            }
        }
        for (int axis = 0; axis < found.size(); axis++) {
            note(found.get(axis), shape.dim(axis), operand, shape);
        }
        return found;
    }

    /** Refuses what is no letter, but for the one ellipsis at {@code dots}. */
    private void requireLetters(String letters, int dots) {
        for (int at = 0; at < letters.length(); at++) {
            char letter = letters.charAt(at);
            boolean inEllipsis = dots >= 0 && at >= dots && at < dots + 3;
            if (!inEllipsis && !Character.isLetter(letter)) {
                throw new IllegalArgumentException("einsum \"" + text + "\" has the subscript '" + letter
                        + "': subscripts are letters, and one ellipsis \"...\" an operand");
            }
        }
    }

    private void note(int subscript, int length, int operand, Shape shape) {
        Integer known = lengths.putIfAbsent(subscript, length);
        if (known == null || known == length) {
            return;
        }
        if (subscript < 0 && (known == 1 || length == 1)) {
            lengths.put(subscript, known * length);
            return;
        }
        throw new IllegalArgumentException("einsum \"" + text + "\" has " + name(subscript) + " of length " + known
                + " and, in operand " + operand + " of shape " + shape + ", of length " + length);
    }

    private static String name(int subscript) {
        return subscript < 0 ? "the ellipsis' axis " + subscript : "subscript '" + (char) subscript + "'";
    }

    private List<Integer> explicitOutput(String letters) {
        int dots = letters.indexOf("...");
        requireLetters(letters, dots);
        List<Integer> output = new ArrayList<>();
        for (int at = 0; at < letters.length(); at++) {
            if (at == dots) {
                output.addAll(ellipsis());
                at += 2;
                continue;
            }
            int subscript = letters.charAt(at);
            if (!lengths.containsKey(subscript) || output.contains(subscript)) {
                throw new IllegalArgumentException("einsum \"" + text + "\" has subscript '" + (char) subscript
                        + (output.contains(subscript) ? "' twice in its result" : "' in its result but in no operand"));
            }
            output.add(subscript);
        }
        if (dots < 0 && !ellipsis().isEmpty()) {
            throw new IllegalArgumentException(
                    "einsum \"" + text + "\" has an ellipsis in its operands, so its result needs one, too");
        }
        return output;
    }

    /** Returns the axes of the ellipsis, then the subscripts that occur once, in alphabetical order. */
    private List<Integer> implicitOutput(String[] inputs) {
        List<Integer> output = ellipsis();
        String all = String.join("", inputs).replace(".", "");
        all.chars()
                .sorted()
                .filter(letter -> all.indexOf(letter) == all.lastIndexOf(letter))
                .forEach(output::add);
        return output;
    }

    private List<Integer> ellipsis() {
        return new ArrayList<>(
                lengths.keySet().stream().filter(s -> s < 0).sorted().toList());
    }

    /** Takes the diagonal of axes with the same subscript, until none is left. */
    private static Term diagonals(Term term) {
        Term result = term;
        for (int first = 0; first < result.subscripts.size(); first++) {
            int subscript = result.subscripts.get(first);
            int last = result.subscripts.lastIndexOf(subscript);
            if (last > first) {
                List<Integer> rest = new ArrayList<>(result.subscripts);
                rest.remove(last);
                rest.remove(first);
                rest.add(subscript);
                Tensor moved = result.tensor.moveAxis(last, -1).moveAxis(first, -2);
                result = new Term(moved.diagonal(), rest);
                first = -1;
            }
        }
        return result;
    }

    /** Takes away axes of length 1 that an ellipsis repeats to the length that others have. */
    private Term withoutRepeated(Term term) {
        Tensor tensor = term.tensor;
        List<Integer> left = new ArrayList<>();
        int[] repeated = new int[term.subscripts.size()];
        int count = 0;
        for (int axis = 0; axis < term.subscripts.size(); axis++) {
            if (tensor.dim(axis) == lengths.getOrDefault(term.subscripts.get(axis), 1)) {
                left.add(term.subscripts.get(axis));
            } else {
                repeated[count++] = axis;
            }
        }
        return new Term(tensor.squeeze(Arrays.copyOf(repeated, count)), left);
    }

    /** Returns the subscripts that the output or terms other than two given ones have. */
    private static Set<Integer> needed(List<Integer> output, List<Term> terms, int a, int b) {
        Set<Integer> needed = new LinkedHashSet<>(output);
        for (int k = 0; k < terms.size(); k++) {
            if (k != a && k != b) {
                needed.addAll(terms.get(k).subscripts);
            }
        }
        return needed;
    }

    private static Term summed(Term term, Set<Integer> needed) {
        List<Integer> kept = new ArrayList<>();
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < term.subscripts.size(); axis++) {
            if (needed.contains(term.subscripts.get(axis))) {
                kept.add(term.subscripts.get(axis));
            } else {
                axes.add(axis);
            }
        }
        return axes.isEmpty()
                ? term
                : new Term(term.tensor.sum(axes.stream().mapToInt(axis -> axis).toArray()), kept);
    }

    private void contractCheapest(List<Term> terms, List<Integer> output) {
        int bestA = 0;
        int bestB = 1;
        double best = Double.POSITIVE_INFINITY;
        for (int a = 0; a < terms.size(); a++) {
            for (int b = a + 1; b < terms.size(); b++) {
                Set<Integer> result = new LinkedHashSet<>(terms.get(a).subscripts);
                result.addAll(terms.get(b).subscripts);
                result.retainAll(needed(output, terms, a, b));
                double size = size(result) - size(terms.get(a).subscripts) - size(terms.get(b).subscripts);
                if (size < best) {
                    best = size;
                    bestA = a;
                    bestB = b;
                }
            }
        }
        Set<Integer> needed = needed(output, terms, bestA, bestB);
        Term b = terms.remove(bestB);
        Term a = terms.remove(bestA);
        terms.add(contracted(a, b, needed));
    }

    private double size(Iterable<Integer> subscripts) {
        double size = 1;
        for (int subscript : subscripts) {
            size *= lengths.getOrDefault(subscript, 1);
        }
        return size;
    }

    /** Returns the product as a batch of matrix products: [batch, a's own, shared] by [batch, shared, b's own]. */
    private Term contracted(Term a, Term b, Set<Integer> needed) {
        List<Integer> batch = new ArrayList<>();
        List<Integer> shared = new ArrayList<>();
        List<Integer> ownA = new ArrayList<>(a.subscripts);
        List<Integer> ownB = new ArrayList<>(b.subscripts);
        ownA.removeAll(b.subscripts);
        ownB.removeAll(a.subscripts);
        for (int subscript : a.subscripts) {
            if (b.subscripts.contains(subscript)) {
                (needed.contains(subscript) ? batch : shared).add(subscript);
            }
        }
        List<Integer> subscripts = new ArrayList<>(batch);
        subscripts.addAll(ownA);
        subscripts.addAll(ownB);
        if (!batch.isEmpty() && ownA.isEmpty() && ownB.isEmpty()) {
            // products of single numbers, not of matrices
            subscripts.addAll(shared);
            Tensor products = permuted(a, subscripts).mul(permuted(b, subscripts));
            return summed(new Term(products, subscripts), Set.copyOf(batch));
        }
        Tensor left = blocks(a, batch, ownA, shared);
        Tensor right = blocks(b, batch, shared, ownB);
        int[] dims = subscripts.stream().mapToInt(lengths::get).toArray();
        return new Term(left.matmul(right).reshape(dims), subscripts);
    }

    /** Returns a term with its axes in three groups, each as one axis. */
    private Tensor blocks(Term term, List<Integer> first, List<Integer> second, List<Integer> third) {
        List<Integer> order = new ArrayList<>(first);
        order.addAll(second);
        order.addAll(third);
        return permuted(term, order).reshape((int) size(first), (int) size(second), (int) size(third));
    }

    private static Tensor permuted(Term term, List<Integer> order) {
        return term.subscripts.equals(order)
                ? term.tensor
                : term.tensor.permute(
                        order.stream().mapToInt(term.subscripts::indexOf).toArray());
    }
}
