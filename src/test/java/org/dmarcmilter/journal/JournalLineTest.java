package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.testing.AnyReportFacts;
import org.junit.jupiter.api.Test;

class JournalLineTest {
    private static final Map<String, Integer> PLACES = places(JournalLine.FIELD_NAMES);

    /** The form is a promise to whoever reads a journal that an older program wrote. */
    @Test
    void isWrittenLikeThis() {
        assertEquals(
                "J 1\tmx\t0123456789abcdef\tdmarc-milter/1.0.0\tf8aa007f\n",
                text(JournalLine.header("mx", "0123456789abcdef", "dmarc-milter/1.0.0")));
        assertEquals("F time\tdomain\tconfig\trua\tmistakes\tip\trow\ta037d7ff\n", text(JournalLine.fields()));
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
        List<String> names = List.of("new", "row", "ip", "mistakes", "rua", "config", "domain", "time");
        JournalLine line = new JournalLine(
                'R',
                List.of(
                        "x",
                        values.get(6),
                        values.get(5),
                        values.get(4),
                        values.get(3),
                        values.get(2),
                        values.get(1),
                        values.get(0)));
        assertEquals(Optional.of(record), line.record(places(names), new KnownTexts()));
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
