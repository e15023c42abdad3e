package org.dmarcmilter.aggregate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.dmarcmilter.text.OctetText;

/**
 * Everything of a report's row but its address and count ({@code row}, {@code identifiers} and {@code auth_results} of RFC 9990,
 * section 3.1.1). Every text is harmless: printable US-ASCII without white space, comma, semicolon or markup, and made so here, whoever
 * makes such facts; domains are lower-case A-labels, at most 253 characters.
 *
 * @param disposition what was done, in the words of a report
 * @param dkimAligned whether an aligned DKIM identifier passed; never an overridden value
 * @param spfAligned whether the aligned SPF identifier passed
 * @param reasons why something else was done than the policy asks for, at most 4
 * @param headerFrom author domain
 * @param envelopeFrom domain of the envelope sender; empty for the null sender
 * @param envelopeTo domain of the recipients, where that is recorded and they share one; else empty
 * @param dkim each DKIM result that was believed, once, at most 100, in the order of RFC 9990, section 3.1.3
 * @param spf the SPF result that was used
 * @param weight whether such a message is a reason to send a report
 */
public record RowFacts(
        Disposition disposition,
        boolean dkimAligned,
        boolean spfAligned,
        List<Reason> reasons,
        String headerFrom,
        String envelopeFrom,
        String envelopeTo,
        List<DkimAuth> dkim,
        SpfAuth spf,
        Weight weight) {

    /** ActionDispositionType of RFC 9990; the older format writes {@link #PASS} as {@code none}. */
    public enum Disposition {
        NONE,
        PASS,
        QUARANTINE,
        REJECT;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word in a report and in the canonical text. */
        public String word() {
            return word;
        }
    }

    /** PolicyOverrideType, as RFC 9990 has it; the older format's words follow from type and comment. */
    public enum ReasonType {
        LOCAL_POLICY,
        MAILING_LIST,
        OTHER,
        POLICY_TEST_MODE,
        TRUSTED_FORWARDER,
        /** RFC 7489 only: pct. RFC 9990 writes it as {@link #OTHER}. */
        SAMPLED_OUT;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word in a report and in the canonical text. */
        public String word() {
            return word;
        }
    }

    /** A reason and its comment: a text of ours, with spaces, at most 255 characters. */
    public record Reason(ReasonType type, String comment) {
        public Reason {
            comment = HarmlessText.comment(comment);
        }
    }

    /** Result words of both formats' DKIMResultType and SPFResultType. */
    public enum AuthResult {
        NONE,
        PASS,
        FAIL,
        SOFTFAIL,
        POLICY,
        NEUTRAL,
        TEMPERROR,
        PERMERROR;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word in a report and in the canonical text. */
        public String word() {
            return word;
        }
    }

    /** One signature; the selector is empty if it is unknown. */
    public record DkimAuth(String domain, String selector, AuthResult result) {
        public DkimAuth {
            domain = HarmlessText.domain(domain);
            selector = HarmlessText.nameOrNothing(selector);
        }
    }

    /** The SPF check; {@code helo} says that the identity was the HELO name, because the sender was null. */
    public record SpfAuth(String domain, boolean helo, AuthResult result) {
        public SpfAuth {
            domain = HarmlessText.domain(domain);
        }
    }

    /** Whether a message makes a report necessary, or is only told in one that goes out anyway. */
    public enum Weight {
        REASON,
        /** Mail to or from our own report addresses: two report senders would write to each other for ever. */
        OWN_REPORTS,
        /** It failed and was rejected: no reason unless mail of that policy domain also passes here. */
        REJECTED,
        /** Another program recorded it, and its period was over before we heard of it: that program has told of it. */
        PAST;

        private final String word = name().toLowerCase(Locale.ROOT);

        /** The word in a report and in the canonical text. */
        public String word() {
            return word;
        }
    }

    /** More reasons than there are. */
    private static final int MAX_REASONS = 4;

    /** Of the values in the canonical text, in its order. */
    public static final List<String> NAMES = List.of(
            "disposition", "dkim", "spf", "reasons", "from", "mail_from", "rcpt_to", "auth_dkim", "auth_spf", "weight");

    private static final int VALUES_ROOM = 256;

    /** RFC 9990, section 3.1.3. */
    private static final int MAX_SIGNATURES = 100;

    public RowFacts {
        reasons = first(reasons, MAX_REASONS);
        dkim = first(dkim, MAX_SIGNATURES);
        headerFrom = HarmlessText.domain(headerFrom);
        envelopeFrom = HarmlessText.domainOrNothing(envelopeFrom);
        envelopeTo = HarmlessText.domainOrNothing(envelopeTo);
    }

    private static <T> List<T> first(List<T> items, int most) {
        // A copy of an empty list costs an array.
        return items.isEmpty() ? List.of() : List.copyOf(items.size() <= most ? items : items.subList(0, most));
    }

    /**
     * The canonical text, printable US-ASCII, at most 60,000 characters and usually 200: equal for equal facts.
     *
     * <p>Reasons stand between bars, as their comments have commas; signatures between commas; the parts of both between spaces.
     */
    public String text() {
        OctetText values = new OctetText(VALUES_ROOM);
        appendValues(values);
        return CanonicalText.of(NAMES, values);
    }

    /** Appends the values of {@link #text}, with {@link CanonicalText#SEPARATOR} between them. */
    public void appendValues(OctetText to) {
        to.append(disposition.word());
        to.append(dkimAligned ? "\tp" : "\tf").append(spfAligned ? "\tp\t" : "\tf\t");
        for (int i = 0; i < reasons.size(); i++) {
            Reason reason = reasons.get(i);
            to.append(i == 0 ? "" : "|").append(reason.type().word());
            to.append(' ').append(reason.comment());
        }
        to.append('\t').append(headerFrom).append('\t').append(envelopeFrom);
        to.append('\t').append(envelopeTo).append('\t');
        for (int i = 0; i < dkim.size(); i++) {
            DkimAuth auth = dkim.get(i);
            to.append(i == 0 ? "" : ",").append(auth.domain()).append(' ').append(auth.selector());
            to.append(' ').append(auth.result().word());
        }
        to.append('\t').append(spf.domain()).append(spf.helo() ? " helo " : " mfrom ");
        to.append(spf.result().word()).append('\t').append(weight.word());
    }

    /** Reads what {@link #text} writes; empty for anything else. */
    public static Optional<RowFacts> parse(String text) {
        try {
            CanonicalText.Reader reader = new CanonicalText.Reader(text);
            RowFacts facts = new RowFacts(
                    reader.constant("disposition", Disposition.class),
                    reader.flag("dkim", "p", "f"),
                    reader.flag("spf", "p", "f"),
                    each(CanonicalText.items(reader.value("reasons"), '|'), RowFacts::reason),
                    reader.value("from"),
                    reader.value("mail_from"),
                    reader.value("rcpt_to"),
                    each(CanonicalText.items(reader.value("auth_dkim"), ','), RowFacts::dkim),
                    spf(reader.value("auth_spf")),
                    reader.constant("weight", Weight.class));
            return Optional.of(facts).filter(read -> read.text().equals(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Reason reason(String text) {
        List<String> parts = parts(text, 2);
        return new Reason(CanonicalText.constant(parts.get(0), ReasonType.class), parts.get(1));
    }

    private static DkimAuth dkim(String text) {
        List<String> parts = parts(text, 3);
        return new DkimAuth(parts.get(0), parts.get(1), CanonicalText.constant(parts.get(2), AuthResult.class));
    }

    private static SpfAuth spf(String text) {
        List<String> parts = parts(text, 3);
        return new SpfAuth(
                parts.get(0), parts.get(1).equals("helo"), CanonicalText.constant(parts.get(2), AuthResult.class));
    }

    private static List<String> parts(String text, int number) {
        List<String> parts = List.of(text.split(" ", number));
        if (parts.size() != number) {
            throw new IllegalArgumentException("not " + number + " parts");
        }
        return parts;
    }

    private static <A, B> List<B> each(List<A> items, Function<A, B> change) {
        return items.stream().map(change).toList();
    }
}
