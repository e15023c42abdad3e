package org.dmarcmilter.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents are where their links say, in the repository and where the packages install them. */
class DocumentsTest {
    private static final Path README = Path.of("README.md");
    private static final Path PAGES = Path.of("src/site/markdown");
    private static final Path PICTURES = Path.of("src/site/resources");
    private static final int MAX_README_BYTES = 8_192;
    /** As in {@code filter/DmarcSession}, with a method or without one. */
    private static final Pattern CLASS = Pattern.compile("`([a-z]+/[A-Z]\\w+)[.`]");

    /** A test, with a method or without one. */
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w+(?:Test|IT))(?:\\.(\\w+))?`");

    private static final Pattern INSTALLED = Pattern.compile("/usr/share/doc/dmarc-milter/([\\w.-]+\\.\\w+)");

    static List<Path> documents() throws IOException {
        return Stream.of(List.of(README), files(PAGES, ".md"), files(Path.of(".github"), ".md"))
                .flatMap(List::stream)
                .toList();
    }

    static List<Path> pictures() throws IOException {
        return files(PICTURES, ".svg");
    }

    private static List<Path> files(Path folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void leadsSomewhereByEachLink(Path document) {
        assertEquals(List.of(), deadLinks(document));
    }

    private static List<String> deadLinks(Path document) {
        Markdown markdown = Markdown.read(document);
        return markdown.links().stream()
                .filter(link -> !markdown.leadsSomewhere(link))
                .toList();
    }

    @Test
    void readmeIsShort() throws IOException {
        assertTrue(Files.size(README) <= MAX_README_BYTES, () -> README + " is for the beginning; the rest has pages");
    }

    @Test
    void readmeLeadsToEachPage() throws IOException {
        List<String> missing = files(PAGES, ".md").stream()
                .map(Path::toString)
                .filter(page -> !Markdown.read(README).links().contains(page))
                .toList();
        assertEquals(List.of(), missing);
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "src/site/markdown/architecture.md"})
    void namesClassesThatAreThere(Path document) throws IOException {
        List<String> missing = CLASS.matcher(Files.readString(document))
                .results()
                .map(match -> match.group(1))
                .filter(name -> !Files.exists(Path.of("src/main/java/org/dmarcmilter", name + ".java")))
                .toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void securityNamesTestsThatAreThere() throws IOException {
        Map<String, Path> tests;
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            tests = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.toMap(
                            file -> file.getFileName().toString().replace(".java", ""),
                            file -> file,
                            (one, other) -> one));
        }
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Matcher test = TEST.matcher(Files.readString(Path.of(".github/SECURITY.md"))); test.find(); named++) {
            Path file = tests.get(test.group(1));
            String method = test.group(2);
            if (file == null || (method != null && !Files.readString(file).contains(" void " + method + "("))) {
                missing.add(test.group());
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(named > 40, "the table of traps");
    }

    @ParameterizedTest
    @MethodSource("pictures")
    @DisplayName("a picture is well-formed, is shown, and can be read on a dark ground and by a screen reader")
    void isAPicture(Path picture) throws Exception {
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(picture.toFile());
        String text = Files.readString(picture);
        assertTrue(text.contains("prefers-color-scheme: dark") && text.contains("<desc"), text);
        assertTrue(documents().stream()
                .flatMap(document -> Markdown.read(document).links().stream())
                .anyMatch(link -> link.endsWith("/" + picture.getFileName())));
    }

    @Test
    @DisplayName("installed in one folder, the documents lead to each other, and man pages and files to them")
    void isInstalledWhole(@TempDir Path folder) throws IOException, InterruptedException {
        Process script = new ProcessBuilder("src/packaging/documents", folder.toString())
                .redirectErrorStream(true)
                .start();
        assertEquals("", new String(script.getInputStream().readAllBytes()));
        assertEquals(0, script.waitFor());
        List<Path> installed = files(folder, ".md");
        assertEquals(1 + files(PAGES, ".md").size(), installed.size());
        for (Path document : installed) {
            assertEquals(List.of(), deadLinks(document), document::toString);
            assertFalse(
                    Markdown.read(document).links().stream().anyMatch(link -> link.contains("/")),
                    () -> document + " leads out of its folder");
        }

        TreeSet<String> named = new TreeSet<>();
        for (String place : List.of("src/packaging/man", "config", "systemd", "src/packaging/debian")) {
            for (Path file : files(Path.of(place), "")) {
                named.addAll(INSTALLED
                        .matcher(Files.readString(file))
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toSet()));
            }
        }
        assertTrue(named.contains("configuration.md"), named::toString);
        named.removeIf(name -> Files.exists(folder.resolve(name)));
        assertEquals(new TreeSet<>(), named, "named by man pages or files, and not installed");
    }

    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
        # link              | leads | why
        there.md            | true  | a file
        there.md#one-two    | true  | a heading, its mark dropped
        there.md#one-two-1  | true  | the second of the same name
        #here               | true  | a heading of the same file
        absent.md           | false | no such file
        there.md#three      | false | no such heading
        #in-code            | false | what stands in code is no heading
        """)
    void findsDeadLinks(String link, boolean leads, String why, @TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("there.md"), "# One, two?\n\n## One two\n");
        Path here = folder.resolve("here.md");
        Files.writeString(here, "# Here\n\n[x](" + link + ") `[y](no.md)`\n\n```\n# In code\n[z](no.md)\n```\n");
        Markdown markdown = Markdown.read(here);
        assertEquals(List.of(link), markdown.links());
        assertEquals(leads, markdown.leadsSomewhere(link), why);
    }
}
