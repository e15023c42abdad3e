package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever facts come, both formats of their report are valid, hold no character that XML 1.0 lacks, and count every message. */
class AggregateXmlPropertyTest {
    private static final int REPORTS = 40;

    @ParameterizedTest(name = "{0}, facts that keep the rules: {1}")
    @CsvSource({"RFC7489, true", "RFC7489, false", "RFC9990, true", "RFC9990, false"})
    void isValid(Format format, boolean wellBehaved) throws IOException {
        for (int seed = 0; seed < REPORTS; seed++) {
            RandomReports random = new RandomReports(seed, wellBehaved);
            AggregateReport report = random.report(format);
            List<ReportRow> rows = random.rows(1 + seed % 10);
            byte[] file = SampleReports.file(report, rows);
            ReportCheck check = ReportCheck.check(Optional.empty(), new ByteArrayInputStream(file));
            String about = "seed " + seed + ": " + check.findings();
            assertTrue(check.isValid(), about);
            assertEquals(Optional.of(format), check.format(), about);
            assertEquals(rows.size(), check.rows(), about);
            assertEquals(sum(rows), check.messages(), about);
            assertTrue(XmlTextTest.isXml(SampleReports.unzipped(file)), about);
        }
    }

    private static long sum(List<ReportRow> rows) {
        return rows.stream()
                .mapToLong(ReportRow::count)
                .reduce(0, (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
    }
}
