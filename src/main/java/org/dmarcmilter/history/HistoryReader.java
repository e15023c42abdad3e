package org.dmarcmilter.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.history.HistoryRecord.Signature;
import org.jspecify.annotations.Nullable;

/**
 * Reads history files: what {@link HistoryFormat} writes, what OpenDMARC 1.3 and 1.4 write, and what Exim writes, which takes its format
 * from them.
 */
public final class HistoryReader {
    /** More addresses, and more signatures, than a record of ours can hold. */
    private static final int MAX_ADDRESSES = 1_000;

    /** There was no such result. */
    private static final int UNDEFINED = -1;

    /** The chain does not override, or there is none. */
    private static final int ARC_POLICY_FAIL = 2;

    private static final int MAX_LINE = HistoryFormat.MAX_LINE;
    private static final List<String> KEYS = HistoryFormat.KEYS;
    private static final Map<String, Integer> PLACES = new HashMap<>();

    static {
        KEYS.forEach(key -> PLACES.put(key, PLACES.size()));
    }

    private static final String JSON = "json:";

    /** More than any number here has; a long has room for them. */
    private static final int MAX_DIGITS = 18;

    private static final JsonFactory JSON_FACTORY = new JsonFactory();

    /** OpenDMARC 1.4.2 writes neither {@code spf_scope} nor {@code fo}, 1.3 and Exim no ARC, Exim no SPF unless it checked. */
    private static final Set<String> MAY_BE_MISSING =
            Set.of("dkim", "rua", "spf", "spf_scope", "fo", "arc", "arc_policy");

    private HistoryReader() {}

    /**
     * Reads records as {@code opendmarc-import} does: lines in any order within a record, the last of a key wins, unknown
     * keys are skipped. What cannot be used is told and left out; the rest of the file is read on.
     *
     * @param in the file, one character per octet; lines and memory are bounded whatever it holds. A record that says neither gets what
     *     OpenDMARC writes by default: no SPF, no ARC
     * @param records takes each record
     * @param problems takes what was wrong, with the line's number
     */
    public static void read(BufferedReader in, Consumer<HistoryRecord> records, Consumer<String> problems)
            throws IOException {
        BoundedLines lines = new BoundedLines(in, MAX_LINE);
        @Nullable Draft draft = null;
        int number = 0;
        for (String line = lines.next(); line != null; line = lines.next()) {
            number++;
            int space = line.indexOf(' ');
            String key = space < 0 ? line : line.substring(0, space);
            String value = space < 0 ? "" : line.substring(space + 1);
            if (line.length() > MAX_LINE) {
                problems.accept("line " + number + ": too long");
            } else if (key.equals("job")) {
                finish(draft, records, problems);
                draft = new Draft(number, firstWord(value));
            } else if (draft == null) {
                problems.accept("line " + number + ": no 'job' before it");
            } else {
                draft.add(key, value, number, problems);
            }
        }
        finish(draft, records, problems);
    }

    private static void finish(@Nullable Draft draft, Consumer<HistoryRecord> records, Consumer<String> problems) {
        if (draft != null) {
            draft.finish(problems).ifPresent(records);
        }
    }

    private static String firstWord(String value) {
        int space = value.indexOf(' ');
        return space < 0 ? value : value.substring(0, space);
    }

    /** A record while its lines come in. */
    private static final class Draft {
        private final int firstLine;
        /** In the places of their keys. */
        private final @Nullable String[] values = new @Nullable String[KEYS.size()];

        private final List<Signature> dkim = new ArrayList<>(2);
        private final List<String> rua = new ArrayList<>(1);

        Draft(int firstLine, String jobId) {
            this.firstLine = firstLine;
            values[place("job")] = jobId;
        }

        private static int place(String key) {
            return PLACES.getOrDefault(key, -1);
        }

        void add(String key, String value, int line, Consumer<String> problems) {
            if (key.equals("dkim")) {
                addSignature(value, line, problems);
            } else if (key.equals("rua")) {
                if (!value.equals("-") && rua.size() < MAX_ADDRESSES) {
                    rua.add(firstWord(value));
                }
            } else {
                int place = place(key);
                if (place >= 0) {
                    values[place] = value;
                } else {
                    problems.accept("line " + line + ": unknown key");
                }
            }
        }

        private void addSignature(String value, int line, Consumer<String> problems) {
            String[] words = value.split(" ", -1);
            // OpenDMARC 1.3 and Exim write no selector.
            if (words.length != 2 && words.length != 3) {
                problems.accept("line " + line + ": 'dkim' needs a domain, a selector and a result");
                return;
            }
            Optional<Long> result = number(words[words.length - 1], ResultCode.PASS.code(), 255);
            if (result.isEmpty()) {
                problems.accept("line " + line + ": no result code");
            } else if (dkim.size() < MAX_ADDRESSES) {
                dkim.add(new Signature(
                        orEmpty(words[0]),
                        words.length == 2 ? "" : orEmpty(words[1]),
                        result.get().intValue()));
            }
        }

