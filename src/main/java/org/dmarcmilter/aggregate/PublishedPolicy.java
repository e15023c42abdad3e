package org.dmarcmilter.aggregate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.OctetText;

/**
 * A policy as its owner published it and as a report shows it: {@code policy_published} (RFC 7489, appendix C; RFC 9990, section
 * 3.1.1.5), with defaults filled in, so that a tag that is absent and one that says the default are the same. Report addresses are no
 * part of it: another address is no other policy.
 *
 * @param domain where the record was found: the policy domain
 * @param standard by which text the record was read
 * @param method how it was found
 * @param p policy for the domain
 * @param sp for subdomains; {@code p} unless given
 * @param np for subdomains that do not exist; {@code sp} unless given
 * @param adkim how a DKIM domain must match
 * @param aspf how an SPF domain must match
 * @param pct share of failing mail to which the policy applies, 0 to 100
 * @param fo which failures to report: {@code 0}, {@code 1}, {@code d}, {@code s} in the record's order, never empty
 * @param testing the tag t=y (RFC 9989)
 * @param psd whether the domain is a public suffix domain
 * @param every length of the report's period, seconds, at least 1
 */
public record PublishedPolicy(
        DomainName domain,
        Standard standard,
        DiscoveryMethod method,
        Policy p,
        Policy sp,
        Policy np,
        AlignmentMode adkim,
        AlignmentMode aspf,
        int pct,
        List<String> fo,
        boolean testing,
        Psd psd,
        int every) {

    /** How policy and organizational domain were found (RFC 9990, {@code discovery_method}). */
    public enum DiscoveryMethod {
        PSL,
        TREEWALK;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word in a report and in the canonical text. */
        public String word() {
            return word;
        }
    }

    /** Of the values in the canonical text, in its order. */
    public static final List<String> NAMES =
            List.of("v", "std", "disc", "p", "sp", "np", "adkim", "aspf", "pct", "fo", "t", "psd", "every");

    private static final String VERSION = "1";
    private static final int VALUES_ROOM = 64;
    private static final Set<String> FAILURE_OPTIONS = Set.of("0", "1", "d", "s");

    /** @throws IllegalArgumentException if {@code pct}, {@code fo} or {@code every} is none */
    public PublishedPolicy {
        fo = List.copyOf(fo);
        if (pct < 0 || pct > 100 || every < 1) {
            throw new IllegalArgumentException("pct " + pct + ", every " + every);
        }
        if (fo.isEmpty() || Set.copyOf(fo).size() != fo.size() || !FAILURE_OPTIONS.containsAll(fo)) {
            throw new IllegalArgumentException("no list of failure options");
        }
    }

    /**
     * The canonical text, at most 200 characters of printable US-ASCII: equal for equal policies of one domain. The domain is no part
     * of it.
     */
    public String text() {
        OctetText values = new OctetText(VALUES_ROOM);
        appendValues(values);
        return CanonicalText.of(NAMES, values);
    }

    /** Appends the values of {@link #text}, with {@link CanonicalText#SEPARATOR} between them. */
    public void appendValues(OctetText to) {
        to.append(VERSION);
        to.append(standard == Standard.RFC7489 ? "\t7489\t" : "\t9989\t").append(method.word());
        to.append('\t')
                .append(p.word())
                .append('\t')
                .append(sp.word())
                .append('\t')
                .append(np.word());
        to.append('\t').append(letter(adkim)).append('\t').append(letter(aspf));
        to.append('\t').append(pct).append('\t').append(String.join(":", fo));
        to.append(testing ? "\ty\t" : "\tn\t").append(letter(psd)).append('\t').append(every);
    }

    /** Reads what {@link #text} writes; empty for anything else. */
    public static Optional<PublishedPolicy> parse(DomainName domain, String text) {
        try {
            CanonicalText.Reader reader = new CanonicalText.Reader(text);
            PublishedPolicy policy = new PublishedPolicy(
                    domain,
                    reader.flag("std", "7489", "9989") ? Standard.RFC7489 : Standard.RFC9989,
                    reader.constant("disc", DiscoveryMethod.class),
                    reader.constant("p", Policy.class),
                    reader.constant("sp", Policy.class),
                    reader.constant("np", Policy.class),
                    reader.flag("adkim", "s", "r") ? AlignmentMode.STRICT : AlignmentMode.RELAXED,
                    reader.flag("aspf", "s", "r") ? AlignmentMode.STRICT : AlignmentMode.RELAXED,
                    reader.number("pct"),
                    CanonicalText.items(reader.value("fo"), ':'),
                    reader.flag("t", "y", "n"),
                    psd(reader.value("psd")),
                    reader.number("every"));
            return Optional.of(policy).filter(read -> read.text().equals(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String letter(Psd psd) {
        return switch (psd) {
            case YES -> "y";
            case NO -> "n";
            case UNKNOWN -> "u";
        };
    }

    private static Psd psd(String letter) {
        return switch (letter) {
            case "y" -> Psd.YES;
            case "n" -> Psd.NO;
            case "u" -> Psd.UNKNOWN;
            default -> throw new IllegalArgumentException("psd");
        };
    }

    private static String letter(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "s" : "r";
    }
}
