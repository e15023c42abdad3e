package org.dmarcmilter.judge;

import java.util.List;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.authres.AuthenticationResults;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.authres.AuthenticationResultsWriter;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnSpf;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/** The header fields that we add. */
final class ResultFields {
    /** No name of a program, two hosts and a message is so long. */
    private static final int MAX_SOFTWARE = 800;

    private ResultFields() {}

    /**
     * {@code ID; dmarc=RESULT (p=POLICY dis=DISPOSITION) header.from=DOMAIN policy.dmarc=POLICY}. The comment is OpenDMARC's: what the
     * owner published for this domain, and what was done. The property is the policy after its options (RFC 9989, section 9.1).
     */
    static HeaderField dmarc(String authservId, DmarcResult result, Policy shown) {
        Property from = new Property("header", "from", result.author().ascii());
        return switch (result.status()) {
            case PASS, FAIL, NONE ->
                field(
                        authservId,
                        new MethodResult(
                                "dmarc",
                                ResultWord.of(result.status().word()),
                                "p=" + result.policy().word() + " dis=" + shown.word(),
                                "",
                                List.of(
                                        from,
                                        new Property(
                                                "policy",
                                                "dmarc",
                                                result.toApply().word()))));
            // Nothing is known about the policy, so nothing is said about it.
            case TEMPERROR, PERMERROR ->
                field(
                        authservId,
                        new MethodResult("dmarc", ResultWord.of(result.status().word()), "", "", List.of(from)));
        };
    }

    /** For a message without a usable author domain (RFC 7489, section 6.6.1). */
    static HeaderField noAuthorDomain(String authservId) {
        return field(authservId, new MethodResult("dmarc", ResultWord.PERMERROR, "", "", List.of()));
    }

    /** The own SPF check, with the words of RFC 8601. */
    static HeaderField spf(String authservId, OwnSpf own) {
        String name = own.identity().scope() == SpfIdentity.Scope.HELO ? "helo" : "mailfrom";
        return field(
                authservId,
                new MethodResult(
                        "spf",
                        own.word(),
                        "",
                        "",
                        List.of(new Property("smtp", name, own.identity().domain()))));
    }

    /** SoftwareHeader. */
    static HeaderField software(MessageFacts facts, String hostName) {
        String via = facts.mtaName().equalsIgnoreCase(hostName) ? "" : " via " + hostName;
        return new HeaderField(
                "DMARC-Filter",
                Printable.of(
                        ProgramVersion.NAME_AND_VERSION + " " + facts.mtaName() + via + " " + facts.queueId(),
                        MAX_SOFTWARE));
    }

    private static HeaderField field(String authservId, MethodResult result) {
        return new HeaderField(
                "Authentication-Results",
                AuthenticationResultsWriter.write(new AuthenticationResults(authservId, List.of(result))));
    }
}
