package org.dmarcmilter.cli.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.cli.Screen;
import org.dmarcmilter.documents.DocumentedKeys;
import org.dmarcmilter.documents.Page;
import org.dmarcmilter.journal.TestJournal;
import org.dmarcmilter.sidebyside.HistoryGenerator;
import org.dmarcmilter.statistics.Statistics.Bounds;
import org.dmarcmilter.testing.HistoryText;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code stats}: what it prints, and that its numbers are those of a plain count. */
class StatsCommandTest {
    private static final String FAILS = "policy 16,align_dkim 5,align_spf 5,dkim x.test s 0,spf 7";
    private static final long DAY = 1_795_737_600;
    private static final Instant NOW = Instant.ofEpochSecond(DAY + 86_400);

    @TempDir
    Path directory;

    private Path config;
    private Path history;

    @BeforeEach
    void configure() throws IOException {
        history = directory.resolve("history.dat");
        config = Files.writeString(
                directory.resolve("conf"),
                "AuthservID mx.example.net\nReportStateDirectory " + directory.resolve("reports") + "\n");
    }

    private Screen run(int code, Bounds bounds, String... words) {
        Screen screen = new Screen();
        List<String> all = new ArrayList<>(List.of("-c", config.toString()));
        all.addAll(Arrays.asList(words));
        assertEquals(
                code,
                new StatsCommand(screen.terminal(), Map.of(), Clock.fixed(NOW, ZoneOffset.UTC), bounds).run(all),
                screen::err);
        return screen;
    }

    private String stats(String... words) {
        Screen screen = run(ExitCode.OK, Bounds.DEFAULT, words);
        assertEquals("", screen.err());
        return screen.out().replace(directory + "/", "");
    }

    private JsonNode json(String... words) throws IOException {
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--json");
        return new ObjectMapper().readTree(stats(all.toArray(String[]::new)));
    }

    private void write(String... records) throws IOException {
        Files.writeString(history, String.join("", records));
    }

    private void writeExample() throws IOException {
        write(
                HistoryText.PLAIN,
                HistoryText.PLAIN,
                HistoryText.with(FAILS),
                HistoryText.with(FAILS + ",ipaddr 2001:db8::1"),
                HistoryText.with(FAILS + ",ipaddr 2001:db8::1"),
                HistoryText.with("from held.example,pdomain held.example,policy 17,p 113,align_dkim 5,align_spf 5"),
                HistoryText.with("from mail.held.example,pdomain held.example,align_dkim 5"),
                HistoryText.with("policy 14,from none.example,pdomain none.example"));
    }

    @Test
    void countsByAuthor() throws IOException {
        writeExample();
        assertEquals("""
                read: history.dat
                2026-11-24 04:06 to 2026-11-24 04:06 UTC
                8 messages: 3 pass, 4 fail, 1 without a result
                of them 8 delivered, 0 held, 0 rejected, 0 put off

                author domain      failed  messages  DKIM   SPF  both  policy
                example.com             3         5     -     -   40%  reject
                    from 2001:db8::1 (2), 192.0.2.10 (1)
                held.example            1         1     -     -     -  quarantine
                    from 192.0.2.10 (1)
                mail.held.example       0         1     -  100%     -  reject
                none.example            0         1     -     -     -  -
                DKIM, SPF, both: passed by these, of the messages
                """, stats("--history", history.toString()));
    }

    @Test
    void countsBySource() throws IOException {
        writeExample();
        assertEquals("""
                read: history.dat
                2026-11-24 04:06 to 2026-11-24 04:06 UTC
                8 messages: 3 pass, 4 fail, 1 without a result
                of them 8 delivered, 0 held, 0 rejected, 0 put off

                client address  failed  messages  DKIM  SPF  both
                192.0.2.10           2         6     -  16%   33%
                    as example.com (1), held.example (1)
                and 1 more; --limit shows them
                DKIM, SPF, both: passed by these, of the messages
                """, stats("--history", history.toString(), "--by", "source", "--limit", "1"));
    }

