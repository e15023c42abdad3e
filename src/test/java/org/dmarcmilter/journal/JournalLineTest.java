package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.testing.AnyReportFacts;
import org.junit.jupiter.api.Test;

class JournalLineTest {
    private static final Map<String, Integer> PLACES = places(JournalLine.FIELD_NAMES);

    /** The form is a promise to whoever reads a journal that an older program wrote. */
    @Test
    void isWrittenLikeThis() {
        assertEquals(
                "J 2\tmx\t0123456789abcdef\tdmarc-milter/1.0.0\t9b0649f3\n",
                text(JournalLine.header("mx", "0123456789abcdef", "dmarc-milter/1.0.0")));
        assertEquals(
                "F time\tdomain\tv\tstd\tdisc\tp\tsp\tnp\tadkim\taspf\tpct\tfo\tt\tpsd\tevery\trua\tmistakes"
                        + "\tip\tdisposition\tdkim\tspf\treasons\tfrom\tmail_from\trcpt_to\tauth_dkim\tauth_spf\tweight\tbef9a801\n",
                text(JournalLine.fields()));
        ReportFacts facts = new ReportFacts(
                PublishedPolicy.parse(
                                DomainName.of("example.com"),
                                "v=1;std=7489;disc=psl;p=none;sp=reject;np=quarantine;adkim=s;aspf=r;pct=7;fo=1:d;t=y;psd=n;every=3600")
                        .orElseThrow(),
                List.of("mailto:a@example.com", "mailto:b@example.com!10m"),
                List.of("pct is 107"),
                IpAddress.of("192.0.2.1"),
                RowFacts.parse("disposition=none;dkim=p;spf=f;reasons=local_policy reject not enforced|other t=y;"
                                + "from=example.com;mail_from=;rcpt_to=b.example;auth_dkim=a.example s1 pass,b.example  fail;"
                                + "auth_spf=[192.0.2.1] helo neutral;weight=own_reports")
                        .orElseThrow());
        assertEquals(
                "R 1764288065\texample.com\t1\t7489\tpsl\tnone\treject\tquarantine\ts\tr\t7\t1:d\ty\tn\t3600\t"
                        + "mailto:a@example.com,mailto:b@example.com!10m\tpct is 107\t192.0.2.1"
                        + "\tnone\tp\tf\tlocal_policy reject not enforced|other t=y"
                        + "\texample.com\t\tb.example\ta.example s1 pass,b.example  fail\t[192.0.2.1] helo neutral\town_reports\t288d2064\n",
                text(JournalLine.record(new JournalRecord(Instant.ofEpochSecond(1_764_288_065L), facts))));
        assertEquals("M 1764288065\t0a305e3a\n", text(JournalLine.mark(1_764_288_065L)));
        assertEquals("E 123\t0d4d55c4\n", text(JournalLine.end(123)));
    }

    @Test
    void anyFactsReadBackEqual() {
        Random random = new Random(20261128);
        for (int i = 0; i < 5_000; i++) {
            JournalRecord record = new JournalRecord(
                    Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE)), AnyReportFacts.of(random));
            byte[] line = JournalLine.record(record);
            assertEquals(1, text(line).lines().count());
            assertTrue(line[line.length - 1] == '\n' && line.length <= JournalLine.MAX_OCTETS);
            assertEquals(Optional.of(record), parsed(line).flatMap(read -> read.record(PLACES, new KnownTexts())));
        }
    }

    @Test
    void theLargestFactsHaveRoom() {
        String name = "n".repeat(300);
        ReportFacts any = AnyReportFacts.of(new Random(1));
        RowFacts row = new RowFacts(
                RowFacts.Disposition.QUARANTINE,
                true,
                true,
                IntStream.range(0, 9)
                        .mapToObj(i -> new RowFacts.Reason(RowFacts.ReasonType.TRUSTED_FORWARDER, "c".repeat(300)))
                        .toList(),
                name,
                name,
                name,
                IntStream.range(0, 200)
                        .mapToObj(i -> new RowFacts.DkimAuth(name, name, RowFacts.AuthResult.TEMPERROR))
                        .toList(),
                new RowFacts.SpfAuth(name, false, RowFacts.AuthResult.PERMERROR),
                RowFacts.Weight.OWN_REPORTS);
        List<String> rua = IntStream.range(0, 9)
                .mapToObj(i -> "mailto:" + name + i + "@example.com")
                .toList();
        JournalRecord record = new JournalRecord(
                Instant.ofEpochSecond(Integer.MAX_VALUE),
                new ReportFacts(any.policy(), rua, List.of(name, name, name), any.client(), row));
        byte[] line = JournalLine.record(record);
        assertTrue(line.length <= JournalLine.MAX_OCTETS, () -> String.valueOf(line.length));
        assertEquals(Optional.of(record), parsed(line).flatMap(read -> read.record(PLACES, new KnownTexts())));
    }

    /** CRC-32C finds each change of a single bit. */
    @Test
    void aChangedBitIsFound() {
        byte[] line = JournalLine.record(
                new JournalRecord(Instant.ofEpochSecond(1_764_288_065), AnyReportFacts.of(new Random(3))));
        for (int i = 0; i < line.length - 1; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = line.clone();
                changed[i] ^= (byte) (1 << bit);
                assertEquals(Optional.empty(), parsed(changed));
            }
        }
    }

    @Test
    void fieldsMayStandElsewhereAndOthersBesideThem() {
        JournalRecord record = new JournalRecord(Instant.ofEpochSecond(7), AnyReportFacts.of(new Random(5)));
        List<String> values = parsed(JournalLine.record(record)).orElseThrow().values();
        List<String> names = new ArrayList<>(JournalLine.FIELD_NAMES);
        List<String> others = new ArrayList<>(values);
        names.add("new");
        others.add("x");
        Collections.reverse(names);
        Collections.reverse(others);
        JournalLine line = new JournalLine('R', others);
        assertEquals(Optional.of(record), line.record(places(names), new KnownTexts()));
        for (String missing : JournalLine.FIELD_NAMES) {
            Map<String, Integer> places = places(names);
            places.remove(missing);
            boolean mayBeEmpty = List.of("mistakes", "reasons", "mail_from", "rcpt_to", "auth_dkim")
                    .contains(missing);
            assertTrue(mayBeEmpty || line.record(places, new KnownTexts()).isEmpty(), missing);
        }
    }

    private static Map<String, Integer> places(List<String> names) {
        Map<String, Integer> places = new HashMap<>();
        names.forEach(name -> places.put(name, names.indexOf(name)));
        return places;
    }

    private static Optional<JournalLine> parsed(byte[] line) {
        return JournalLine.parse(line, 0, line.length - 1);
    }

    private static String text(JournalLine line) {
        return text(line.octets());
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.US_ASCII);
    }
}
