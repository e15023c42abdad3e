package org.dmarcmilter.store;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;

/** A published policy as text, without its domain: the same text for the same policy. */
final class PolicyText {
    private PolicyText() {}

    static String of(PublishedPolicy policy) {
        return "v=1;std=" + policy.standard().name().substring(3)
                + ";disc=" + policy.method().name().toLowerCase(Locale.ROOT)
                + ";p=" + policy.p().word()
                + ";sp=" + policy.sp().word()
                + ";np=" + policy.np().word()
                + ";adkim=" + (policy.adkim() == AlignmentMode.STRICT ? "s" : "r")
                + ";aspf=" + (policy.aspf() == AlignmentMode.STRICT ? "s" : "r")
                + ";pct=" + policy.pct()
                + ";fo=" + String.join(":", policy.fo())
                + ";t=" + (policy.testing() ? "y" : "n")
                + ";psd=" + policy.psd().name().toLowerCase(Locale.ROOT)
                + ";every=" + policy.every();
    }

    /** @throws IllegalArgumentException for what {@link #of} has not written */
    static PublishedPolicy parse(DomainName domain, String text) {
        Map<String, String> tags = new HashMap<>();
        for (String tag : text.split(";", -1)) {
            int equals = tag.indexOf('=');
            tags.put(tag.substring(0, equals), tag.substring(equals + 1));
        }
        return new PublishedPolicy(
                domain,
                Standard.valueOf("RFC" + tags.get("std")),
                DiscoveryMethod.valueOf(upper(tags, "disc")),
                Policy.valueOf(upper(tags, "p")),
                Policy.valueOf(upper(tags, "sp")),
                Policy.valueOf(upper(tags, "np")),
                mode(tags, "adkim"),
                mode(tags, "aspf"),
                Integer.parseInt(tags.get("pct")),
                List.of(upper(tags, "fo").toLowerCase(Locale.ROOT).split(":", -1)),
                "y".equals(tags.get("t")),
                Psd.valueOf(upper(tags, "psd")),
                Integer.parseInt(tags.get("every")));
    }

    private static AlignmentMode mode(Map<String, String> tags, String name) {
        return upper(tags, name).equals("S") ? AlignmentMode.STRICT : AlignmentMode.RELAXED;
    }

    private static String upper(Map<String, String> tags, String name) {
        String value = tags.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a policy without " + name);
        }
        return value.toUpperCase(Locale.ROOT);
    }
}