    @Test
    void countsByPolicy() throws IOException {
        writeExample();
        assertEquals("""
                read: history.dat
                2026-11-24 04:06 to 2026-11-24 04:06 UTC
                8 messages: 3 pass, 4 fail, 1 without a result
                of them 8 delivered, 0 held, 0 rejected, 0 put off

                policy      messages  failed  delivered  held  rejected  put off
                reject             6       3          6     0         0        0
                    as example.com (3)
                quarantine         1       1          1     0         0        0
                    as held.example (1)
                no policy          1       0          1     0         0        0
                """, stats("--history", history.toString(), "--by=policy"));
    }

    @Test
    void saysWhatWouldChange() throws IOException {
        writeExample();
        String text = stats(
                "--history",
                history.toString(),
                "--what-if",
                "RejectFailures=true",
                "--what-if",
                "holdquarantinedmessages=true");
        assertEquals("""
                with RejectFailures=true, holdquarantinedmessages=true
                  delivered -> rejected: 3 messages of 1 domain
                    example.com (3)
                  delivered -> held: 1 message of 1 domain
                    held.example (1)
                  as before: 3 messages
                  not known: 1 message:
                    the record has one number for no policy and no answer of the DNS
                """, text.substring(text.indexOf("with ")));
    }

    @Test
    void saysWhatWasDoneOtherwise() throws IOException {
        write(HistoryText.with(FAILS + ",action 0"));
        String text = stats("--history", history.toString(), "--what-if", "HoldQuarantinedMessages=true");
        assertEquals("""
                with HoldQuarantinedMessages=true
                  nothing is changed
                  as before: 1 message
                  Compared with conf as it is now;
                  with 1 message something else was done then.
                """, text.substring(text.indexOf("with ")));
    }

    @Test
    void readsTheFileOfTheConfiguration() throws IOException {
        writeExample();
        Files.writeString(config, "HistoryFile " + history + "\n", java.nio.file.StandardOpenOption.APPEND);
        assertEquals(8, json().at("/total/messages").asLong());
    }

