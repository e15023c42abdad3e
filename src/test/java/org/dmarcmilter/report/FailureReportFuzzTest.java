package org.dmarcmilter.report;

import static org.dmarcmilter.testing.TestEvaluation.dkim;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.dmarc.DmarcUri;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfResult.Consulted;

/** Fuzzes what strangers can put into a report: {@code JAZZER_FUZZ=1 mvn test -Dtest=FailureReportFuzzTest}. */
class FailureReportFuzzTest {
    private static final String BOUNDARY = "dmarc-0123456789abcdef";
    private static final List<String> FIELDS =
            List.of("From", "To", "Date", "Subject", "MIME-Version", "Auto-Submitted", "Content-Type");

    @FuzzTest(maxDuration = "5m")
    void staysOneMailOfThreeParts(FuzzedDataProvider data) {
        Notices message = new Notices();
        message.queueId = guessless(data.consumeString(50));
        message.clientName = guessless(data.consumeString(300));
        message.envelopeSender = guessless(data.consumeString(600));
        message.authservId = guessless(data.consumeString(300));
        DkimSeen signature =
                dkim("d.example", guessless(data.consumeString(300)), "fail", guessless(data.consumeString(300)));
        message.spf = "fail";
        message.spfRecords =
                List.of(new Consulted(guessless(data.consumeString(300)), guessless(data.consumeString(2_000))));
        DmarcUri.parse("mailto:" + data.consumeString(100), Standard.RFC7489)
                .flatMap(ReportAddress::of)
                .ifPresent(address -> {
                    assertTrue(address.text().matches("[!-~&&[^|/%!\"(),:;<>\\\\`]]+"), address.text());
                });
        List<HeaderField> headers = new ArrayList<>();
        while (data.remainingBytes() > 0) {
            headers.add(new HeaderField(latin(data.consumeBytes(20)), latin(data.consumeBytes(2_000))));
        }
        message.headers = headers;
        String text = new FailureReport(
                        "a <b@c.example>",
                        List.of("d@e.example"),
                        Optional.empty(),
                        Instant.EPOCH,
                        "x",
                        BOUNDARY,
                        message.notice(),
                        Optional.of(signature))
                .text();
        List<String> lines = text.lines().toList();
        assertTrue(text.chars().allMatch(c -> c == '\n' || c == '\t' || (c >= ' ' && c <= '~')), "US-ASCII");
        assertTrue(lines.stream().allMatch(line -> line.length() <= 998), "lines that a mail may have");
        assertTrue(lines.stream().noneMatch(line -> line.equals(".")), "no end but the end");
        assertEquals(
                4,
                lines.stream().filter(line -> line.startsWith("--" + BOUNDARY)).count(),
                "three parts");
        List<String> names = lines.subList(0, lines.indexOf("")).stream()
                .filter(line -> !line.startsWith("\t"))
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
        assertEquals(FIELDS, names, "our header fields and no others");
    }

    private static String latin(byte[] octets) {
        return guessless(new String(octets, StandardCharsets.ISO_8859_1));
    }

    /** A sender who knew the boundary could break it; nobody does, so the fuzzer may not either. */
    private static String guessless(String text) {
        String without = text;
        while (without.contains(BOUNDARY)) {
            without = without.replace(BOUNDARY, "");
        }
        return without;
    }
}
