package org.dmarcmilter.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks that a document marks as commands ({@code sh}) are commands: a shell reads them, the scripts of the project are there, and each
 * command of ours has the words and options that it is given. What they do is held by the tests that run them:
 * {@code Page} says which.
 */
class CommandBlocksTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^( *)```sh\n(.*?)^ *```$");
    private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/.-])((?:src|docker)/[\\w./-]+)");

    /** Up to what ends a command for a shell. */
    private static final Pattern OURS =
            Pattern.compile("(?<![\\w/.-])(?:[\\w/.-]*/)?dmarc-milter((?: [^\\n|;&>)'\"]+|'[^']*'|\"[^\"]*\")+)");

    private static final Path COMPLETION = Path.of("src/packaging/completion/dmarc-milter");
    private static final Set<String> PROGRAMS_OF_OTHERS = Set.of("systemctl", "apt-get", "dnf", "usermod");

    private static Set<String> words = Set.of();

    static List<Path> documents() throws IOException {
        return DocumentsTest.documents();
    }

    /** All commands, verbs and options, from the table that completes them. */
    @BeforeAll
    static void readWords() throws IOException {
        Matcher choices = Pattern.compile("choices='([^']*)'").matcher(Files.readString(COMPLETION));
        Set<String> all = new HashSet<>();
        while (choices.find()) {
            all.addAll(Arrays.asList(choices.group(1).split(" ")));
        }
        words = all;
        assertTrue(words.contains("--what-if") && words.contains("check"), words::toString);
    }

    private static List<String> blocks(Path document) throws IOException {
        return BLOCK.matcher(Files.readString(document))
                .results()
                .map(block -> block.group(2))
                .toList();
    }

    @Test
    void thereAreSome() throws IOException {
        int blocks = 0;
        for (Path document : documents()) {
            blocks += blocks(document).size();
        }
        assertTrue(blocks > 20, "blocks of commands: " + blocks);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aShellReadsThem(Path document) throws IOException, InterruptedException {
        for (String block : blocks(document)) {
            Process shell =
                    new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
            shell.getOutputStream().write(block.getBytes(StandardCharsets.UTF_8));
            shell.getOutputStream().close();
            assertEquals("", new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8), block);
            assertEquals(0, shell.waitFor());
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void theProjectsScriptsAreThere(Path document) throws IOException {
        List<String> missing = blocks(document).stream()
                .flatMap(block -> SCRIPT.matcher(block).results().map(match -> match.group(1)))
                .filter(script -> !Files.exists(Path.of(script)))
                .toList();
        assertEquals(List.of(), missing);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void ourCommandsHaveTheseWords(Path document) throws IOException {
        List<String> unknown = new ArrayList<>();
        for (String block : blocks(document)) {
            for (String line : block.replace("\\\n", " ").split("\n")) {
                if (PROGRAMS_OF_OTHERS.stream().noneMatch(line::contains)) {
                    unknown.addAll(unknown(line));
                }
            }
        }
        assertEquals(List.of(), unknown);
    }

    /** Options that no command has, and first words that are none. */
    private static List<String> unknown(String line) {
        List<String> unknown = new ArrayList<>();
        for (Matcher command = OURS.matcher(line); command.find(); ) {
            List<String> given = Stream.of(command.group(1).strip().split(" +"))
                    .map(word -> word.replaceFirst("=.*", ""))
                    .collect(Collectors.toList());
            if (!words.contains(given.get(0))) {
                unknown.add(line + ": " + given.get(0));
            }
            given.stream()
                    .filter(word -> word.startsWith("--") && !words.contains(word))
                    .forEach(word -> unknown.add(line + ": " + word));
        }
        return unknown;
    }

    @Test
    void findsWhatIsWrong() {
        assertEquals(
                List.of("dmarc-milter explain m --client 192.0.2.1: --client"),
                unknown("dmarc-milter explain m --client 192.0.2.1"));
        assertEquals(List.of("x && dmarc-milter reprot run: reprot"), unknown("x && dmarc-milter reprot run"));
        assertEquals(List.of(), unknown("a=$(dmarc-milter stats --what-if RejectFailures=true) && b --no-option"));
    }
}