    @Test
    void readsSeveralAndPackedOnes() throws IOException {
        writeExample();
        Path packed = directory.resolve("history.dat.1.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(HistoryText.PLAIN.getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals(
                9,
                json("--history", history.toString(), "--history", packed.toString())
                        .at("/total/messages")
                        .asLong());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"2026-11-25, 1", "2026-11-24, 2", "24h, 1", "1000d, 2"})
    void countsSince(String since, long messages) throws IOException {
        // NOW is the end of 2026-11-27.
        write(HistoryText.PLAIN, HistoryText.with("received " + (DAY + 1)));
        assertEquals(
                messages,
                json("--history", history.toString(), "--since", since)
                        .at("/total/messages")
                        .asLong());
    }

    @ParameterizedTest(name = "by {0}")
    @ValueSource(strings = {"author", "source", "policy"})
    void fitsAScreenAndIsHarmless(String by) throws IOException {
        String domain = "a".repeat(60) + "." + "b".repeat(60) + ".example";
        String record = HistoryText.with(
                FAILS + ",from " + domain + ",pdomain " + domain + ",ipaddr 2001:db8:1111:2222:3333:4444:5555:6666");
        write(record, HistoryText.with(FAILS + ",from \u001b[31mred.example"), record.replace("job Q", "job \u0007"));
        Screen screen = run(
                ExitCode.OK,
                Bounds.DEFAULT,
                "--history",
                history.toString(),
                "--by",
                by,
                "--what-if",
                "RejectFailures=true");
        for (String line : (screen.out() + screen.err()).split("\n")) {
            assertTrue(line.chars().allMatch(c -> c >= ' ' && c <= '~'), line);
        }
        for (String line : screen.out().split("\n")) {
            assertTrue(line.length() <= StatsText.WIDTH || line.startsWith("read: "), line);
        }
        assertTrue(screen.err().contains("no usable value for 'from'"), screen.err());
    }

    @Test
    void tellsSomeProblemsAndCountsTheRest() throws IOException {
        write("x\n".repeat(20), HistoryText.PLAIN);
        Screen screen = run(ExitCode.OK, Bounds.DEFAULT, "--history", history.toString());
        assertEquals(6, screen.err().lines().count(), screen.err());
        assertTrue(screen.err().endsWith("dmarc-milter stats: and 15 more\n"), screen.err());
    }

    /** What comes when all places are taken is counted together, and nothing is lost. */
    @Test
    void keepsABoundedNumberOfNames() throws IOException {
        StringBuilder records = new StringBuilder();
        for (int i = 0; i < 10; i++) {
            String domain = "d" + i % 5 + ".example";
            records.append(HistoryText.with(FAILS + ",from " + domain + ",pdomain " + domain + ",ipaddr 192.0.2." + i));
        }
        write(records.toString());
        Screen screen = run(
                ExitCode.OK,
                new Bounds(3, 4),
                "--history",
                history.toString(),
                "--what-if",
                "RejectFailures=true",
                "--json");
        JsonNode json = new ObjectMapper().readTree(screen.out());
        assertEquals(10, json.at("/total/fail").asLong());
        assertEquals(3, json.get("rows").size());
        assertEquals(4, json.at("/others/messages").asLong());
        long kept = 0;
        long elsewhere = 0;
        for (JsonNode row : json.get("rows")) {
            kept += row.get("failing_names").asLong();
            elsewhere += row.get("failing_elsewhere").asLong();
        }
        assertEquals(4, kept);
        assertEquals(2, elsewhere);
        assertEquals(10, json.at("/what_if/changes/0/messages").asLong());
        assertEquals(3, json.at("/what_if/changes/0/domains").asLong());
        assertEquals(4, json.at("/what_if/changes/0/elsewhere").asLong());
    }

    /** The numbers are those of who takes the file apart by hand. */
    @Test
    void equalsAPlainCountOfAHistoryFile() throws IOException {
        String text = HistoryGenerator.history(DAY);
        Files.writeString(history, text, StandardCharsets.ISO_8859_1);
        Map<String, Long> expected = new TreeMap<>();
        for (String record : text.substring(text.indexOf("job ")).split("(?m)^job ")) {
            Map<String, String> keys = new LinkedHashMap<>();
            for (String line : record.split("\n")) {
                String[] words = line.split(" ", 2);
                keys.put(words[0], words.length == 2 ? words[1] : "");
            }
            if (!keys.containsKey("from") || keys.get("ipaddr").equals("nowhere")) {
                continue;
            }
            String from = keys.get("from").toLowerCase(java.util.Locale.ROOT);
            int policy = Integer.parseInt(keys.get("policy"));
            expected.merge(from + " messages", 1L, Long::sum);
            expected.merge(from + " fail", policy > 15 ? 1L : 0L, Long::sum);
            expected.merge(from + " pass", policy == 15 ? 1L : 0L, Long::sum);
            expected.merge(from + " no_result", policy == 14 ? 1L : 0L, Long::sum);
            boolean both =
                    keys.get("align_dkim").equals("4") && keys.get("align_spf").equals("4");
            expected.merge(from + " aligned_both", policy == 15 && both ? 1L : 0L, Long::sum);
            expected.merge(from + " rejected", keys.get("action").equals("0") ? 1L : 0L, Long::sum);
            expected.merge(from + " quarantined", keys.get("action").equals("4") ? 1L : 0L, Long::sum);
            expected.merge(from + " put_off", keys.get("action").equals("3") ? 1L : 0L, Long::sum);
        }
        Screen screen = run(ExitCode.OK, Bounds.DEFAULT, "--history", history.toString(), "--limit", "1000", "--json");
        assertEquals(expected, counted(new ObjectMapper().readTree(screen.out())));
    }

    private static Map<String, Long> counted(JsonNode json) {
        Map<String, Long> counted = new TreeMap<>();
        for (JsonNode row : json.get("rows")) {
            for (String key : List.of(
                    "messages", "fail", "pass", "no_result", "aligned_both", "rejected", "quarantined", "put_off")) {
                counted.put(row.get("name").asText() + " " + key, row.get(key).asLong());
            }
        }
        return counted;
    }

    /** The same of the journal. */
    @Test
    void equalsAPlainCountOfTheJournal() throws IOException {
        Map<String, Long> expected = new TreeMap<>();
        TestJournal.write(directory.resolve("reports"), Instant.ofEpochSecond(DAY), 2_000, new Random(1), facts -> {
            boolean passes = facts.row().dkimAligned() || facts.row().spfAligned();
            String from = facts.row().headerFrom();
            expected.merge(from + " messages", 1L, Long::sum);
            expected.merge(from + " pass", passes ? 1L : 0L, Long::sum);
            expected.merge(
                    from + " aligned_both",
                    facts.row().dkimAligned() && facts.row().spfAligned() ? 1L : 0L,
                    Long::sum);
            String done = facts.row().disposition().name();
            expected.merge(from + " rejected", done.equals("REJECT") ? 1L : 0L, Long::sum);
            expected.merge(from + " quarantined", done.equals("QUARANTINE") ? 1L : 0L, Long::sum);
            expected.merge(from + " put_off", 0L, Long::sum);
        });
        Map<String, Long> counted = counted(json("--journal", "--limit", "100000"));
        counted.keySet().removeIf(key -> key.endsWith(" fail") || key.endsWith(" no_result"));
        assertEquals(expected, counted);
    }

    @Test
    void hasTheDocumentedKeysAndNoOthers() throws IOException {
        writeExample();
        List<JsonNode> samples = List.of(
                json("--history", history.toString()),
                json("--history", history.toString(), "--what-if", "RejectFailures=true"),
                json("--history", history.toString(), "--since", "2026-11-27"),
                new ObjectMapper()
                        .readTree(run(ExitCode.OK, new Bounds(1, 1), "--history", history.toString(), "--json")
                                .out()));
        DocumentedKeys.of(Page.STATS, "## For programs").check(samples);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
        --by colour                       | --by takes author, source or policy
        --since yesterday                 | --since takes a day such as 2026-11-27 or a time such as 24h or 7d
        --what-if RejectFailures          | not RejectFailures
        --what-if Socket=x                | not Socket=x
        --what-if RejectFailures=         | --what-if RejectFailures= needs a value
        --history a --journal             | --history or --journal, not both
        --limit 0                         | --limit takes a whole number, 1 or greater
        --colour                          | --colour is no option of it
        extra                             | extra is one word too many
        """)
    void refusesWrongUsage(String words, String message) {
        Screen screen = run(ExitCode.USAGE, Bounds.DEFAULT, words.split(" "));
        assertTrue(screen.err().lines().findFirst().orElse("").endsWith(message), screen.err());
        assertTrue(screen.err().contains("usage: dmarc-milter stats"), screen.err());
    }

    @Test
    void refusesAValueThatIsNone() throws IOException {
        writeExample();
        Screen screen = run(
                ExitCode.CONFIGURATION,
                Bounds.DEFAULT,
                "--history",
                history.toString(),
                "--what-if",
                "DMARCStandard=1");
        assertTrue(screen.err().startsWith("dmarc-milter stats: --what-if: DMARCStandard"), screen.err());
    }

    @Test
    void saysWhatIsMissing() {
        assertTrue(run(ExitCode.NO_INPUT, Bounds.DEFAULT)
                .err()
                .startsWith("dmarc-milter stats: nothing is recorded: HistoryFile is not set"));
        assertEquals(
                "dmarc-milter stats: " + directory + "/absent: No such file or directory\n",
                run(ExitCode.NO_INPUT, Bounds.DEFAULT, "--history", directory + "/absent")
                        .err());
    }
}
