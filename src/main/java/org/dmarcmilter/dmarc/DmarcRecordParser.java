package org.dmarcmilter.dmarc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.text.Printable;
import org.dmarcmilter.text.TagList;

/**
 * Reads the text of a TXT record as DMARC policy (RFC 7489, section 6.3 and 6.6.3; RFC 9989, section 4.7 and 4.8).
 *
 * <p>Strict in what makes it a DMARC record, lenient in the rest, as both texts ask: a bad tag gets its default, unknown
 * tags are read past. Two points on which they are silent: a tag that stands twice counts as written last (OpenDMARC does
 * so too), and white space before {@code v} is read past (RFC 6376, section 3.2).
 */
public final class DmarcRecordParser {
    private static final String VERSION = "DMARC1";
    private static final int DEFAULT_PCT = 100;
    private static final long DEFAULT_REPORT_INTERVAL = 86_400;
    /** The tag ri is a 32-bit number (RFC 7489, section 6.3). */
    private static final long MAX_REPORT_INTERVAL = 0xFFFF_FFFFL;
    /** Enough to mend a record by; a hostile one could have thousands. */
    private static final int MAX_MISTAKES = 20;

    private static final int MAX_QUOTED = 60;

    /** Far more than anybody publishes; each answer costs the reading of it. */
    static final int MAX_LENGTH = 8_192;

    private static final Set<String> TAGS_OF_BOTH = Set.of("p", "sp", "adkim", "aspf", "fo", "rua", "ruf");
    private static final Set<String> TAGS_OF_7489 = Set.of("pct", "rf", "ri");
    private static final Set<String> TAGS_OF_9989 = Set.of("np", "psd", "t");

    private final Standard standard;
    private final Map<String, String> tags = new HashMap<>();
    private final List<String> mistakes = new ArrayList<>();

    private DmarcRecordParser(Standard standard) {
        this.standard = standard;
    }

    /** What a TXT record turned out to be. Mistakes are sentences for the owner of the domain, safe to print. */
    public sealed interface Parsed {
        /** It does not begin with {@code v=DMARC1}: to be treated as if it were not there. */
        record NotDmarc() implements Parsed {}

        /** A policy. */
        record Usable(DmarcRecord record, List<String> mistakes) implements Parsed {
            public Usable {
                mistakes = List.copyOf(mistakes);
            }
        }

        /**
         * A DMARC record without a policy that could be applied (RFC 7489, section 6.6.3, step 6).
         *
         * @param reason in short
         * @param lacksPolicy whether the tag p is missing or empty, and not only wrong
         * @param psd the tag psd, which counts in the tree walk even so
         */
        record Unusable(String reason, boolean lacksPolicy, List<String> mistakes, Psd psd) implements Parsed {
            public Unusable {
                mistakes = List.copyOf(mistakes);
            }
        }
    }

    /** Reads one record, of at most {@value #MAX_LENGTH} octets. Takes any text, and time in proportion to it. */
    public static Parsed parse(String txt, Standard standard) {
        TagList.Tag version = TagList.first(txt);
        if (!version.name().equals("v") || !version.value().equals(VERSION)) {
            return new Parsed.NotDmarc();
        }
        if (txt.length() > MAX_LENGTH) {
            String reason = "longer than " + MAX_LENGTH + " octets";
            return new Parsed.Unusable(
                    reason, false, List.of("The record is " + reason + ": it is not read. Shorten it."), Psd.UNKNOWN);
        }
        DmarcRecordParser parser = new DmarcRecordParser(standard);
        if (txt.charAt(0) != 'v') {
            parser.mistake("White space before v=DMARC1: other receivers do not see the record. Remove it.");
        }
        List<TagList.Tag> tags = TagList.tags(txt);
        for (int i = 1; i < tags.size(); i++) {
            parser.readTag(tags.get(i), i == 1);
        }
        return parser.judge();
    }

    private void readTag(TagList.Tag tag, boolean first) {
        if (!tag.isPair()) {
            mistake(quoted(tag.text()) + " is ignored: a tag is written name=value.");
            return;
        }
        String name = tag.name().toLowerCase(Locale.ROOT);
        if (!isPrintable(tag.text())) {
            mistake(quoted(tag.text()) + " is ignored: it has characters other than printable ASCII.");
        } else if (TAGS_OF_BOTH.contains(name) || tagsOfStandard().contains(name)) {
            if (name.equals("p") && !first && standard == Standard.RFC7489) {
                mistake("The tag p should follow v=DMARC1 directly (RFC 7489, section 6.3).");
            }
            if (tags.put(name, tag.value()) != null) {
                mistake("The tag " + name + " is there more than once: the last one counts here, and other receivers"
                        + " may choose otherwise. Keep one.");
            }
        } else if (name.equals("pct") && !tag.value().equals("100")) {
            mistake(quoted(tag.text())
                    + " has no effect: RFC 9989 has no pct. Write t=y to have the policy weakened by a step.");
        } else if (!TAGS_OF_7489.contains(name) && !TAGS_OF_9989.contains(name)) {
            mistake(quoted(tag.text()) + " is ignored: there is no such tag.");
        }
    }

    private Set<String> tagsOfStandard() {
        return standard == Standard.RFC7489 ? TAGS_OF_7489 : TAGS_OF_9989;
    }

