package org.dmarcmilter.worker;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.feedback.ReportMail;
import org.dmarcmilter.files.FileProblem;

/** Makes the mails of a report, each in a file beside the report's. */
final class MailMaker {
    private static final int BOUNDARY_OCTETS = 16;
    private static final String CRLF = "\r\n";

    private final Path directory;
    private final Sending sending;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** @param directory for the files */
    MailMaker(Path directory, Sending sending, Clock clock) {
        this.directory = directory;
        this.sending = sending;
        this.clock = clock;
    }

    /** Octets of the mail to that address. */
    long size(BuiltReport built, String address) throws IOException {
        Counter counter = new Counter();
        write(mail(built, address, 1, clock.instant()), built, counter);
        return counter.octets;
    }

    /** The mail in a file, until the next one is made. */
    Path make(BuiltReport built, String address, int number) throws IOException {
        Path file = directory.resolve("mail");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            write(mail(built, address, number, clock.instant()), built, out);
        } catch (IOException e) {
            throw FileProblem.of(file, e);
        }
        return file;
    }

    /**
     * In its place that it is too large (RFC 7489, section 7.2.2).
     *
     * @param size octets that could not be sent
     */
    Path makeError(BuiltReport built, String address, int number, long size) throws IOException {
        ReportIdentity identity = built.report().identity();
        String domain = built.report().policy().domain().ascii();
        String date = date(clock.instant());
        String text = String.join(
                CRLF,
                head(sending, address, "DMARC aggregate reporting error report for " + domain, date),
                "Message-ID: <" + identity.reportId() + "." + number + "@" + identity.submitter() + ">",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=us-ascii",
                "",
                "Report-Date: " + date,
                "Report-Domain: " + domain,
                "Report-ID: " + identity.reportId(),
                "Report-Size: " + size,
                "Submitter: " + identity.submitter(),
                "Submitting-URI: mailto:" + address,
                "");
        return Files.writeString(directory.resolve("mail"), text, StandardCharsets.US_ASCII);
    }

    /** What the file is called in the mail. */
    String fileName(BuiltReport built) {
        return mail(built, sending.from(), 1, clock.instant()).fileName();
    }

    /** A mail without a report. */
    static String test(Sending sending, String to, Instant date) {
        return String.join(
                CRLF,
                head(sending, to, "dmarc-milter report check", date(date)),
                "",
                "Aggregate reports are sent as this mail was. Look whether it passes DMARC.",
                "");
    }

    private static String head(Sending sending, String to, String subject, String date) {
        return String.join(
                CRLF,
                "From: <" + sending.from() + ">",
                "To: " + to,
                "Subject: " + subject,
                "Date: " + date,
                "Auto-Submitted: auto-generated");
    }

    private static String date(Instant date) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC));
    }

    private static void write(ReportMail mail, BuiltReport built, OutputStream out) throws IOException {
        try (InputStream file = Files.newInputStream(built.file())) {
            mail.write(file, out);
        }
    }

    private ReportMail mail(BuiltReport built, String address, int number, Instant date) {
        return new ReportMail(
                built.report(), built.written(), sending.fromName(), sending.from(), address, number, date, boundary());
    }

    /** 128 bits that nobody can guess. */
    private String boundary() {
        byte[] octets = new byte[BOUNDARY_OCTETS];
        random.nextBytes(octets);
        return "report-" + HexFormat.of().formatHex(octets);
    }

    /** Counts what is written. */
    private static final class Counter extends OutputStream {
        private long octets;

        @Override
        public void write(int octet) {
            octets++;
        }

        @Override
        public void write(byte[] piece, int offset, int length) {
            octets += length;
        }
    }
}
