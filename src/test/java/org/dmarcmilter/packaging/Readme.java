package org.dmarcmilter.packaging;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;

/** What README.md tells a reader to type, so that the tests type the same. */
final class Readme {
    private static final String FENCE = "```";
    /** The build that runs this test has done that. */
    private static final String BUILD = "mvn -q -DskipTests package && ";

    private Readme() {}

    /** The commands of the first block behind some text, for example a heading. */
    static List<String> commands(String text) {
        return block(text).lines().map(line -> line.replace(BUILD, "")).toList();
    }

    /** The first block behind some text, as it stands there. */
    static String block(String text) {
        String readme = read();
        int start = readme.indexOf("\n" + FENCE, after(readme, text, 0));
        int from = after(readme, "\n", start + 1);
        int to = readme.indexOf("\n" + FENCE, from);
        return readme.substring(from, to + 1);
    }

    private static int after(String whole, String part, int from) {
        int start = whole.indexOf(part, from);
        if (start < 0) {
            throw new NoSuchElementException("README.md has no \"" + part + "\"");
        }
        return start + part.length();
    }

    private static String read() {
        try {
            return Files.readString(Path.of("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
