package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.documents.DocumentedKeys;
import org.dmarcmilter.documents.Page;
import org.dmarcmilter.journal.TestJournal;
import org.dmarcmilter.testing.HistoryText;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code explain --queue-id}: yesterday's message, from what was recorded. */
class ExplainRecordedTest {
    private static final String FAILS = "policy 16,align_dkim 5,align_spf 5,dkim x.test s 0,spf 7";

    /** The record behind the transcript of the page. */
    private static final String OF_THE_PAGE =
            "job 4F0C12E7F3,reporter mx.example.org,received 1795773604,ipaddr 198.51.100.7,mfrom example.net,"
                    + "dkim example.net s1 0,policy 16,align_dkim 5,align_spf 5,action 0";

    @TempDir
    Path directory;

    private Path config;
    private Path history;

    @BeforeEach
    void configure() throws IOException {
        history = directory.resolve("history.dat");
        config = Files.writeString(
                directory.resolve("conf"),
                "HistoryFile " + history + "\nReportStateDirectory " + directory.resolve("reports") + "\n");
    }

    private Screen explain(int code, String... words) {
        Screen screen = new Screen();
        List<String> all = new ArrayList<>(List.of("-c", config.toString(), "--queue-id"));
        all.addAll(List.of(words));
        assertEquals(code, new ExplainCommand(screen.terminal(), Map.of()).run(all), screen::err);
        return screen;
    }

    private JsonNode recorded(String record) throws IOException {
        Files.writeString(history, HistoryText.with(record), StandardCharsets.ISO_8859_1);
        return new ObjectMapper()
                .readTree(explain(ExitCode.OK, "Q", "--json").out())
                .at("/recorded/0");
    }

    @Test
    void printsWhatThePageSays() throws IOException {
        Files.writeString(history, HistoryText.PLAIN);
        Files.writeString(directory.resolve("history.dat.1"), HistoryText.with(OF_THE_PAGE));
        List<String> page = Page.EXPLAIN.blocks("## Yesterday's message");
        assertEquals(
                page.get(1),
                explain(ExitCode.OK, page.get(0).strip().replace("dmarc-milter explain --queue-id ", ""))
                        .out()
                        .replace(directory.toString(), "/var/lib/dmarc-milter"));
    }

    @ParameterizedTest(name = "{2}: {3}")
    @CsvSource(delimiter = '|', nullValues = "null", textBlock = """
        # record                             | key                | value           | why
        job Q                                | /result            | pass            | the word of the result
        job Q                                | /why               | null            | nothing less was done
        job Q                                | /alignment/dkim    | example.com     | who passed
        FAILS,action 0                       | /action            | reject          | what was done
        FAILS,action 0                       | /why               | null            | and asked for
        FAILS                                | /why               | although the owner asks for reject: RejectFailures was off, or OnMissingResults let it through; the history does not say which | not enforced
        FAILS,pct 50                         | /why               | although the owner asks for reject: RejectFailures was off, or pct= of the record left it out, or OnMissingResults let it through; the history does not say which | sampled
        FAILS,pct 0                          | /why               | although the owner asks for reject: pct= of the record left it out | nothing else can be why
        'FAILS,arc 0,arc_policy 0 json:[]'   | /why               | although the owner asks for reject: a trusted ARC chain vouches for it (DomainWhitelist) | ARC
        FAILS,action 4                       | /action            | quarantine      | held instead
        policy 14                            | /result            | null            | none or temperror
        action 0                             | /why               | another author domain of the message, or a rule beside DMARC, was the reason | it passed, and was rejected
        'mfrom ,spf 0'                       | /spf/domain        | null            | the HELO name is not recorded
        'mfrom ,spf 0'                       | /spf/scope         | helo            | but that it was checked
        ipaddr 127.0.0.1                     | /client            | null            | without address
        """)
    void tells(String record, String pointer, String value, String why) throws IOException {
        JsonNode node = recorded(record.replace("FAILS", FAILS)).at(pointer);
        assertEquals(value, node.isNull() ? null : node.asText(), why);
    }

    /** The journal knows more: here, why less was done. */
    @Test
    void asksTheJournalAsWell() throws IOException {
        Files.writeString(history, HistoryText.with(FAILS + ",pct 50"));
        TestJournal.writeHistory(history, directory.resolve("reports"));
        JsonNode found = new ObjectMapper()
                .readTree(explain(ExitCode.OK, "Q", "--json").out())
                .at("/recorded/0");
        assertTrue(found.get("journal").asText().endsWith(".jnl"), found::toString);
        assertEquals(
                "although the owner asks for reject: RejectFailures or HoldQuarantinedMessages was off",
                found.get("why").asText());
    }

    @Test
    void findsEachTimeTheMessageCame() throws IOException {
        Files.writeString(history, HistoryText.with("action 3") + HistoryText.PLAIN.repeat(30));
        assertEquals(
                20,
                new ObjectMapper()
                        .readTree(explain(ExitCode.OK, "Q", "--json").out())
                        .get("recorded")
                        .size());
    }

    @Test
    void saysThatItIsNotThere() throws IOException {
        Files.writeString(history, HistoryText.PLAIN);
        assertEquals(
                "dmarc-milter explain: NO<U+001B escape>PE is not in " + history + ". Not recorded are messages without"
                        + " a policy (RecordAllMessages), with an unusable record, to IgnoreMailTo, and of the last"
                        + " second\n",
                explain(ExitCode.NO_INPUT, "NO\u001bPE").err());
    }

    @Test
    void saysThatNothingIsRecorded() throws IOException {
        Files.writeString(config, "");
        assertTrue(explain(ExitCode.NO_INPUT, "Q").err().contains("HistoryFile is not set"));
    }

    @Test
    void isHarmless() throws IOException {
        Files.writeString(
                history, HistoryText.with("dkim x.test \u001b[31m 0,reporter \u001b[2J"), StandardCharsets.ISO_8859_1);
        for (String text : List.of(
                explain(ExitCode.OK, "Q").out(),
                explain(ExitCode.OK, "Q", "--json").out())) {
            assertTrue(text.chars().allMatch(c -> c == '\n' || (c >= ' ' && c <= '~')), text);
        }
    }

    @Test
    void hasTheDocumentedKeysAndNoOthers() throws IOException {
        Files.writeString(
                history,
                HistoryText.PLAIN
                        + HistoryText.with(FAILS + ",pct 0,sp 113,dkim x.test - 0")
                        + HistoryText.with("policy 14,ipaddr 127.0.0.1,spf -1")
                        + HistoryText.with("mfrom ,align_spf 5"));
        JsonNode alone =
                new ObjectMapper().readTree(explain(ExitCode.OK, "Q", "--json").out());
        TestJournal.writeHistory(history, directory.resolve("reports"));
        JsonNode withJournal =
                new ObjectMapper().readTree(explain(ExitCode.OK, "Q", "--json").out());
        DocumentedKeys.of(Page.EXPLAIN, "## Yesterday's message").check(List.of(alone, withJournal));
    }
}
