package org.dmarcmilter.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Evaluation;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.spf.SpfResult;
import org.dmarcmilter.text.Printable;

/**
 * A failure report as a mail: three parts for people, programs and the curious (RFC 6591; RFC 5965; RFC 9991). The layout is
 * OpenDMARC's, which receivers know. Pure: the same values make the same octets.
 *
 * <p>Left out on purpose, of the fields that a report may have:
 *
 * <ul>
 *   <li>{@code Original-Rcpt-To}: who got the mail is none of the owner's business, and the MTA is not asked for it;
 *   <li>{@code DKIM-Canonicalized-Header}, {@code DKIM-Canonicalized-Body}, {@code DKIM-Selector-DNS}: only the verifier has
 *       them and does not pass them on, and where that is this program (DKIMSelfValidate) it keeps no body;
 *   <li>{@code DKIM-ADSP-DNS}: ADSP is historic;
 *   <li>{@code Reported-URI}: it would come from a body;
 *   <li>{@code Incidents}: each message is reported by itself, which is what its absence says (RFC 5965, section 3.2);
 *   <li>{@code Message-ID}, which {@code sendmail} adds.
 * </ul>
 *
 * <p>Of several signatures that failed one is named, as each of the DKIM fields may stand there once; the others are among
 * the quoted header fields. {@code Identity-Alignment} has RFC 9991's meaning, the mechanisms that did not align, under
 * both standards: RFC 7489 meant those that did, but a receiver cannot see which one we follow.
 *
 * <p>No local part is redacted (RFC 6590). As in OpenDMARC the header section is passed on as it came: an owner who looks
 * for a broken signature needs its octets, and RFC 9991, section 7, leaves the choice to the receiver. Who may not pass on
 * addresses does not set FailureReports.
 *
 * @param from the whole value of the From field
 * @param to recipients, at least one
 * @param bcc a hidden recipient
 * @param date when the report is made
 * @param userAgent our name and version
 * @param boundary what separates the parts; nobody may guess it
 * @param notice the message
 * @param failedSignature the signature of the author's organization that did not pass, if there is one
 */
