package org.dmarcmilter.judge;

import java.util.List;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dkim.DkimVerification;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.text.Printable;

/** The lines for debugging about signatures that we verified: one for each, made only when somebody reads them. */
final class SignatureLines {
    private SignatureLines() {}

    static List<LogLine> of(MessageFacts facts, DkimVerification.Findings findings) {
        return findings.signatures().stream()
                .map(signature -> LogLine.debug(() -> facts.logged(line(signature))))
                .toList();
    }

    /** {@code dkim=pass d=example.com s=sel a=rsa-sha256 2048 bits}. */
    private static String line(DkimResult signature) {
        StringBuilder line =
                new StringBuilder(80).append("dkim=").append(signature.code().word());
        if (!signature.reason().isEmpty()) {
            line.append(" reason=\"")
                    .append(Printable.shortened(signature.reason()))
                    .append('"');
        }
        signature.domain().ifPresent(domain -> line.append(" d=").append(domain.ascii()));
        if (!signature.selector().isEmpty()) {
            line.append(" s=").append(Printable.shortened(signature.selector()));
        }
        if (!signature.algorithm().isEmpty()) {
            line.append(" a=").append(signature.algorithm());
        }
        if (signature.keyBits() > 0) {
            line.append(' ').append(signature.keyBits()).append(" bits");
        }
        return line.toString();
    }
}
