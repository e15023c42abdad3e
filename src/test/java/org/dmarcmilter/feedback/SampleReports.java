package org.dmarcmilter.feedback;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.Reason;
import org.dmarcmilter.aggregate.RowFacts.ReasonType;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/** A report of 2026-11-27 about example.com with rows of every kind, and the steps to its file. */
final class SampleReports {
    static final String REPORT_ID = "2026112700k3f9qv7m2x4tya5c";
    static final Instant BEGIN = Instant.parse("2026-11-27T00:00:00Z");
    static final Instant END = Instant.parse("2026-11-27T23:59:59Z");

    private SampleReports() {}

    static ReportIdentity identity(Format format) {
        return new ReportIdentity(
                REPORT_ID,
                BEGIN,
                END,
                "Société d'Exemple & fils",
                "postmaster@rep.example",
                "https://rep.example/dmarc?a=1&b=2",
                "mx.rep.example",
                "dmarc-milter v1.1.0",
                format);
    }

    static PublishedPolicy policy() {
        return new PublishedPolicy(
                DomainName.of("example.com"),
                Standard.RFC7489,
                DiscoveryMethod.PSL,
                Policy.REJECT,
                Policy.QUARANTINE,
                Policy.NONE,
                AlignmentMode.RELAXED,
                AlignmentMode.STRICT,
                50,
                List.of("1", "d"),
                true,
                Psd.UNKNOWN,
                86_400);
    }

    static AggregateReport report(Format format) {
        return new AggregateReport(
                identity(format),
                policy(),
                List.of("'pct=half' is no number", "rua a@b.example: no external authorization"));
    }

    /** One row of each kind that a report can have; 1,003 messages. */
    static List<ReportRow> rows() {
        return List.of(
                new ReportRow(
                        IpAddress.of("192.0.2.1"),
                        1_000,
                        new RowFacts(
                                Disposition.PASS,
                                true,
                                true,
                                List.of(),
                                "example.com",
                                "bounce.example.com",
                                "rcpt.example",
                                List.of(
                                        new DkimAuth("example.com", "s1", AuthResult.PASS),
                                        new DkimAuth("esp.example", "", AuthResult.SOFTFAIL)),
                                new SpfAuth("bounce.example.com", false, AuthResult.PASS),
                                Weight.REASON)),
                new ReportRow(
                        IpAddress.of("2001:db8::1"),
                        1,
                        new RowFacts(
                                Disposition.QUARANTINE,
                                false,
                                false,
                                List.of(
                                        new Reason(ReasonType.SAMPLED_OUT, "sampled out, pct=50"),
                                        new Reason(ReasonType.POLICY_TEST_MODE, "t=y"),
                                        new Reason(ReasonType.LOCAL_POLICY, "")),
                                "sub.example.com",
                                "",
                                "",
                                List.of(),
                                new SpfAuth("mail.example.net", true, AuthResult.POLICY),
                                Weight.REASON)),
                new ReportRow(
                        IpAddress.of("::ffff:192.0.2.7"),
                        2,
                        new RowFacts(
                                Disposition.NONE,
                                false,
                                false,
                                List.of(new Reason(
                                        ReasonType.TRUSTED_FORWARDER,
                                        "arc=pass as[1].d=fwd.example as[1].s=a client-ip[1]=192.0.2.9")),
                                "example.com",
                                "[192.0.2.7]",
                                "",
                                List.of(new DkimAuth("", "s<1>\u0000é", AuthResult.PERMERROR)),
                                new SpfAuth("a&b\uFFFE.example", false, AuthResult.TEMPERROR),
                                Weight.REJECTED)));
    }

    /** The gzip file. */
    static byte[] file(AggregateReport report, List<ReportRow> rows) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            AggregateXml.write(report, rows.iterator(), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    /** The document in the file. */
    static String xml(AggregateReport report, List<ReportRow> rows) {
        return unzipped(file(report, rows));
    }

    /** What is in a gzip file, as text. */
    static String unzipped(byte[] file) {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
