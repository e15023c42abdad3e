package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.feedback.AggregateXml.Written;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AggregateXmlTest {
    /** The expected documents lie beside this test's other data, to be read as a consumer reads them. */
    @ParameterizedTest(name = "{1}")
    @CsvSource({"RFC7489, rfc7489.xml", "RFC9990, rfc9990.xml"})
    void writes(Format format, String expected) throws IOException {
        assertEquals(
                Files.readString(Path.of("src/test/resources/feedback", expected)),
                SampleReports.xml(SampleReports.report(format), SampleReports.rows()));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void leavesOutWhatThereIsNot(Format format) {
        ReportIdentity full = SampleReports.identity(format);
        AggregateReport report = new AggregateReport(
                new ReportIdentity(
                        full.reportId(),
                        full.begin(),
                        full.end(),
                        full.organization(),
                        full.contact(),
                        "",
                        full.submitter(),
                        full.generator(),
                        format),
                SampleReports.policy(),
                List.of());
        String xml = SampleReports.xml(report, SampleReports.rows().subList(1, 2));
        for (String element : List.of("extra_contact_info", "error", "envelope_to", "dkim><domain")) {
            assertTrue(!xml.contains("<" + element), element);
        }
    }

    @Test
    void twoTimesTheSameOctets() {
        byte[] file = SampleReports.file(SampleReports.report(Format.RFC7489), SampleReports.rows());
        assertArrayEquals(file, SampleReports.file(SampleReports.report(Format.RFC7489), SampleReports.rows()));
        assertArrayEquals(
                new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0, 0, 0},
                Arrays.copyOf(file, 8),
                "gzip, deflate, no flags, mtime 0");
    }

    @ParameterizedTest(name = "{0} rows of {1} messages: {2}")
    @CsvSource({"1, 1, 1", "3, 5, 15", "2, 9223372036854775807, 9223372036854775807", "5000, 7, 35000"})
    void counts(int rows, long each, long messages) throws IOException {
        ReportRow row = SampleReports.rows().get(1);
        Iterator<ReportRow> all = Collections.nCopies(rows, new ReportRow(row.client(), each, row.facts()))
                .iterator();
        assertEquals(
                new Written(rows, messages),
                AggregateXml.write(SampleReports.report(Format.RFC9990), all, OutputStream.nullOutputStream()));
    }

    /** A pair of surrogates may fall on the end of any buffer on the way. */
    @Test
    void pairsOfSurrogatesSurviveEveryBuffer() {
        for (int shift = 0; shift < 4; shift++) {
            ReportIdentity full = SampleReports.identity(Format.RFC7489);
            String name = "a".repeat(shift) + "\uD83D\uDE00".repeat(300);
            ReportIdentity identity = new ReportIdentity(
                    full.reportId(),
                    full.begin(),
                    full.end(),
                    name,
                    full.contact(),
                    name,
                    full.submitter(),
                    full.generator(),
                    Format.RFC7489);
            String xml = SampleReports.xml(
                    new AggregateReport(identity, SampleReports.policy(), List.of()), SampleReports.rows());
            assertTrue(xml.contains("<org_name>" + name + "</org_name>"), "shift " + shift);
        }
    }

    @Test
    void aFullDiskIsTheWritersException() {
        OutputStream full = new OutputStream() {
            private int room = 2_000;

            @Override
            public void write(int octet) throws IOException {
                if (room-- == 0) {
                    throw new IOException("No space left on device");
                }
            }
        };
        Iterator<ReportRow> many =
                Collections.nCopies(200_000, SampleReports.rows().get(0)).iterator();
        IOException thrown = assertThrows(
                IOException.class, () -> AggregateXml.write(SampleReports.report(Format.RFC7489), many, full));
        assertEquals("No space left on device", thrown.getMessage());
    }

    /** The rows end with an exception, as when the database goes away: nobody takes the rest for a report. */
    @Test
    void halfAReportHasNoEnd() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        Iterator<ReportRow> rows = SampleReports.rows().iterator();
        Iterator<ReportRow> cut = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public ReportRow next() {
                return rows.next();
            }
        };
        assertThrows(
                NoSuchElementException.class,
                () -> AggregateXml.write(SampleReports.report(Format.RFC7489), cut, file));
        String written = SampleReports.unzipped(file.toByteArray());
        assertTrue(!written.contains("</feedback>"), written);
    }
}
