package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dmarcmilter.status.Health;
import org.dmarcmilter.status.Measure;
import org.dmarcmilter.status.Status;
import org.dmarcmilter.status.StatusJson;
import org.dmarcmilter.status.StatusPage;
import org.dmarcmilter.status.StatusText;
import org.dmarcmilter.testing.MailSystem;
import org.dmarcmilter.testing.TestMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OverviewTest {
    private final IdleDaemon daemon = IdleDaemon.with(Optional.empty());
    private final Overview overview = new Overview(
            daemon.sources(),
            () -> new Health(List.of("a problem")),
            () -> Optional.of("no answer"),
            daemon.failing(),
            Clock.fixed(MailSystem.NOW, ZoneOffset.UTC));

    @AfterEach
    void stop() {
        daemon.close();
    }

    private void receive(String options, String fields) {
        daemon.recorders()
                .accept(MailSystem.with(options)
                        .judged(new TestMessage().sender("<user@other.example>").fields(fields)));
    }

    @Test
    void tellsWhatWasJudgedInEachWindow() {
        receive("", "From: a@none.example");
        receive("RejectFailures true", "From: a@reject.example");
        receive("HoldQuarantinedMessages true", "From: a@quarantine.example");
        receive("OnTemporaryError tempfail", "From: a@broken.example");
        receive("", "From: a@nothing.example");
        receive("", "From: a@bad.example");
        receive("", "Subject: x");
        Status status = overview.status();
        for (var window : List.of(status.lastMinute(), status.hour(), status.day())) {
            assertEquals(
                    "fail 3, none 1, temperror 1, permerror 1, unevaluated 1, quarantined 1, rejected 1, put off 1",
                    window.numbers().entrySet().stream()
                            .filter(entry -> entry.getValue() > 0)
                            .map(entry -> entry.getKey().word() + " " + entry.getValue())
                            .collect(Collectors.joining(", ")));
            assertEquals(7, window.messages());
        }
        assertEquals(60, status.lastHour().size());
        assertEquals(96, status.lastDay().size());
        assertEquals(7, status.lastHour().get(59).messages(), "now is at the end");
    }

    @Test
    void namesTheDomainsThatFail() {
        receive("", "From: a@reject.example, b@none.example");
        receive("", "From: a@reject.example");
        receive("", "From: a@reject.example & AR: mx.example.net; dkim=pass header.d=reject.example");
        assertEquals(
                "reject.example reject 2, none.example none 1",
                overview.status().failing().stream()
                        .map(domain -> domain.name() + " " + domain.policy().word() + " " + domain.messages())
                        .collect(Collectors.joining(", ")));
    }

    @Test
    void tellsTheRestAsItIs() {
        Status status = overview.status();
        assertEquals(List.of("a problem"), status.ready().problems());
        assertEquals(Optional.of("no answer"), status.dns().problem());
        assertFalse(status.dns().servers().isEmpty());
        assertEquals("-", status.configuration().name());
        assertEquals(
                Instruments.queues(daemon.sources()).size(), status.queues().size());
        assertFalse(status.reports().recording());
        assertEquals(0, status.lastMinute().of(Measure.DNS_QUESTIONS));
        for (String words : List.of(StatusText.of(status), StatusJson.of(status), StatusPage.of(status))) {
            assertTrue(words.contains("a problem"), words);
        }
    }
}
