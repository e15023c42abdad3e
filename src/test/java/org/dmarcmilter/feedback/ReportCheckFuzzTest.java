package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Fuzzes the files of strangers: {@code JAZZER_FUZZ=1 mvn test -Dtest=ReportCheckFuzzTest}. The seeds are reports in each packing. */
class ReportCheckFuzzTest {
    private static final int MAX_FINDINGS = 20 * Finding.Kind.values().length;

    @FuzzTest(maxDuration = "10m")
    void everyFileHasItsFindings(byte[] file) throws IOException {
        examine(file);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(file);
        }
        examine(packed.toByteArray());
    }

    private static void examine(byte[] file) throws IOException {
        ReportCheck check =
                ReportCheck.check(Optional.of("a!example.com!1!2.xml.gz"), new ByteArrayInputStream(file), 1 << 20);
        assertTrue(check.findings().size() <= MAX_FINDINGS);
        assertTrue(check.messages() >= 0 && check.rows() >= 0 && check.unlisted() >= 0);
        for (Finding finding : check.findings()) {
            assertTrue(finding.line() >= 0);
            assertTrue(finding.text().chars().allMatch(c -> c >= ' ' && c <= '~'), finding.text());
        }
        assertTrue(!check.isValid() || check.rows() > 0, "a valid report has a record");
    }
}