        private static String orEmpty(String word) {
            return word.equals("-") ? "" : word;
        }

        Optional<HistoryRecord> finish(Consumer<String> problems) {
            for (int i = 0; i < values.length; i++) {
                if (values[i] == null && !MAY_BE_MISSING.contains(KEYS.get(i))) {
                    problems.accept("record at line " + firstLine + ": '" + KEYS.get(i) + "' is missing");
                    return Optional.empty();
                }
            }
            try {
                return Optional.of(new HistoryRecord(
                        firstLine,
                        word("job"),
                        word("reporter"),
                        wideNumber("received", 0, Integer.MAX_VALUE * 1024L),
                        word("ipaddr"),
                        word("from"),
                        word("mfrom"),
                        dkim,
                        code("spf", UNDEFINED),
                        code("spf_scope", UNDEFINED),
                        word("pdomain"),
                        code("policy"),
                        rua,
                        code("pct"),
                        code("adkim"),
                        code("aspf"),
                        code("p"),
                        code("sp"),
                        code("fo", 0),
                        code("align_dkim"),
                        code("align_spf"),
                        code("arc", ResultCode.FAIL.code()),
                        code("arc_policy", ARC_POLICY_FAIL),
                        arcSets(problems),
                        code("action")));
            } catch (BadValueException e) {
                problems.accept("record at line " + firstLine + ": no usable value for '" + e.key + "'");
                return Optional.empty();
            }
        }

        private String value(String key) {
            String value = values[place(key)];
            return value == null ? "" : value;
        }

        private String word(String key) {
            return firstWord(value(key));
        }

        private int code(String key) throws BadValueException {
            return (int) wideNumber(key, UNDEFINED, 255);
        }

        private int code(String key, int otherwise) throws BadValueException {
            return values[place(key)] == null ? otherwise : code(key);
        }

        private long wideNumber(String key, long least, long most) throws BadValueException {
            return number(word(key), least, most).orElseThrow(() -> new BadValueException(key));
        }

        private List<ArcSet> arcSets(Consumer<String> problems) {
            String value = value("arc_policy");
            int json = value.indexOf(' ') + 1;
            if (json == 0 || !value.startsWith(JSON, json)) {
                return List.of();
            }
            try {
                return readArcJson(value.substring(json + JSON.length()));
            } catch (IOException e) {
                // OpenDMARC writes such records; its importer stops reading the file there.
                problems.accept("record at line " + firstLine + ": the ARC list is no JSON");
                return List.of();
            }
        }
    }

    private static Optional<Long> number(String word, long least, long most) {
        int begin = word.startsWith("-") ? 1 : 0;
        int digits = word.length() - begin;
        if (digits < 1 || digits > MAX_DIGITS) {
            return Optional.empty();
        }
        long number = 0;
        for (int i = begin; i < word.length(); i++) {
            char digit = word.charAt(i);
            if (digit < '0' || digit > '9') {
                return Optional.empty();
            }
            number = number * 10 + (digit - '0');
        }
        number = begin == 1 ? -number : number;
        return number >= least && number <= most ? Optional.of(number) : Optional.empty();
    }

    /** An array of objects with i, d, s and ip; anything else in it is passed over. */
    private static List<ArcSet> readArcJson(String json) throws IOException {
        List<ArcSet> sets = new ArrayList<>();
        try (JsonParser parser = JSON_FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return List.of();
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == null) {
                    throw new IOException("the list has no end");
                }
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    sets.add(readArcSet(parser));
                } else {
                    parser.skipChildren();
                }
            }
        }
        return sets;
    }

    private static ArcSet readArcSet(JsonParser parser) throws IOException {
        int instance = 0;
        Map<String, String> texts = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token == JsonToken.VALUE_NUMBER_INT) {
                instance = name.equals("i") ? parser.getValueAsInt() : instance;
            } else if (token == JsonToken.VALUE_STRING) {
                texts.put(name, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
        return new ArcSet(
                instance, texts.getOrDefault("d", ""), texts.getOrDefault("s", ""), texts.getOrDefault("ip", ""));
    }

    /** Ends the building of one record; never leaves this class. */
    private static final class BadValueException extends Exception {
        private static final long serialVersionUID = 1L;
        private final String key;

        BadValueException(String key) {
            super(key, null, false, false);
            this.key = key;
        }
    }
}
