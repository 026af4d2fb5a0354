package org.retrograd.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page of documentation, taken apart.
 *
 * @param file where it is
 * @param blocks its fenced blocks, in order
 * @param prose what is outside of them
 */
record MarkdownPage(Path file, List<Block> blocks, String prose) {
    private static final Pattern SOURCE = Pattern.compile("<!-- (?:from|output of): (\\S+) -->");

    /**
     * A fenced block.
     *
     * @param language the word after the fence
     * @param text its lines
     * @param line the number of its first line
     * @param source the file it is said to be quoted from, or the example that prints it; null if none
     */
    record Block(
            String language,
            String text,
            int line,
            @Nullable String source) {
        boolean isProgram() {
            return language.equals("java") && source == null;
        }
    }

    static MarkdownPage read(Path file) throws IOException {
        List<Block> blocks = new ArrayList<>();
        StringBuilder prose = new StringBuilder();
        StringBuilder text = new StringBuilder();
        String language = null;
        String source = null;
        int start = 0;
        List<String> lines = Files.readAllLines(file);
        for (int k = 0; k < lines.size(); k++) {
            String line = lines.get(k);
            if (line.startsWith("```")) {
                if (language == null) {
                    language = line.substring(3).strip();
                    start = k + 2;
                } else {
                    blocks.add(new Block(language, text.toString(), start, source));
                    language = null;
                    source = null;
                    text.setLength(0);
                }
            } else if (language != null) {
                text.append(line).append('\n');
            } else {
                prose.append(line).append('\n');
                Matcher from = SOURCE.matcher(line);
                source = from.matches() ? from.group(1) : source;
            }
        }
        return new MarkdownPage(file, List.copyOf(blocks), prose.toString());
    }

    /** Returns the text block that comes next after a block of code; null if another kind of block comes next. */
    @Nullable
    Block shownAfter(Block code) {
        int next = blocks.indexOf(code) + 1;
        return next < blocks.size() && blocks.get(next).language().equals("text") ? blocks.get(next) : null;
    }

    /** Returns the names under which the headings can be linked to. */
    List<String> anchors() {
        return prose.lines()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("^#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    /** Returns text whose lines start at the margin, so that quotations need not keep indents. */
    static String withoutIndents(String text) {
        return text.replaceAll("(?m)^[ \t]+", "");
    }
}
