package org.dmarcmilter.feedback;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.text.Printable;

/**
 * The mail that carries an aggregate report to one destination (RFC 9990, section 3.5.2; RFC 7489, section 7.2.1.1): a text for people and
 * the gzip file. Pure: the same values make the same octets, so that a mail that is sent again is the same mail.
 *
 * <p>US-ASCII, lines end with CRLF and have at most 998 octets; the file passes through in pieces.
 *
 * @param report what is told
 * @param written what the file holds
 * @param fromName display name of the From field, in any language
 * @param from its address; that domain must pass DMARC
 * @param to the destination's address, checked to be plain
 * @param number which of the report's destinations it is, from 1; makes the Message-ID another one
 * @param date of the first attempt
 * @param boundary what separates the parts, letters, digits and hyphens, one of them at least
 */
public record ReportMail(
        AggregateReport report,
        AggregateXml.Written written,
        String fromName,
        String from,
        String to,
        int number,
        Instant date,
        String boundary) {

    /** A line of a header is folded before it gets longer (RFC 5322, section 2.1.1). */
    private static final int PREFERRED_LINE = 78;

    /** No address is longer (RFC 5321, section 4.5.3.1); far below 998. */
    private static final int MAX_ADDRESS = 320;

    /** What makes a line of 76 characters (RFC 2045, section 6.8). */
    private static final int OCTETS_OF_A_LINE = 57;

    private static final int LINES_AT_ONCE = 128;

    private static final String END = "\r\n";

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss '+0000'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter PERIOD =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    /** @throws IllegalArgumentException if the boundary could stand in one of the parts */
    public ReportMail {
        if (!boundary.matches("[A-Za-z0-9-]{1,69}") || boundary.indexOf('-') < 0) {
            throw new IllegalArgumentException("no boundary of letters, digits and hyphens");
        }
    }

    /** The name of the attached file. */
    public String fileName() {
        return ReportFileName.of(report).text();
    }

    /** Without angle brackets; the same on every attempt. */
    public String messageId() {
        return identity().reportId() + "." + number + "@" + identity().submitter();
    }

    /** Unfolded. The words are case-sensitive. */
    public String subject() {
        return subject("Subject: ", " ").substring("Subject: ".length());
    }

    /**
     * Writes the mail.
     *
     * @param file the gzip file, read to its end
     * @param out gets the mail; not closed
     * @throws IOException as one of both throws it
     */
    public void write(InputStream file, OutputStream out) throws IOException {
        ascii(out, header() + textPart() + fileHeader());
        byte[] piece = new byte[OCTETS_OF_A_LINE * LINES_AT_ONCE];
        Base64.Encoder base64 = Base64.getMimeEncoder();
        for (int read = file.readNBytes(piece, 0, piece.length);
                read > 0;
                read = file.readNBytes(piece, 0, piece.length)) {
            out.write(base64.encode(read == piece.length ? piece : Arrays.copyOf(piece, read)));
            ascii(out, END);
        }
        ascii(out, "--" + boundary + "--" + END);
    }

    private static void ascii(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private String header() {
        StringBuilder header = new StringBuilder();
        String name = DisplayName.encoded(fromName);
        String sender = "<" + Printable.of(from, MAX_ADDRESS) + ">";
        boolean fits = name.indexOf('\r') < 0 && "From:  ".length() + name.length() + sender.length() <= PREFERRED_LINE;
        line(header, "From: " + name + (fits ? " " : END + " ") + sender);
        line(header, "To: " + Printable.of(to, MAX_ADDRESS));
        line(header, subject("Subject: ", END + " "));
        line(header, "Date: " + DATE.format(date));
        line(header, "Message-ID: <" + messageId() + ">");
        line(header, "Auto-Submitted: auto-generated");
        line(header, "MIME-Version: 1.0");
        line(header, "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"");
        line(header, "");
        return header.toString();
    }

    /** RFC 7489, section 7.2.1.1, and RFC 9990, section 3.5.2; folded only between its three parts. */
    private String subject(String name, String fold) {
        String begin = name + "Report Domain: " + report.policy().domain().ascii();
        String submitter = "Submitter: " + identity().submitter();
        String id = "Report-ID: <" + identity().reportId() + ">";
        boolean oneLine = begin.length() + 1 + submitter.length() <= PREFERRED_LINE;
        int last = oneLine ? begin.length() + 1 + submitter.length() : 1 + submitter.length();
        return begin
                + (oneLine ? " " : fold)
                + submitter
                + (last + 1 + id.length() <= PREFERRED_LINE ? " " : fold)
                + id;
    }

    private String textPart() {
        StringBuilder part = new StringBuilder();
        line(part, "--" + boundary);
        line(part, "Content-Type: text/plain; charset=us-ascii");
        line(part, "Content-Transfer-Encoding: 7bit");
        line(part, "");
        line(part, "This is a DMARC aggregate report.");
        line(part, "");
        line(part, "Policy domain: " + report.policy().domain().ascii());
        line(part, "Submitter:     " + identity().submitter());
        line(
                part,
                "Period:        " + PERIOD.format(identity().begin()) + " to "
                        + PERIOD.format(identity().end()) + " UTC");
        line(part, "Report-ID:     " + identity().reportId());
        line(part, "Messages:      " + written.messages());
        line(part, "Rows:          " + written.rows());
        line(part, "Contact:       " + Printable.of(identity().contact(), MAX_ADDRESS));
        line(part, "");
        return part.toString();
    }

    private String fileHeader() {
        StringBuilder header = new StringBuilder();
        line(header, "--" + boundary);
        line(header, "Content-Type: application/gzip;" + END + " name=\"" + fileName() + "\"");
        line(header, "Content-Disposition: attachment;" + END + " filename=\"" + fileName() + "\"");
        line(header, "Content-Transfer-Encoding: base64");
        line(header, "");
        return header.toString();
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append(END);
    }

    private ReportIdentity identity() {
        return report.identity();
    }
}
