package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.dmarcmilter.evaluation.Applied;
import org.dmarcmilter.testing.CapturedLog;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetupWarningsTest {
    private Instant now = MailSystem.NOW;
    private final SetupWarnings warnings = new SetupWarnings(new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    });
    private final CapturedLog log = new CapturedLog(SetupWarnings.class);

    @AfterEach
    void close() {
        log.close();
    }

    private void see(String options, String fields) {
        warnings.accept(MailSystem.with(options).judged(new TestMessage().fields(fields)));
    }

    private List<String> names() {
        return log.lines().stream()
                .filter(line -> line.startsWith("WARN Authentication-Results of "))
                .map(line -> line.replaceAll(
                        "^WARN Authentication-Results of (\\S+) arrive .* is: (TrustedAuthservIDs .*)\\. If you do not .*$",
                        "$1: $2"))
                .toList();
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options                           | fields                                                                         | named | why
        ``                                  | AR: dkim.example.net; dkim=pass header.d=a.example & From: a@none.example      | dkim.example.net: TrustedAuthservIDs mx.example.net, dkim.example.net | on top, nobody else speaks of DKIM
        TrustedAuthservIDs b.example        | AR: dkim.example.net; dkim=none & Received: x & From: a@none.example           | dkim.example.net: TrustedAuthservIDs b.example, dkim.example.net | above Received
        TrustedAuthservIDs b.example        | AR: b.example; spf=none & AR: dkim.example.net; dkim=none & From: a@none.example | dkim.example.net: TrustedAuthservIDs b.example, dkim.example.net | beside an SPF checker that we believe
        ``                                  | AR: mx.example.net; dkim=none & AR: x.example; dkim=pass header.d=a.example & From: a@none.example | - | our checker speaks of DKIM
        ``                                  | Received: x & AR: x.example; dkim=pass header.d=a.example & From: a@none.example | - | below Received
        ``                                  | From: a@none.example & AR: x.example; dkim=pass header.d=a.example             | -     | below From
        ``                                  | AR: x.example; dmarc=pass & From: a@none.example                               | -     | nothing about SPF or DKIM
        ``                                  | AR: x.example; none & From: a@none.example                                     | -     | nothing at all
        ``                                  | AR: mx.example.net; dkim=none & AR: x.example; spf=pass & From: a@none.example | x.example: TrustedAuthservIDs mx.example.net, x.example | nobody speaks of SPF
        SPFSelfValidate yes                 | AR: mx.example.net; dkim=none & AR: x.example; spf=pass & From: a@none.example | -     | we check SPF
        SPFIgnoreResults yes                | AR: mx.example.net; dkim=none & AR: x.example; spf=pass & From: a@none.example | -     | nobody reads SPF
        ``                                  | AR: "x, evil.example"; dkim=pass & From: a@none.example                        | -     | a list in the name
        ``                                  | AR: "x.example TrustedAuthservIDs"; dkim=pass & From: a@none.example           | -     | words in the name
        ``                                  | AR: "x.example/Q1"; dkim=pass & From: a@none.example                           | -     | a job id: no line would mend it
        ``                                  | AR: x#y; dkim=pass & From: a@none.example                                      | -     | no host name
        ``                                  | AR: `spf=pass; dkim=pass` & From: a@none.example                               | -     | no name
        """)
    void namesWhomNobodyBelieves(String options, String fields, String named, String why) {
        see(options, fields);
        assertEquals(named.equals("-") ? List.of() : List.of(named), names(), why);
    }

    @Test
    void saysThatASenderCanWriteIt() {
        see("", "AR: x.example; dkim=pass header.d=a.example & From: a@none.example");
        assertTrue(
                log.lines()
                        .get(0)
                        .endsWith("If you do not know the name, change nothing: a sender can write such a field,"
                                + " and whom you believe can make any mail pass"),
                log.lines()::toString);
    }

    @Test
    void namesEachOnceAnHour() {
        String fields = "AR: x.example; dkim=none & From: a@none.example";
        see("", fields);
        see("", "AR: X.Example; dkim=none & From: a@none.example");
        assertEquals(1, names().size());
        now = now.plus(Duration.ofMinutes(59));
        see("", fields);
        assertEquals(1, names().size());
        now = now.plus(Duration.ofMinutes(1));
        see("", fields);
        assertEquals(2, names().size());
    }

    @Test
    void isNotFloodedWithNames() {
        for (int i = 0; i < 500; i++) {
            see("", "AR: x" + i + ".example; dkim=none & AR: y" + i + ".example; dkim=none & From: a@none.example");
        }
        assertEquals(SetupWarnings.MOST_NAMES, names().size());
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        # options                                     | fields                                                | done     | counted | why
        RejectFailures yes                            | From: a@reject.example                                | REJECT   | 1       | like OpenDMARC
        RejectFailures yes;OnMissingResults tempfail  | From: a@reject.example                                | TEMPFAIL | 1       | the client comes again
        RejectFailures yes;OnMissingResults accept    | From: a@reject.example                                | ACCEPT   | 1       | it passes
        HoldQuarantinedMessages yes;OnMissingResults tempfail | From: a@quarantine.example                    | TEMPFAIL | 1       | what would be held
        HoldQuarantinedMessages yes                   | From: a@quarantine.example                            | QUARANTINE | 1     | what is held
        OnMissingResults tempfail                     | From: a@reject.example                                | ACCEPT   | 1       | nothing would be rejected
        RejectFailures yes;OnMissingResults tempfail  | From: a@none.example                                  | ACCEPT   | 0       | p=none
        RejectFailures yes;OnMissingResults tempfail  | From: a@nobody.example                                | ACCEPT   | 0       | no record
        RejectFailures yes;OnMissingResults accept    | AR: mx.example.net; dkim=none & From: a@reject.example | REJECT  | 0       | the checker spoke
        RejectFailures yes;OnMissingResults accept    | AR: mx.example.net; none & From: a@reject.example     | REJECT   | 0       | in one word
        RejectFailures yes;OnMissingResults accept    | AR: x.example; dkim=pass header.d=a.example & From: a@reject.example | ACCEPT | 1 | a stranger did not
        RejectFailures yes;OnMissingResults accept;RemoveForgedResults yes | Received: x & AR: mx.example.net; dkim=none & From: a@reject.example | ACCEPT | 1 | nor a forger
        RejectFailures yes;OnMissingResults accept    | Received-SPF: fail identity=mailfrom; envelope-from=user@sender.example & From: a@reject.example | REJECT | 0 | an SPF checker spoke
        RejectFailures yes;OnMissingResults accept;SPFSelfValidate yes | From: a@reject.example               | REJECT   | 0       | we checked ourselves
        """)
    void decidesWhatIsDoneWithoutAnyResult(String options, String fields, String done, long counted, String why) {
        var message = MailSystem.with(options).judged(new TestMessage().fields(fields));
        warnings.accept(message);
        assertEquals(Applied.valueOf(done), message.judgement().verdict().applied(), why);
        assertEquals(counted, warnings.unchecked(), why);
        assertEquals(counted, silences(), why);
    }

    @Test
    void tellsOfMissingResultsOnceAMinute() {
        for (int second = 0; second < 120; second++) {
            see("RejectFailures yes", "From: a@reject.example");
            now = now.plusSeconds(1);
        }
        assertEquals(120, warnings.unchecked());
        assertEquals(2, silences());
    }

    private long silences() {
        return log.lines().stream()
                .filter(line -> line.startsWith("WARN no checker in front of this filter said anything"))
                .count();
    }
}
