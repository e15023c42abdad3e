package org.dmarcmilter.documents;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.regex.Pattern;

/** A page that shows what to type and what comes of it, so that the tests type and see the same. */
public enum Page {
    AGGREGATE_REPORTS("aggregate-reports"),
    DOES_IT_WORK("does-it-work"),
    EXPLAIN("explain"),
    FROM_OPENDMARC("from-opendmarc"),
    INSTALL("install"),
    POSTFIX_AND_SENDMAIL("postfix-and-sendmail"),
    README(Path.of("README.md")),
    REPORTS("reports"),
    SPEED("speed"),
    STATS("stats");

    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```[a-z]*\n(.*?)^ *```$");
    private static final Pattern INLINE = Pattern.compile("`([^`]+)`");
    /** The build that runs this test has done that. */
    private static final String BUILD = "mvn -Dmaven.test.skip=true package && ";

    private final Path path;

    Page(String name) {
        this(Path.of("src/site/markdown", name + ".md"));
    }

    Page(Path path) {
        this.path = path;
    }

    /** The commands of the first block of the chapter with that heading. */
    public List<String> commands(String heading) {
        return block(heading).lines().map(line -> line.replace(BUILD, "")).toList();
    }

    /** The first block of the chapter with that heading, as it stands there. */
    public String block(String heading) {
        return blocks(heading).get(0);
    }

    /** All blocks of the chapter with that heading. */
    public List<String> blocks(String heading) {
        List<String> blocks = BLOCK.matcher(chapter(heading))
                .results()
                .map(block -> block.group(1))
                .toList();
        if (blocks.isEmpty()) {
            throw new NoSuchElementException(path + ": " + heading + " has no block");
        }
        return blocks;
    }

    /** What the chapter with that heading has in back quotes within its text, in its order. */
    public List<String> inline(String heading) {
        return INLINE.matcher(BLOCK.matcher(chapter(heading)).replaceAll(""))
                .results()
                .map(code -> code.group(1))
                .toList();
    }

    /** The chapter with that heading. */
    public String chapter(String heading) {
        String page = "\n" + read();
        int start = page.indexOf("\n" + heading + "\n");
        if (start < 0) {
            throw new NoSuchElementException(path + " has no " + heading);
        }
        int end = page.indexOf("\n## ", start + 1);
        return end < 0 ? page.substring(start) : page.substring(start, end + 1);
    }

    private String read() {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
