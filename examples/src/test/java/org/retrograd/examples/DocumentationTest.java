package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.retrograd.examples.MarkdownPage.Block;

/**
 * What README and docs say is true: their code compiles and prints what they show, quoted source is in the file it is said
 * to be from, and links lead somewhere.
 *
 * <p>The Java blocks of a page are one program, in the order of the page. A text block straight after one is what that block
 * prints. A Java block after a comment {@code <!-- from: FILE -->} is a quotation, in which {@code // ...} stands for what
 * was left out. A text block after {@code <!-- output of: NAME -->} holds lines that the example prints, in that order.
 */
class DocumentationTest {
    private static final Path ROOT = root();
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final String MARK = "---- end of block ----";

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve(".mvn"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static List<MarkdownPage> pages() throws IOException {
        List<MarkdownPage> pages = new ArrayList<>();
        pages.add(MarkdownPage.read(ROOT.resolve("README.md")));
        try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
                pages.add(MarkdownPage.read(file));
            }
        }
        return pages;
    }

    private static List<DynamicTest> eachPage(PageCheck check) throws IOException {
        return pages().stream()
                .map(page ->
                        DynamicTest.dynamicTest(ROOT.relativize(page.file()).toString(), () -> check.run(page)))
                .toList();
    }

    private interface PageCheck {
        void run(MarkdownPage page) throws IOException, InterruptedException;
    }

    @TestFactory
    List<DynamicTest> codePrintsWhatThePageShows(@TempDir Path folder) throws IOException {
        return eachPage(page -> {
            List<Block> program =
                    page.blocks().stream().filter(Block::isProgram).toList();
            if (!program.isEmpty()) {
                Path classes = Files.createTempDirectory(folder, "page");
                compile(page, source(program), classes);
                List<String> printed = List.of(java(classes, "Page").split(Pattern.quote(MARK), -1));
                for (int k = 0; k < program.size(); k++) {
                    Block shown = page.shownAfter(program.get(k));
                    if (shown != null) {
                        assertThat(printed.get(k).strip())
                                .as("%s line %d", page.file(), shown.line())
                                .isEqualTo(shown.text().strip());
                    }
                }
            }
        });
    }

    private static String source(List<Block> program) {
        StringBuilder imports = new StringBuilder();
        StringBuilder body = new StringBuilder();
        for (Block block : program) {
            block.text()
                    .lines()
                    .forEach(line -> (line.startsWith("import ") ? imports : body)
                            .append(line)
                            .append('\n'));
            body.append("System.out.println(\"" + MARK + "\");\n");
        }
        return imports + "public class Page {\npublic static void main(String[] args) throws Exception {\n" + body
                + "}\n}\n";
    }

    private static void compile(MarkdownPage page, String source, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        JavaFileObject unit = new SimpleJavaFileObject(URI.create("string:///Page.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        List<String> options = List.of("-proc:none", "-d", classes.toString(), "-classpath", classPath());
        compiler.getTask(null, null, problems, options, null, List.of(unit)).call();
        assertThat(problems.getDiagnostics().stream()
                        .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                        .map(problem -> source.lines()
                                        .skip(problem.getLineNumber() - 1)
                                        .findFirst()
                                        .orElse("")
                                + "  <- " + problem.getMessage(Locale.ROOT)))
                .as("errors of the compiler in the code of %s", page.file())
                .isEmpty();
    }

    /** Runs a program in its own virtual machine and returns what it printed. */
    private static String java(Path classes, String... program) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Dstdout.encoding=UTF-8",
                "-classpath",
                classes + System.getProperty("path.separator") + classPath()));
        command.addAll(List.of(program));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("exit code; the output was:%n%s", output)
                .isZero();
        return output;
    }

    @TestFactory
    List<DynamicTest> examplesPrintWhatThePageShows(@TempDir Path nothing) throws IOException {
        return eachPage(page -> {
            for (Block block : page.blocks()) {
                if (block.source() != null && block.language().equals("text")) {
                    List<String> printed = java(nothing, "org.retrograd.examples.Launcher", block.source())
                            .lines()
                            .map(String::stripTrailing)
                            .toList();
                    assertThat(printed)
                            .as("%s line %d", page.file(), block.line())
                            .containsSubsequence(block.text().lines().toList());
                }
            }
        });
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    @TestFactory
    List<DynamicTest> quotedSourceIsInItsFile() throws IOException {
        return eachPage(page -> {
            for (Block block : page.blocks()) {
                if (block.source() != null && block.language().equals("java")) {
                    String file = MarkdownPage.withoutIndents(Files.readString(ROOT.resolve(block.source())));
                    for (String part : MarkdownPage.withoutIndents(block.text()).split("// \\.\\.\\.\n", -1)) {
                        assertThat(file)
                                .as("%s line %d", page.file(), block.line())
                                .contains(part.strip());
                    }
                }
            }
        });
    }

    @TestFactory
    List<DynamicTest> linksLeadSomewhere() throws IOException {
        return eachPage(page -> {
            Matcher link = LINK.matcher(page.prose());
            while (link.find()) {
                String target = link.group(1);
                if (target.contains("://")) {
                    continue;
                }
                String[] parts = target.split("#", 2);
                Path file = parts[0].isEmpty() ? page.file() : page.file().resolveSibling(parts[0]);
                assertThat(file).as("link of %s", page.file()).exists();
                if (parts.length == 2) {
                    assertThat(MarkdownPage.read(file).anchors())
                            .as("headings of %s, to which %s links", file, page.file())
                            .contains(parts[1]);
                }
            }
        });
    }

    @Test
    void everyPageIsLinkedFromAnother() throws IOException {
        List<Path> linked = new ArrayList<>();
        for (MarkdownPage page : pages()) {
            Matcher link = LINK.matcher(page.prose());
            while (link.find()) {
                linked.add(page.file()
                        .resolveSibling(link.group(1).split("#", 2)[0])
                        .normalize());
            }
        }
        linked.add(ROOT.resolve("README.md"));
        assertThat(linked).containsAll(pages().stream().map(MarkdownPage::file).toList());
    }

    @Test
    void continuousIntegrationRunsTheTestCommandOfTheReadme() throws IOException {
        String command = "mvn -B -ntp verify";
        assertThat(Files.readString(ROOT.resolve("README.md"))).contains(command);
        assertThat(Files.readString(ROOT.resolve(".ci/run"))).contains(command);
    }
}
