package org.dmarcmilter.feedback;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.domain.IpAddress.Family;
import org.dmarcmilter.feedback.AggregateXml.Written;

/** Measures what it takes to build, check and mail a large report; {@code src/test/bench/reports} runs it in a JVM like the worker's. */
final class ReportSpeed {
    private ReportSpeed() {}

    /** The number of rows, each with three signatures, and a file to write. */
    public static void main(String[] arguments) throws IOException {
        int rows = Integer.parseInt(arguments[0]);
        Path file = Path.of(arguments[1]);
        for (Format format : Format.values()) {
            AggregateReport report = SampleReports.report(format);
            long start = cpu();
            Written written;
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                written = AggregateXml.write(report, rows(rows), out);
            }
            long built = cpu();
            ReportCheck check;
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                check = ReportCheck.check(Optional.empty(), in);
            }
            long checked = cpu();
            Path mail = file.resolveSibling("mail");
            try (InputStream in = Files.newInputStream(file);
                    OutputStream out = new BufferedOutputStream(Files.newOutputStream(mail))) {
                new ReportMail(report, written, "x", "a@rep.example", "b@owner.example", 1, Instant.EPOCH, "dmarc-0")
                        .write(in, out);
            }
            long mailed = cpu();
            if (!check.isValid() || check.messages() != written.messages()) {
                throw new IllegalStateException(check.findings().toString());
            }
            System.out.printf(
                    Locale.ROOT,
                    "%s, %d rows: built in %.2f s, checked in %.2f s, mail in %.2f s of CPU; gzip %.1f MB, mail %.1f MB; heap at most %d MiB%n",
                    format,
                    rows,
                    (built - start) / 1e9,
                    (checked - built) / 1e9,
                    (mailed - checked) / 1e9,
                    Files.size(file) / 1e6,
                    Files.size(mail) / 1e6,
                    peakHeap() >> 20);
        }
    }

    /** Of this thread, so that a busy machine changes little. */
    private static long cpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(MemoryPoolMXBean::getPeakUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    private static Iterator<ReportRow> rows(int number) {
        return IntStream.range(0, number).mapToObj(ReportSpeed::row).iterator();
    }

    private static ReportRow row(int i) {
        return new ReportRow(
                new IpAddress(Family.IPV4, 0, 0x0A00_0000L + i),
                1 + i % 7,
                new RowFacts(
                        i % 3 == 0 ? Disposition.REJECT : Disposition.NONE,
                        i % 3 != 0,
                        false,
                        List.of(),
                        "example.com",
                        "bounce" + i % 100 + ".example.com",
                        "",
                        List.of(
                                new DkimAuth(
                                        "example.com", "s" + i % 10, i % 3 == 0 ? AuthResult.FAIL : AuthResult.PASS),
                                new DkimAuth("esp.example", "k1", AuthResult.PASS),
                                new DkimAuth("list" + i % 50 + ".example.org", "mail", AuthResult.NEUTRAL)),
                        new SpfAuth("bounce" + i % 100 + ".example.com", false, AuthResult.SOFTFAIL),
                        Weight.REASON));
    }
}
