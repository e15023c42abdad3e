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
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Blocks that a document marks as commands ({@code sh}) are commands: a shell reads them, the scripts of the project are there, and each
 * command of ours has the words and options that it is given. A table says of each which test runs it, or why none does.
 */
class CommandBlocksTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^( *)```sh\n(.*?)^ *```$");
    private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/.-])((?:src|docker)/[\\w./-]+)");

    /** Up to what ends a command for a shell. */
    private static final Pattern OURS =
            Pattern.compile("(?<![\\w/.-])(?:[\\w/.-]*/)?dmarc-milter((?: [^\\n|;&>)'\"]+|'[^']*'|\"[^\"]*\")+)");

    private static final Path COMPLETION = Path.of("src/packaging/completion/dmarc-milter");
    private static final Set<String> PROGRAMS_OF_OTHERS = Set.of("systemctl", "apt-get", "dnf", "usermod");

    private static final String RUN_BY = """
            # page               | block | test                  | what
            README               | 1 | StrangersPathIT           | build, and have a message judged; ReadmeIT does the second here
            README               | 2 | StrangersPathIT           | run in the foreground
            README               | 3 | nobody                    | it runs this test
            aggregate-reports    | 1 | DebianPackageIT           | say who reports
            aggregate-reports    | 2 | DebianPackageIT           | a mail as reports are sent
            aggregate-reports    | 3 | DebianPackageIT           | what is counted
            aggregate-reports    | 4 | DebianPackageIT           | do not wait for tomorrow
            aggregate-reports    | 5 | DebianPackageIT           | look at a report
            aggregate-reports    | 6 | DebianPackageIT           | make a key
            aggregate-reports    | 7 | DebianPackageIT           | Postfix
            aggregate-reports    | 8 | nobody                    | ComposeProject does it with base images that need no registry
            aggregate-reports    | 9 | MailThroughTheSidecar     | the next day, in containers
            aggregate-reports    | 10 | StrangersPathIT          | bring OpenDMARC's history
            does-it-work         | 1 | StrangersPathIT           | by swaks
            does-it-work         | 2 | StrangersPathIT           | to the outside address
            does-it-work         | 3 | StrangersPathIT           | by XCLIENT
            does-it-work         | 4 | StrangersPathIT           | without an MTA
            explain              | 1 | ExplainRecordedTest       | yesterday's message
            from-opendmarc       | 1 | StrangersPathIT           | the copy for the service
            from-opendmarc       | 2 | StrangersPathIT           | change over
            install              | 1 | InstalledPackageScenario  | Debian
            install              | 2 | InstalledPackageScenario  | Rocky Linux
            install              | 3 | nobody                    | ComposeProject does it with base images that need no registry
            install              | 4 | StrangersPathIT           | anywhere else
            postfix-and-sendmail | 1 | DebianPackageIT           | OpenDKIM's socket inside the chroot
            postfix-and-sendmail | 2 | DebianPackageIT           | OpenDKIM's socket outside of it
            postfix-and-sendmail | 3 | DebianPackageIT           | our socket
            releasing            | 1 | nobody                    | it builds all twice; ReproducibleIT makes jar and packages again
            reports              | 1 | DebianPackageIT           | failure reports under the unit
            stats                | 1 | StrangersPathIT           | what if
            CONTRIBUTING         | 1 | nobody                    | it runs until somebody ends it
            CONTRIBUTING         | 2 | nobody                    | it writes documents; OptionDocumentsTest compares them
            CONTRIBUTING         | 3 | nobody                    | it writes documents; InstrumentDocumentsTest compares them
            """;

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

    @ParameterizedTest(name = "{0} {1}: {3}")
    @CsvSource(delimiter = '|', textBlock = RUN_BY)
    void isRunByThatTest(String document, int number, String test, String what) throws IOException {
        Path page = path(document);
        assertTrue(number <= blocks(page).size(), () -> document + " has fewer blocks");
        if (test.equals("nobody")) {
            return;
        }
        Path source;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            source = files.filter(file -> file.endsWith(test + ".java"))
                    .findAny()
                    .orElseThrow(() -> new AssertionError("no test " + test));
        }
        String constant = "Page." + document.toUpperCase(Locale.ROOT).replace('-', '_');
        assertTrue(Files.readString(source).contains(constant), () -> test + " reads nothing of " + page);
    }

    @Test
    void theTableHasEachBlock() throws IOException {
        List<String> rows = RUN_BY.lines()
                .filter(row -> !row.startsWith("#"))
                .map(row -> row.split("\\|"))
                .map(cells -> path(cells[0].strip()) + " " + cells[1].strip())
                .toList();
        List<String> blocks = new ArrayList<>();
        for (Path document : documents()) {
            for (int number = 1; number <= blocks(document).size(); number++) {
                blocks.add(document + " " + number);
            }
        }
        assertEquals(new TreeSet<>(blocks), new TreeSet<>(rows));
        assertEquals(blocks.size(), rows.size());
    }

    private static Path path(String document) {
        return switch (document) {
            case "README" -> Path.of("README.md");
            case "CONTRIBUTING" -> Path.of(".github/CONTRIBUTING.md");
            default -> Path.of("src/site/markdown", document + ".md");
        };
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
