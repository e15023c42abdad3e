package org.dmarcmilter.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.authres.AuthenticationResults;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.authres.AuthenticationResultsWriter;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.dkim.ArcResult;
import org.dmarcmilter.dkim.DkimResult;
import org.dmarcmilter.dmarc.DmarcResult;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.evidence.OwnDkim;
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

    /**
     * The own check of all signatures, with the words and properties of RFC 8601, section 2.7.1, and RFC 6008, and of the ARC chain (RFC
     * 8617, section 7.1). What could not be read is left out. At most the signatures that were looked at, and one result for the others.
     */
    static HeaderField dkim(String authservId, OwnDkim own) {
        List<MethodResult> results = new ArrayList<>();
        for (DkimResult signature : own.findings().signatures()) {
            results.add(new MethodResult(
                    "dkim",
                    ResultWord.of(signature.code().word()),
                    signature.testMode() ? "test mode" : "",
                    signature.reason(),
                    properties(signature)));
        }
        int more = own.findings().unchecked();
        if (more > 0) {
            results.add(new MethodResult(
                    "dkim",
                    ResultWord.POLICY,
                    "",
                    more + (more == 1 ? " more signature" : " more signatures") + " not checked",
                    List.of()));
        }
        if (results.isEmpty()) {
            results.add(new MethodResult("dkim", ResultWord.NONE, "", "", List.of()));
        }
        own.findings().arc().ifPresent(arc -> results.add(arc(arc)));
        return field(authservId, results);
    }

    private static List<Property> properties(DkimResult signature) {
        List<Property> properties = new ArrayList<>(5);
        signature.domain().ifPresent(domain -> properties.add(new Property("header", "d", domain.ascii())));
        property(properties, "i", signature.identity());
        property(properties, "s", signature.selector());
        property(properties, "a", signature.algorithm());
        property(properties, "b", signature.signature());
        return properties;
    }

    private static void property(List<Property> properties, String name, String value) {
        if (!value.isEmpty()) {
            properties.add(new Property("header", name, value));
        }
    }

    /** The chain as OpenARC writes it, but with the names of who sealed: the newest first. */
    private static MethodResult arc(ArcResult arc) {
        List<Property> properties = new ArrayList<>(2);
        if (arc.pass()) {
            arc.remoteIp().ifPresent(address -> properties.add(new Property("smtp", "remote-ip", address.text())));
            properties.add(new Property(
                    "arc",
                    "chain",
                    arc.seals().stream().map(seal -> seal.domain().ascii()).collect(Collectors.joining(":"))));
        }
        return new MethodResult("arc", arc.pass() ? ResultWord.PASS : ResultWord.FAIL, "", arc.reason(), properties);
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
        return field(authservId, List.of(result));
    }

    private static HeaderField field(String authservId, List<MethodResult> results) {
        return new HeaderField(
                "Authentication-Results",
                AuthenticationResultsWriter.write(new AuthenticationResults(authservId, results)));
    }
}