    private Parsed judge() {
        Optional<Policy> p = policy("p");
        Optional<Policy> sp = policy("sp");
        Optional<Policy> np = policy("np");
        List<DmarcUri> rua = uris("rua");
        List<DmarcUri> ruf = uris("ruf");
        Psd psd = psd();
        boolean replaced = p.isEmpty() || isInvalid("sp", sp) || isInvalid("np", np);
        if (replaced && rua.isEmpty()) {
            mistake("The whole record has no effect: a policy is missing or wrong, and there is no valid rua either.");
            return new Parsed.Unusable(flaw(p, sp) + " and no rua=", lacksPolicy(), mistakes, psd);
        }
        if (replaced) {
            mistake("The record counts as p=none, because a policy is missing or wrong.");
        }
        return new Parsed.Usable(
                new DmarcRecord(
                        replaced ? Policy.NONE : p.get(),
                        replaced ? Optional.empty() : sp,
                        replaced ? Optional.empty() : np,
                        alignmentMode("adkim"),
                        alignmentMode("aspf"),
                        pct(),
                        testing(),
                        psd,
                        fo(),
                        reportInterval(),
                        rua,
                        ruf),
                mistakes);
    }

    private String flaw(Optional<Policy> p, Optional<Policy> sp) {
        if (p.isEmpty()) {
            return lacksPolicy() ? "no p=" : "no valid p=";
        }
        return isInvalid("sp", sp) ? "sp= is not valid" : "np= is not valid";
    }

    private boolean lacksPolicy() {
        return tags.getOrDefault("p", "").isEmpty();
    }

    private boolean isInvalid(String tag, Optional<Policy> policy) {
        return policy.isEmpty() && tags.containsKey(tag);
    }

    private Optional<Policy> policy(String tag) {
        String value = tags.get(tag);
        if (value == null) {
            if (tag.equals("p")) {
                mistake("The tag p is missing. Add p=none, p=quarantine or p=reject after v=DMARC1.");
            }
            return Optional.empty();
        }
        for (Policy policy : Policy.values()) {
            if (policy.word().equalsIgnoreCase(value)) {
                return Optional.of(policy);
            }
        }
        mistake(tag + "=" + quoted(value) + " is no policy: write none, quarantine or reject.");
        return Optional.empty();
    }

    private AlignmentMode alignmentMode(String tag) {
        return switch (letter(tag, "rs", 'r')) {
            case 's' -> AlignmentMode.STRICT;
            default -> AlignmentMode.RELAXED;
        };
    }

    private boolean testing() {
        return letter("t", "yn", 'n') == 'y';
    }

    private Psd psd() {
        return switch (letter("psd", "ynu", 'u')) {
            case 'y' -> Psd.YES;
            case 'n' -> Psd.NO;
            default -> Psd.UNKNOWN;
        };
    }

    /** The value of a tag that has one letter of a few, without case. */
    private char letter(String tag, String allowed, char fallback) {
        String value = tags.get(tag);
        if (value == null) {
            return fallback;
        }
        String lower = value.toLowerCase(Locale.ROOT);
        if (lower.length() == 1 && allowed.contains(lower)) {
            return lower.charAt(0);
        }
        mistake(tag + "=" + quoted(value) + " is not valid: write " + String.join(" or ", allowed.split("")) + "; "
                + fallback + " is used.");
        return fallback;
    }

    private int pct() {
        String value = tags.get("pct");
        if (value == null) {
            return DEFAULT_PCT;
        }
        OptionalLong number = value.length() <= 3 ? Digits.parse(value, 100) : OptionalLong.empty();
        if (number.isEmpty()) {
            mistake("pct=" + quoted(value) + " is not valid: write a number from 0 to 100; 100 is used.");
        }
        return (int) number.orElse(DEFAULT_PCT);
    }

    private long reportInterval() {
        String value = tags.get("ri");
        if (value == null) {
            return DEFAULT_REPORT_INTERVAL;
        }
        OptionalLong number = Digits.parse(value, MAX_REPORT_INTERVAL);
        if (number.isEmpty()) {
            mistake("ri=" + quoted(value) + " is not valid: write seconds; 86400 is used.");
        }
        return number.orElse(DEFAULT_REPORT_INTERVAL);
    }

    private List<String> fo() {
        String value = tags.get("fo");
        if (value == null) {
            return List.of("0");
        }
        Set<String> options = new LinkedHashSet<>();
        for (String option : TagList.items(value, ':')) {
            String lower = option.toLowerCase(Locale.ROOT);
            boolean known = lower.length() == 1 && "01ds".contains(lower);
            if (!known || (!options.add(lower) && standard == Standard.RFC9989)) {
                return badFo(value);
            }
        }
        boolean both = options.contains("0") && options.contains("1");
        return both && standard == Standard.RFC9989 ? badFo(value) : List.copyOf(options);
    }

    private List<String> badFo(String value) {
        mistake("fo=" + quoted(value) + " is not valid: write 0 or 1, d, s, with colons between; 0 is used.");
        return List.of("0");
    }

    private List<DmarcUri> uris(String tag) {
        String value = tags.get(tag);
        if (value == null) {
            return List.of();
        }
        List<DmarcUri> uris = new ArrayList<>();
        for (String text : TagList.items(value, ',')) {
            Optional<DmarcUri> uri = DmarcUri.parse(text, standard);
            if (uri.isEmpty()) {
                mistake(quoted(text) + " in " + tag
                        + " is not valid: write mailto:user@example.com, with commas between" + " addresses.");
                continue;
            }
            if (uri.get().mailbox().isEmpty()) {
                mistake(quoted(text) + " in " + tag + " gets no reports: few send them other than by mailto.");
            }
            uris.add(uri.get());
        }
        return uris;
    }

    private void mistake(String sentence) {
        if (mistakes.size() < MAX_MISTAKES) {
            mistakes.add(sentence);
        }
    }

    private static String quoted(String text) {
        return '"' + Printable.named(text, MAX_QUOTED) + '"';
    }

    /** The characters of dmarc-value, and the white space that may stand beside and between them. */
    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < ' ' && !TagList.isWhiteSpace(c)) || c >= 0x7F) {
                return false;
            }
        }
        return true;
    }
}
