package org.dmarcmilter.evidence;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dmarcmilter.authres.ArcFields;
import org.dmarcmilter.authres.AuthenticationResults;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResultsParser;
import org.dmarcmilter.authres.AuthenticationResultsParser.Parsed;
import org.dmarcmilter.authres.PropertyDomain;
import org.dmarcmilter.authres.ReceivedSpf;
import org.dmarcmilter.authres.ResultWord;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evaluation.ArcSeen;
import org.dmarcmilter.evaluation.DkimSeen;
import org.dmarcmilter.evaluation.Source;
import org.dmarcmilter.evaluation.SpfSeen;
import org.dmarcmilter.message.CharacterClass;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.spf.SpfIdentity;
import org.dmarcmilter.text.Printable;

/** Reads the fields that trusted checkers added: which SPF, DKIM and ARC results count for DMARC. */
final class FieldReader {
    static final String FIELD = "Authentication-Results";
    static final String RECEIVED_SPF = "Received-SPF";
    static final String RECEIVED = "Received";
    static final String ARC_SEAL = "ARC-Seal";
    static final String ARC_RESULTS = "ARC-Authentication-Results";
    /** What would help a sender: a pass, or an open question. */
    private static final Set<ResultWord> FAVOURABLE = Set.of(ResultWord.PASS, ResultWord.TEMPERROR);

    private static final String SPF = "spf";
    private static final String DKIM = "dkim";
    private static final String ARC = "arc";
    private static final Set<String> PROOFS = Set.of(SPF, DKIM, ARC);

    /**
     * pypolicyd-spf begins a comment with this in each field, and into it and the one before what the client said, whom the mail is for, and
     * parts of the sender's SPF record, all unescaped.
     */
    private static final String ONE_RESULT = "client-ip=";

    private static final CharacterClass CONTROLS = CharacterClass.of(c -> c < ' ' || c == 0x7F);
    private static final CharacterClass NO_FOLDS =
            CharacterClass.of(c -> CONTROLS.has((char) c) && c != '\t' && c != '\r' && c != '\n');

    /** What we show to administrators: host names and the like, without a job id. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,98}[A-Za-z0-9])?");

    private static final int MAX_STRANGERS = 3;
    private static final int MAX_DKIM_RESULTS = 100;
    private static final int MAX_WARNINGS = 5;

    /** A selector is part of a domain name (RFC 6376, section 3.1). */
    private static final int MAX_SELECTOR = 253;

    /** A local part, an at sign and a domain (RFC 5321, section 4.5.3.1). */
    private static final int MAX_IDENTITY = 64 + 1 + 255;

    private final MessageFacts facts;
    private final SenderIdentity sender;
    private final Trust trust;
    private final Settings.Spf spfSettings;
    private final Settings.Dkim dkimSettings;
    private final Set<String> trustedSealers;

    /** Known once somebody wanted to know. */
    private Optional<CopiedText> copied = Optional.empty();

    private boolean copiedIsKnown;

    private List<DkimSeen> dkim = List.of();
    private List<MethodResult> arcResults = List.of();
    private List<Ignored> ignored = List.of();
    private List<String> notes = List.of();
    private List<String> warnings = List.of();
    private Optional<SpfSeen> trustedSpf = Optional.empty();
    private Optional<SpfSeen> receivedSpf = Optional.empty();
    private Optional<String> disbelieved = Optional.empty();
    private boolean claimsSpf;
    private boolean heard;
    private boolean cameWithMessage;
    private boolean heardSpf;
    private boolean heardDkim;
    private Map<String, Set<String>> strangers = Map.of();

    private FieldReader(
            MessageFacts facts,
            Trust trust,
            Settings.Spf spfSettings,
            Settings.Dkim dkimSettings,
            Set<String> trustedSealers) {
        this.facts = facts;
        this.sender = SenderIdentity.of(facts);
        this.trust = trust;
        this.spfSettings = spfSettings;
        this.dkimSettings = dkimSettings;
        this.trustedSealers = trustedSealers;
    }

    /** Reads all fields, top to bottom. */
    static FieldEvidence read(
            MessageFacts facts,
            Trust trust,
            Settings.Spf spfSettings,
            Settings.Dkim dkimSettings,
            Set<String> trustedSealers) {
        return new FieldReader(facts, trust, spfSettings, dkimSettings, trustedSealers).read();
    }

