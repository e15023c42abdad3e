package org.dmarcmilter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.dmarcmilter.config.Option.Effect;

/**
 * What the table of {@link Option} becomes for readers: the sample file, the options of dmarc-milter.conf(5), and the tables of
 * the documentation. {@link OptionDocumentsTest} compares them, and writes them anew on request.
 */
final class OptionDocuments {
    private static final Path SAMPLE = Path.of("config/dmarc-milter.conf");
    private static final Path MANUAL = Path.of("src/packaging/man/dmarc-milter.conf.5");
    private static final Path PAGE = Path.of("src/site/markdown/configuration.md");
    private static final String MANUAL_BEGIN = ".Sh OPTIONS\n";
    private static final String MANUAL_END = ".Sh SEE ALSO\n";
    private static final String TABLE_BEGIN = "<!-- options: begin -->\n";
    private static final String TABLE_END = "<!-- options: end -->\n";

    private static final int WIDTH = 119;

    /** What a new installation needs, so that the sample works as it is. */
    private static final Map<Option, String> CHOSEN = Map.of(
            Option.SOCKET, Option.SOCKET.defaultText(),
            Option.SPF_SELF_VALIDATE, "true",
            Option.IGNORE_AUTHENTICATED_CLIENTS, "true");

    private OptionDocuments() {}

    /** Each file and what it should say. */
    static Map<Path, String> documents() throws IOException {
        Map<Path, String> documents = new LinkedHashMap<>();
        documents.put(SAMPLE, sample());
        documents.put(MANUAL, replaced(Files.readString(MANUAL), MANUAL_BEGIN, MANUAL_END, manual()));
        documents.put(PAGE, replaced(Files.readString(PAGE), TABLE_BEGIN, TABLE_END, tables()));
        return documents;
    }

    private static String replaced(String page, String begin, String end, String text) {
        int from = page.indexOf(begin) + begin.length();
        int to = page.indexOf(end, from);
        if (from < begin.length() || to < 0) {
            throw new NoSuchElementException("no lines " + begin.strip() + " and " + end.strip());
        }
        return page.substring(0, from) + text + page.substring(to);
    }

    private static List<Option> about(Topic topic) {
        return Arrays.stream(Option.values())
                .filter(option -> option.topic() == topic)
                .toList();
    }

    private static String sample() {
        StringBuilder text = new StringBuilder("""
                # dmarc-milter.conf: works as it is. Each option that acts stands here once: with its default, or with an example where
                # the default is said in words. dmarc-milter.conf(5) says the same.
                #
                # One "Name value" per line. "#" begins a comment anywhere. Names compare without case; the last line that names an
                # option wins. true and false may be shortened to their first letter. Numbers may be octal (002) as in C. The items of a
                # list stand between commas or white space. Nothing is quoted.
                # The file of an OpenDMARC installation loads unchanged: dmarc-milter -n -c FILE says what differs.
                """);
        for (Topic topic : Topic.values()) {
            if (topic == Topic.OPENDMARC) {
                continue;
            }
            String title = "## " + topic.title() + " ";
            text.append('\n')
                    .append(title)
                    .append("-".repeat(WIDTH - title.length()))
                    .append('\n');
            for (Option option : about(topic)) {
                Optional<String> chosen = Optional.ofNullable(CHOSEN.get(option));
                String otherwise = " Default: " + option.defaultText() + ".";
                boolean saysDefault = option.example().isPresent()
                        || chosen.filter(value -> !value.equals(option.defaultText()))
                                .isPresent();
                text.append('\n');
                wrapped(plain(option.meaning()) + (saysDefault ? otherwise : ""))
                        .forEach(line -> text.append("# ").append(line).append('\n'));
                text.append(chosen.isPresent() ? "" : "# ")
                        .append(option.label())
                        .append(' ');
                text.append(chosen.or(option::example).orElse(option.defaultText()))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static List<String> wrapped(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() + word.length() + "#  ".length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static String plain(String meaning) {
        return meaning.replace("`", "");
    }

    private static String manual() {
        StringBuilder text = new StringBuilder(".Bl -tag -width indent\n");
        List<Option> options = new ArrayList<>(List.of(Option.values()));
        options.sort(Comparator.comparing(Option::label, String.CASE_INSENSITIVE_ORDER));
        for (Option option : options) {
            if (option.effect() != Effect.IGNORED) {
                text.append(".It Cm ").append(option.label());
                text.append(" Pq ").append(option.form().shown()).append('\n');
                text.append(sentences(plain(option.meaning())));
                if (option.effect() == Effect.LAUNCHER) {
                    text.append("Acted on by the script that starts Java.\n");
                }
                text.append("Default: ").append(option.defaultText()).append(".\n");
            }
        }
        text.append("""
                .El
                .Sh OPTIONS WITHOUT EFFECT
                Accepted, so that an existing file loads, and answered with a warning, which is also logged at each start.
                .Bl -tag -width indent
                """);
        for (Option option : options) {
            if (option.effect() == Effect.IGNORED) {
                text.append(".It Cm ").append(option.label()).append('\n');
                text.append(sentence(option.advice())).append('\n');
            }
        }
        return text.append(".El\n").toString();
    }

    /** Each on a line of its own, as mdoc(7) wants them. */
    private static String sentences(String meaning) {
        return meaning.replaceAll("([.:;]) (?=[A-Z])", "$1\n") + "\n";
    }

    private static String sentence(String advice) {
        return advice.substring(0, 1).toUpperCase(Locale.ROOT) + advice.substring(1) + ".";
    }

    private static String tables() {
        StringBuilder text = new StringBuilder();
        for (Topic topic : Topic.values()) {
            boolean act = topic != Topic.OPENDMARC;
            text.append("\n### ").append(topic.title()).append("\n\n");
            text.append(
                    act ? "| Option | Default | Meaning |\n|---|---|---|\n" : "| Option | What to do |\n|---|---|\n");
            for (Option option : about(topic)) {
                text.append("| `").append(option.label()).append("` | ");
                if (act) {
                    String otherwise = option.defaultText();
                    text.append(option.example().isPresent() ? otherwise.replace("<", "\\<") : "`" + otherwise + "`");
                    text.append(" | ").append(option.meaning()).append(" |\n");
                } else {
                    text.append(sentence(option.advice())).append(" |\n");
                }
            }
        }
        return text.append('\n').toString();
    }
}
