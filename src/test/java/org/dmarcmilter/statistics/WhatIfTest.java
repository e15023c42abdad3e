package org.dmarcmilter.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.recorded.HistoryFiles;
import org.dmarcmilter.recorded.Listener;
import org.dmarcmilter.recorded.RecordedMessage;
import org.dmarcmilter.testing.HistoryText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What another configuration would do with a message of a history file, and what the file does not tell. */
class WhatIfTest {
    /** Fails where the owner asks for rejection, and was delivered. */
    private static final String FAILS = "policy 16,align_dkim 5,align_spf 5,dkim x.test s 0,spf 7";

    private static final String HELD = "policy 17,p 113,align_dkim 5,align_spf 5,dkim x.test s 0,spf 7";

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
        # record                           | now                          | then                              | fate             | why
        -                                  |                              | RejectFailures true               | accept accept    | it passes
        FAILS                              |                              | RejectFailures true               | accept reject    | p=reject
        FAILS                              | RejectFailures true          | RejectFailures false              | reject accept    | p=reject, the other way round
        FAILS,action 0                     |                              | HoldQuarantinedMessages true      | accept accept    | compared is the configuration, not what was done
        FAILS                              |                              | HoldQuarantinedMessages true      | accept accept    | nobody asks for quarantine
        HELD                               |                              | HoldQuarantinedMessages true      | accept quarantine | p=quarantine
        HELD                               |                              | RejectFailures true               | accept accept    | nobody asks for rejection
        FAILS,policy 18,p 110              |                              | RejectFailures true               | accept accept    | p=none
        FAILS,pct 50                       |                              | RejectFailures true               | sampling         | was it left out?
        FAILS,pct 50,action 0              | RejectFailures true          | RejectFailures false              | reject accept    | rejected, so it was not
        FAILS,pct 50                       |                              | HoldQuarantinedMessages true      | sampling         | held, if it was left out
        FAILS,pct 0                        |                              | RejectFailures true               | accept accept    | left out for sure
        FAILS,pct 0                        |                              | HoldQuarantinedMessages true      | accept quarantine | one step below reject
        'FAILS,arc 0,arc_policy 0 json:[]' |                              | RejectFailures true               | accept accept    | trusted sealers vouch for it
        'FAILS,arc 0,arc_policy 2 json:[]' |                              | RejectFailures true               | accept reject    | sealers that are not trusted do not
        policy 14                          |                              | RejectFailures true               | answer           | no policy, or no answer
        policy 14                          |                              | OnTemporaryError accept           | accept accept    | nothing to put off for
        policy 14,action 3                 | OnTemporaryError tempfail    | OnTemporaryError accept           | tempfail accept  | put off, so it was no answer
        FAILS                              |                              | TrustedAuthservIDs other.example  | accept accept    | whatever another one says, nothing is enforced
        FAILS                              | RejectFailures true          | TrustedAuthservIDs other.example  | other_results    | another one may say pass
        -                                  | RejectFailures true          | TrustedAuthservIDs other.example  | other_results    | or take a pass away
        policy 18,p 110                    | RejectFailures true          | TrustedAuthservIDs other.example  | accept accept    | p=none asks for nothing
        -                                  | RejectFailures true          | DMARCStandard rfc9989             | accept accept    | the author's own name passed
        'FAILS,dkim x.test s 7'            | RejectFailures true          | DMARCStandard rfc9989             | other_standard   | t= is not recorded
        'FAILS,dkim x.test s 7'            |                              | DMARCStandard rfc9989             | accept accept    | nothing is enforced
        FAILS,from a.example.com           | RejectFailures true          | DMARCStandard rfc9989             | other_standard   | another record may be nearer
        FAILS,dkim mail.example.com s 0    | RejectFailures true          | DMARCStandard rfc9989             | other_standard   | one organization, or two
        FAILS,dkim -                       | RejectFailures true          | OnMissingResults accept           | reject reject    | SPF was heard of
        FAILS,dkim -,spf -1                | RejectFailures true          | OnMissingResults accept           | silence          | did anybody speak?
        FAILS,dkim -,spf -1                |                              | OnMissingResults accept           | accept accept    | nothing is enforced
        """)
    void tells(String record, String now, String then, String fate, String why) throws IOException, ConfigException {
        WhatIf whatIf = new WhatIf(settings(now), settings(now, then));
        assertEquals(fate, words(whatIf.of(message(record))), why);
    }

    private static String words(WhatIf.Fate fate) {
        return fate.notKnown()
                .map(cause -> cause.name().toLowerCase(Locale.ROOT))
                .orElseGet(() ->
                        fate.change().now().word() + " " + fate.change().then().word());
    }

    private static Settings settings(String... lines) throws ConfigException {
        StringBuilder text = new StringBuilder("AuthservID mx.example.net\n");
        for (String line : lines) {
            // Of two lines with one name the later counts.
            text.append(line == null ? "" : line + "\n");
        }
        return Settings.from(ConfigFile.parse(text.toString()));
    }

    private static RecordedMessage message(String record) throws IOException {
        String text = record == null
                ? HistoryText.PLAIN
                : HistoryText.with(record.replace("FAILS", FAILS).replace("HELD", HELD))
                        .replace("dkim -\n", "");
        List<RecordedMessage> messages = new ArrayList<>();
        HistoryFiles.read(
                "history", new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)), new Listener() {
                    @Override
                    public void message(RecordedMessage message) {
                        messages.add(message);
                    }

                    @Override
                    public void problem(String what) {
                        throw new AssertionError(what);
                    }

                    @Override
                    public void progress(long done, long all) {}
                });
        return messages.get(0);
    }
}