    private FieldEvidence read() {
        List<Integer> places = ForgedResults.places(facts, trust);
        Set<Integer> forged = places.isEmpty() ? Set.of() : Set.copyOf(places);
        int position = 0;
        List<HeaderField> fields = facts.headers().fields();
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            cameWithMessage |= ForgedResults.cameWithMessage(field);
            if (!field.is(FIELD)) {
                continue;
            }
            if (forged.contains(position + 1)) {
                ignore(
                        Ignored.FORGED,
                        job() + " ignoring and removing " + FIELD + " at " + position + ": it came with the message");
            } else {
                read(field, position);
            }
            position++;
        }
        if (!spfSettings.ignoreResults() && !FieldEvidence.isSettled(trustedSpf)) {
            topmostReceivedSpf().ifPresent(this::takeReceivedSpf);
        }
        ArcSeen arc = arc();
        return new FieldEvidence(
                dkim,
                trustedSpf,
                receivedSpf,
                claimsSpf,
                arc,
                disbelieved,
                heard,
                missedStrangers(),
                ignored,
                notes,
                warnings);
    }

    private void read(HeaderField field, int position) {
        Parsed parsed = AuthenticationResultsParser.parse(field.value());
        if (parsed instanceof Parsed.Broken broken) {
            ignore(
                    Ignored.UNREADABLE,
                    job() + " ignoring " + FIELD + " at " + position + ": " + Printable.shortened(broken.reason()));
        } else if (parsed instanceof Parsed.Field valid) {
            AuthenticationResults results = valid.results();
            if (valid.truncated()) {
                ignore(
                        Ignored.TOO_LONG,
                        job() + " " + FIELD + " at " + position + " has too many results; the rest is ignored");
            }
            if (trust.believes(results.authservId(), facts.queueId())) {
                heard = true;
                Optional<String> doubt = doubt(field, results);
                for (int i = 0; i < results.results().size(); i++) {
                    MethodResult result = results.results().get(i);
                    heardSpf |= result.method().equals(SPF);
                    heardDkim |= result.method().equals(DKIM);
                    take(result, doubt);
                }
            } else {
                if (!cameWithMessage
                        && strangers.size() < MAX_STRANGERS
                        && NAME.matcher(results.authservId()).matches()) {
                    strangers = strangers.isEmpty() ? new LinkedHashMap<>() : strangers;
                    strangers.put(results.authservId().toLowerCase(Locale.ROOT), methods(results));
                }
                ignore(
                        Ignored.STRANGER,
                        job() + " ignoring " + FIELD + " at " + position + " from "
                                + Printable.shortened(results.authservId()));
            }
        }
    }

    private static Set<String> methods(AuthenticationResults results) {
        return results.results().stream().map(MethodResult::method).collect(Collectors.toSet());
    }

    /** Those that speak about what nobody whom we believe speaks about. */
    private List<String> missedStrangers() {
        if (strangers.isEmpty()) {
            return List.of();
        }
        Set<String> missed = new HashSet<>();
        if (!heardDkim && !dkimSettings.selfValidate()) {
            missed.add(DKIM);
        }
        if (!heardSpf && !spfSettings.selfValidate() && !spfSettings.ignoreResults()) {
            missed.add(SPF);
        }
        return strangers.entrySet().stream()
                .filter(stranger -> !Collections.disjoint(stranger.getValue(), missed))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Why somebody else than the checker may have written a part of the field; empty if nothing says so. */
    private Optional<String> doubt(HeaderField field, AuthenticationResults results) {
        if (copied().isPresent()) {
            return copied().map(text -> text.words() + ", which a checker may have copied into its field");
        }
        boolean whole = results.results().size() == 1 && !holds(NO_FOLDS, field.value());
        return whole || !isOfPolicydSpf(field.value())
                ? Optional.empty()
                : Optional.of("pypolicyd-spf writes one result, and here are more");
    }

    /** What a checker may have copied. A long look at each signature, which nobody needs whose fields are not believed. */
    private Optional<CopiedText> copied() {
        if (!copiedIsKnown) {
            copiedIsKnown = true;
            copied = CopiedText.in(facts);
        }
        return copied;
    }

    private static boolean isOfPolicydSpf(String value) {
        for (int at = value.indexOf(ONE_RESULT); at >= 0; at = value.indexOf(ONE_RESULT, at + 1)) {
            int before = at - 1;
            while (before >= 0
                    && (value.charAt(before) == ' ' || "\t\n\u000B\f\r".indexOf(value.charAt(before)) >= 0)) {
                before--;
            }
            if (before >= 0 && value.charAt(before) == '(') {
                return true;
            }
        }
        return false;
    }

    private void take(MethodResult result, Optional<String> doubt) {
        if (dkimSettings.selfValidate()
                && (result.method().equals(DKIM) || result.method().equals(ARC))) {
            ignore(Ignored.OWN_INSTEAD);
            return;
        }
        if (result.isAmbiguous()) {
            ignore(
                    Ignored.CONTRADICTORY,
                    job() + " ignoring a result of " + Printable.shortened(result.method())
                            + " whose properties contradict each other");
            return;
        }
        if (doubt.isPresent() && PROOFS.contains(result.method()) && FAVOURABLE.contains(result.result())) {
            disbelieved = disbelieved.or(() -> doubt);
            ignore(copied().isPresent() ? Ignored.COPIED : Ignored.SEVERAL_RESULTS);
            claimsSpf |= result.method().equals(SPF)
                    && !spfSettings.ignoreResults()
                    && checked(result).isPresent();
            return;
        }
        switch (result.method()) {
            case SPF -> takeSpf(result);
            case DKIM -> takeDkim(result);
            case ARC -> {
                arcResults = arcResults.isEmpty() ? new ArrayList<>() : arcResults;
                arcResults.add(result);
            }
            default -> {
                // Other methods say nothing about SPF or DKIM.
            }
        }
    }

    /**
     * SPF counts as pass only for the envelope sender's domain (CVE-2019-20790); with a null sender that is the HELO
     * name (RFC 7208, section 2.4). The first pass that counts stands; what is no pass is remembered for the record, and
     * what is about another domain only as long as nothing is known about the right one.
     */
    private void takeSpf(MethodResult result) {
        if (spfSettings.ignoreResults() || FieldEvidence.isSettled(trustedSpf)) {
            return;
        }
        Optional<DomainName> checked = checked(result);
        if (checked.isEmpty() && trustedSpf.flatMap(SpfSeen::domain).isPresent()) {
            return;
        }
        trustedSpf = Optional.of(
                new SpfSeen(checked, scope(sender.isHelo()), result.result(), Source.TRUSTED_FIELD, List.of()));
    }

    /** The domain that an SPF result is about, if it is this sender's. */
    private Optional<DomainName> checked(MethodResult result) {
        Optional<String> value = result.property("smtp", "mailfrom");
        if (sender.isHelo()
                && value.filter(text -> !text.isEmpty() && !text.equals("<>")).isEmpty()) {
            value = result.property("smtp", "helo");
        }
        return value.flatMap(PropertyDomain::of).filter(this::isSender);
    }

    private static SpfIdentity.Scope scope(boolean isHelo) {
        return isHelo ? SpfIdentity.Scope.HELO : SpfIdentity.Scope.MAIL_FROM;
    }

    /** Whether a domain is the one that SPF is about. */
    private boolean isSender(DomainName domain) {
        return sender.domain().filter(domain::equals).isPresent();
    }

    /** DKIM speaks for header.d; header.i alone is a name at or below it, so it cannot prove strict alignment. */
    private void takeDkim(MethodResult result) {
        if (dkim.size() >= MAX_DKIM_RESULTS) {
            return;
        }
        Optional<String> named = result.property("header", "d");
        boolean onlyIdentity = named.isEmpty();
        String identity = result.property("header", "i").orElse("");
        Optional<DomainName> signer = PropertyDomain.of(named.orElse(identity));
        String selector = result.property("header", "s").orElse("");
        boolean tooLong = selector.length() > MAX_SELECTOR || identity.length() > MAX_IDENTITY;
        if (signer.isEmpty() || holds(CONTROLS, selector) || tooLong) {
            return;
        }
        DkimSeen seen =
                new DkimSeen(signer.get(), !onlyIdentity, selector, identity, result.result(), Source.TRUSTED_FIELD);
        if (dkim.isEmpty()) {
            dkim = List.of(seen);
            return;
        }
        if (dkim.size() == 1) {
            dkim = new ArrayList<>(dkim);
        }
        dkim.add(seen);
    }

    private static boolean holds(CharacterClass controls, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (controls.has(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The topmost Received-SPF field, where this host's own checker puts it, that is above every Received field that we can
     * see, and if it is about this session. What receiver it names says nothing: pypolicyd-spf writes the recipient there. Where
     * we check SPF ourselves it is not read at all.
     */
    private Optional<ReceivedSpf> topmostReceivedSpf() {
        if (spfSettings.selfValidate()) {
            return Optional.empty();
        }
        boolean belowReceived = false;
        List<HeaderField> fields = facts.headers().fields();
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            if (field.is(RECEIVED_SPF)) {
                Optional<ReceivedSpf> parsed = ReceivedSpf.parse(field.value());
                if (parsed.isEmpty()) {
                    ignore(Ignored.UNREADABLE, job() + " ignoring Received-SPF: broken grammar");
                } else if (belowReceived) {
                    ignore(Ignored.OUT_OF_PLACE, job() + " ignoring Received-SPF: it stands below a Received field");
                } else if (!parsed.get().isAbout(facts.client().address())) {
                    ignore(Ignored.OTHER_CLIENT, job() + " ignoring Received-SPF: written for another client");
                } else {
                    heard = true;
                    return parsed;
                }
                return Optional.empty();
            }
            belowReceived |= field.is(RECEIVED);
        }
        return Optional.empty();
    }

    /**
     * With a null sender a result for the HELO name counts, as in an Authentication-Results field (RFC 7208, section 2.4).
     *
     * <p>Where no checker is in front of us a sender's own field is the topmost. So what would help him has to be proven, unless
     * he connects from this host itself: then there is no address to check.
     */
    private void takeReceivedSpf(ReceivedSpf field) {
        Optional<DomainName> domain = field.mailFromDomain()
                .or(() -> sender.isHelo() ? field.nullSenderDomain() : Optional.empty())
                .filter(this::isSender);
        boolean helps = domain.isPresent() && FAVOURABLE.contains(field.result());
        boolean isLocal = facts.client().address().filter(IpAddress::isLoopback).isPresent();
        if (helps && (!isLocal || copied().isPresent())) {
            note(job() + " Received-SPF says " + field.result() + ", which our own check has to prove");
            claimsSpf = true;
            return;
        }
        if (domain.isEmpty()) {
            ignore(Ignored.OTHER_SENDER, job() + " Received-SPF is not about this envelope sender");
        }
        // About somebody else it says nothing about this sender, so no report may say that he passed, or failed.
        ResultWord result = domain.isPresent() ? field.result() : ResultWord.NEUTRAL;
        boolean isHelo = sender.isHelo()
                || field.identity().filter("helo"::equalsIgnoreCase).isPresent();
        receivedSpf = Optional.of(new SpfSeen(domain, scope(isHelo), result, Source.RECEIVED_SPF, List.of()));
    }

    /**
     * A failure may be overridden if every trusted ARC result is a pass and every sealer of every chain is listed. Two
     * results that contradict each other override nothing.
     */
    private ArcSeen arc() {
        List<ArcFields.ArcSet> sets = arcSets();
        if (arcResults.isEmpty() && sets.isEmpty()) {
            return ArcSeen.NONE;
        }
        boolean pass = !arcResults.isEmpty()
                && arcResults.stream().allMatch(result -> result.result().equals(ResultWord.PASS));
        boolean overrides =
                pass && !trustedSealers.isEmpty() && arcResults.stream().allMatch(this::isTrustedChain);
        return new ArcSeen(pass, overrides, sets);
    }

    /** The sets that both an ARC-Seal and results of the same instance vouch for; what is invalid is left out. */
    private List<ArcFields.ArcSet> arcSets() {
        return ArcFields.sets(valid(ARC_SEAL, ArcFields::seal), valid(ARC_RESULTS, ArcFields::authenticationResults));
    }

    private <T> List<T> valid(String name, Function<String, Optional<T>> parser) {
        List<HeaderField> fields = facts.headers().all(name);
        if (fields.isEmpty()) {
            return List.of();
        }
        List<T> parsed = new ArrayList<>(fields.size());
        for (HeaderField field : fields) {
            parser.apply(field.value()).ifPresentOrElse(parsed::add, () -> warnOf(name, field));
        }
        return parsed;
    }

    /** A sender may put in any number of such fields, but not into our log. */
    private void warnOf(String name, HeaderField field) {
        if (warnings.size() < MAX_WARNINGS) {
            warnings = warnings.isEmpty() ? new ArrayList<>() : warnings;
            warnings.add(facts.logged(
                    "ignoring invalid " + name + " header \"" + Printable.shortened(field.value()) + "\""));
        }
    }

    private void ignore(Ignored why, String text) {
        ignore(why);
        note(text);
    }

    private void ignore(Ignored why) {
        ignored = ignored.isEmpty() ? new ArrayList<>() : ignored;
        ignored.add(why);
    }

    private void note(String text) {
        notes = notes.isEmpty() ? new ArrayList<>() : notes;
        notes.add(text);
    }

    private String job() {
        return Printable.shortened(facts.queueId());
    }

    private boolean isTrustedChain(MethodResult result) {
        String chain = result.property(ARC, "chain").orElse("");
        boolean anySealer = false;
        for (String sealer : chain.split(":", -1)) {
            if (!trustedSealers.contains(sealer.strip().toLowerCase(Locale.ROOT))) {
                return false;
            }
            anySealer = true;
        }
        return anySealer;
    }
}
