package org.dmarcmilter.report;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.history.Evaluation;

/**
 * A failure report as a mail: three parts for people, programs and the curious (RFC 6591; RFC 5965; RFC 9991). The layout is
 * OpenDMARC's, which receivers know. Pure: the same values make the same octets.
 *
 * <p>Left out on purpose: {@code Original-Rcpt-To} (a recipient's address is none of the owner's business), the body, and
 * {@code Message-ID}, which {@code sendmail} adds.
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
        Optional<Evaluation.Dkim> failedSignature) {

    private static final int MAX_NAME = 255;
    private static final int MAX_VALUE = 512;

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
        field(header, "From", Neutral.line(from, MAX_VALUE));
        field(header, "To", recipients());
        bcc.ifPresent(address -> field(header, "Bcc", Neutral.line(address, MAX_VALUE)));
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
                .append(DATE.format(evaluation().received()))
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
        field(part, "User-Agent", Neutral.line(userAgent, MAX_NAME));
        field(part, "Auth-Failure", "dmarc");
        field(
                part,
                "Authentication-Results",
                Neutral.word(notice.authservId(), MAX_NAME) + "; dmarc="
                        + evaluation().result().status().word() + " header.from=" + author());
        field(part, "Original-Envelope-Id", Neutral.word(evaluation().jobId(), MAX_NAME));
        field(part, "Original-Mail-From", Neutral.line(notice.envelopeSender(), MAX_VALUE));
        field(part, "Arrival-Date", DATE.format(evaluation().received()));
        field(part, "Delivery-Result", deliveryResult());
        field(part, "Source-IP", clientAddress() + (clientName().isEmpty() ? "" : " (" + clientName() + ")"));
        field(part, "Reported-Domain", author());
        field(part, "Identity-Alignment", identityAlignment());
        failedSignature.ifPresent(signature -> {
            field(part, "DKIM-Domain", Neutral.word(signature.domain(), MAX_NAME));
            if (!signature.selector().isEmpty()) {
                field(part, "DKIM-Selector", Neutral.word(signature.selector(), MAX_NAME));
            }
        });
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
            String plain = Neutral.line(address, MAX_VALUE);
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
        DmarcResult result = evaluation().result();
        String failed = Stream.of(
                        result.alignedDkim().isEmpty() ? "dkim" : "",
                        result.alignedSpf().isEmpty() ? "spf" : "")
                .filter(mechanism -> !mechanism.isEmpty())
                .collect(Collectors.joining(", "));
        return failed.isEmpty() ? "none" : failed;
    }

    /** RFC 6591, section 3.2.2. */
    private String deliveryResult() {
        return switch (evaluation().action()) {
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
        return evaluation().result().author().ascii();
    }

    private String clientName() {
        return Neutral.word(notice.clientName(), MAX_NAME);
    }

    private String clientAddress() {
        return Neutral.word(evaluation().clientAddress(), MAX_NAME);
    }

    private String client() {
        return clientName().isEmpty() ? clientAddress() : clientName();
    }
}