record FailureReport(
        String from,
        List<String> to,
        Optional<String> bcc,
        Instant date,
        String userAgent,
        String boundary,
        FailureNotice notice,
        Optional<DkimSeen> failedSignature) {

    /** What OpenDMARC says of a client without address. */
    private static final String NO_ADDRESS = "127.0.0.1";

    private static final int MAX_NAME = 255;
    private static final int MAX_VALUE = 512;

    /** Beside a domain name in one line of at most 998 octets. */
    private static final int MAX_RECORD = 700;

    /** RFC 2045, section 5.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9.!#$%&'*+^_`{|}~-]+");

    /** A To field is folded before its lines get as long as this (RFC 5322, section 2.1.1). */
    private static final int MAX_TO_LINE = 900;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM yyyy HH:mm:ss '+0000 (UTC)'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    FailureReport {
        to = List.copyOf(to);
    }

    /** The complete mail: US-ASCII, lines end with a line feed, none is longer than 998 octets. */
    String text() {
        return header() + "\n" + notification() + feedback() + messageHeaders() + "--" + boundary + "--\n";
    }

    private String header() {
        StringBuilder header = new StringBuilder();
        field(header, "From", Printable.of(from, MAX_VALUE));
        field(header, "To", recipients());
        bcc.ifPresent(address -> field(header, "Bcc", Printable.of(address, MAX_VALUE)));
        field(header, "Date", DATE.format(date));
        field(header, "Subject", "DMARC failure report for " + author() + " received from " + client());
        field(header, "MIME-Version", "1.0");
        field(header, "Auto-Submitted", "auto-generated");
        field(
                header,
                "Content-Type",
                "multipart/report;\n\treport-type=feedback-report;\n\tboundary=\"" + boundary + "\"");
        return header.toString();
    }

    private String notification() {
        StringBuilder part = part("Notification", "text/plain");
        part.append('\n')
                .append("This is an authentication failure report for an email message received from\n")
                .append(clientName().isEmpty() ? "" : clientName() + " ")
                .append("[" + clientAddress() + "] on ")
                .append(DATE.format(evaluation().at()))
                .append(".\n");
        if (!QuotedHeaders.of(notice.headers()).complete()) {
            part.append("Its header section is long; only the beginning is included.\n");
        }
        return part.append('\n').toString();
    }

    private String feedback() {
        StringBuilder part = part("DMARC failure report", "message/feedback-report");
        part.append('\n');
        field(part, "Feedback-Type", "auth-failure");
        field(part, "Version", "1");
        field(part, "User-Agent", Printable.of(userAgent, MAX_NAME));
        field(part, "Auth-Failure", "dmarc");
        field(
                part,
                "Authentication-Results",
                authservId() + "; dmarc=" + evaluation().dmarc().status().word() + " header.from=" + author());
        field(part, "Original-Envelope-Id", Neutral.word(evaluation().queueId(), MAX_NAME));
        field(part, "Original-Mail-From", Printable.of(evaluation().sender().address(), MAX_VALUE));
        field(part, "Arrival-Date", DATE.format(evaluation().at()));
        field(part, "Delivery-Result", deliveryResult());
        field(part, "Reporting-MTA", "dns; " + Neutral.word(evaluation().reporter(), MAX_NAME));
        field(part, "Source-IP", clientAddress() + (clientName().isEmpty() ? "" : " (" + clientName() + ")"));
        notice.clientPort().ifPresent(port -> field(part, "Source-Port", String.valueOf(port)));
        field(part, "Reported-Domain", author());
        field(part, "Identity-Alignment", identityAlignment());
        failedSignature.ifPresent(signature -> {
            field(part, "DKIM-Domain", signature.domain().ascii());
            field(part, "DKIM-Identity", identity(signature));
            if (!signature.selector().isEmpty()) {
                field(part, "DKIM-Selector", Neutral.word(signature.selector(), MAX_NAME));
            }
        });
        for (SpfResult.Consulted record : failedSpf()) {
            field(
                    part,
                    "SPF-DNS",
                    "txt : " + Neutral.word(record.domain(), MAX_NAME) + " : "
                            + Neutral.quotedString(record.text(), MAX_RECORD));
        }
        return part.append('\n').toString();
    }

    private String messageHeaders() {
        QuotedHeaders quoted = QuotedHeaders.of(notice.headers());
        StringBuilder part = part("Failed message headers", "text/rfc822-headers");
        if (!quoted.transferEncoding().isEmpty()) {
            field(part, "Content-Transfer-Encoding", quoted.transferEncoding());
        }
        return part.append('\n').append(quoted.text()).append('\n').toString();
    }

    private StringBuilder part(String description, String type) {
        StringBuilder part = new StringBuilder("--").append(boundary).append('\n');
        field(part, "Content-Description", description);
        field(part, "Content-Type", type);
        return part;
    }

    private static void field(StringBuilder header, String name, String value) {
        header.append(name).append(": ").append(value).append('\n');
    }

    private String recipients() {
        StringBuilder list = new StringBuilder();
        int lineLength = 0;
        for (String address : to) {
            String plain = Printable.of(address, MAX_VALUE);
            if (list.length() > 0) {
                boolean fold = lineLength + plain.length() > MAX_TO_LINE;
                list.append(fold ? ",\n\t" : ", ");
                lineLength = fold ? 0 : lineLength;
            }
            list.append(plain);
            lineLength += plain.length() + 2;
        }
        return list.toString();
    }

    /** RFC 9991, section 4: the mechanisms that did not authenticate an aligned identifier. */
    private String identityAlignment() {
        DmarcResult result = evaluation().dmarc();
        String failed = Stream.of(
                        result.alignedDkim().isEmpty() ? "dkim" : "",
                        result.alignedSpf().isEmpty() ? "spf" : "")
                .filter(mechanism -> !mechanism.isEmpty())
                .collect(Collectors.joining(", "));
        return failed.isEmpty() ? "none" : failed;
    }

    /**
     * The records with which our own check of SPF failed: RFC 9991, section 4, asks for them, and RFC 6591, section 3.2.6,
     * for each that was used. Those of another checker are not known, and a second look at the DNS would not show what it
     * saw.
     */
    private List<SpfResult.Consulted> failedSpf() {
        return evaluation()
                .spf()
                .filter(spf -> !spf.result().equals(ResultWord.PASS))
                .map(SpfSeen::records)
                .orElse(List.of());
    }

    /** Who signed; if the verifier does not say, what a signature without {@code i=} means (RFC 6376, section 3.5). */
    private static String identity(DkimSeen signature) {
        String identity = signature.identity().indexOf('@') >= 0 ? signature.identity() : "@" + signature.domain();
        return Neutral.word(identity, MAX_VALUE);
    }

    /** With a job id it is no token and stands in quotes (RFC 8601, section 2.2). */
    private String authservId() {
        String id = Neutral.word(notice.authservId(), MAX_NAME);
        return TOKEN.matcher(id).matches() ? id : '"' + id + '"';
    }

    /** RFC 6591, section 3.2.2. */
    private String deliveryResult() {
        return switch (evaluation().applied()) {
            case REJECT -> "reject";
            case QUARANTINE -> "policy";
            case TEMPFAIL -> "other";
            case ACCEPT -> "delivered";
        };
    }

    private Evaluation evaluation() {
        return notice.evaluation();
    }

    private String author() {
        return evaluation().dmarc().author().ascii();
    }

    private String clientName() {
        return Neutral.word(notice.clientName(), MAX_NAME);
    }

    private String clientAddress() {
        return evaluation().client().map(IpAddress::text).orElse(NO_ADDRESS);
    }

    private String client() {
        return clientName().isEmpty() ? clientAddress() : clientName();
    }
}
