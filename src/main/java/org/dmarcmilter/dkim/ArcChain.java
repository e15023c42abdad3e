package org.dmarcmilter.dkim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmarcmilter.authres.ArcFields;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.message.HeaderField;

/**
 * The ARC fields of a message: who sealed it, and whether they are a chain at all, which is what can be said without a key (RFC 8617,
 * section 5.2, steps 1 to 3).
 */
final class ArcChain {
    static final String SEAL = "ARC-Seal";
    static final String MESSAGE_SIGNATURE = "ARC-Message-Signature";
    static final String RESULTS = "ARC-Authentication-Results";

    /** RFC 8617, section 4.2.1. */
    static final int MAX_INSTANCE = 50;

    private final List<HeaderField> results = new ArrayList<>();
    private final List<HeaderField> messages = new ArrayList<>();
    private final List<HeaderField> sealFields = new ArrayList<>();

    private final List<ArcSet.Seal> seals = new ArrayList<>();
    private Optional<NoPassException> problem = Optional.empty();

    private ArcChain() {}

    /** Collects the fields, and reads the seals; empty for a message without any ARC field. */
    static Optional<ArcChain> of(List<HeaderField> fields) {
        ArcChain chain = new ArcChain();
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            if (field.is(SEAL)) {
                chain.sealFields.add(field);
            } else if (field.is(MESSAGE_SIGNATURE)) {
                chain.messages.add(field);
            } else if (field.is(RESULTS)) {
                chain.results.add(field);
            }
        }
        if (chain.sealFields.isEmpty() && chain.messages.isEmpty() && chain.results.isEmpty()) {
            return Optional.empty();
        }
        chain.readSeals();
        return Optional.of(chain);
    }

    private void readSeals() {
        try {
            if (sealFields.size() > MAX_INSTANCE) {
                throw fail("more than " + MAX_INSTANCE + " seals");
            }
            for (HeaderField field : sealFields) {
                seals.add(seal(field));
            }
            seals.sort(Comparator.comparing(seal -> -seal.named().instance()));
        } catch (NoPassException e) {
            problem = Optional.of(e);
        }
    }

    private static ArcSet.Seal seal(HeaderField field) throws NoPassException {
        StrictTags tags = StrictTags.parse(field.value(), Code.FAIL);
        if (tags.value("h").isPresent()) {
            throw tags.wrong("h", "is in a seal");
        }
        SignatureClaims claims = SignatureClaims.of(tags);
        tags.required("a");
        Algorithm algorithm = claims.algorithm()
                .filter(known -> known != Algorithm.RSA_SHA1)
                .orElseThrow(() -> tags.wrong("a", "is unknown"));
        tags.required("b");
        Base64Text signature = tags.base64("b");
        String validation = tags.required("cv").toLowerCase(Locale.ROOT);
        tags.required("d");
        tags.required("s");
        if (claims.domain().isEmpty() || claims.key().isEmpty()) {
            throw tags.wrong(claims.domain().isEmpty() ? "d" : "s", "is no name");
        }
        ArcResult.Seal named =
                new ArcResult.Seal(instance(tags.required("i")), claims.domain().get(), claims.selector());
        return new ArcSet.Seal(field, named, claims.key().get(), algorithm, signature, validation);
    }

    /** Whether somebody has sealed it, and nobody else but these. What cannot be read could be anybody's. */
    boolean isSealedOnlyBy(Set<String> sealers) {
        return problem.isEmpty()
                && !seals.isEmpty()
                && seals.stream()
                        .allMatch(seal -> sealers.contains(seal.named().domain().ascii()));
    }

    /** Who sealed, newest first, as far as it can be read. */
    List<ArcResult.Seal> sealers() {
        return seals.stream().map(ArcSet.Seal::named).toList();
    }

    /** The sets from the oldest to the newest, each whole; throws if they are no chain. */
    List<ArcSet> sets() throws NoPassException {
        if (problem.isPresent()) {
            throw problem.get();
        }
        Map<Integer, HeaderField> messageOf = new HashMap<>();
        for (HeaderField field : messages) {
            StrictTags tags = StrictTags.parse(field.value(), Code.FAIL);
            put(messageOf, instance(tags.required("i")), field);
        }
        Map<Integer, HeaderField> resultsOf = new HashMap<>();
        for (HeaderField field : results) {
            String digits =
                    ArcFields.leadingInstance(field.value()).orElseThrow(() -> fail("results without an instance"));
            put(resultsOf, instance(digits), field);
        }
        if (messages.size() != seals.size() || results.size() != seals.size()) {
            throw fail("a set is not whole");
        }
        List<ArcSet> sets = new ArrayList<>();
        for (int i = seals.size() - 1; i >= 0; i--) {
            ArcSet.Seal seal = seals.get(i);
            int instance = sets.size() + 1;
            if (seal.named().instance() != instance
                    || !messageOf.containsKey(instance)
                    || !resultsOf.containsKey(instance)) {
                throw fail("a set is missing, or there twice");
            }
            if (!seal.chainValidation().equals(instance == 1 ? "none" : "pass")) {
                throw fail("cv= of seal " + instance + " is not " + (instance == 1 ? "none" : "pass"));
            }
            sets.add(new ArcSet(resultsOf.get(instance), messageOf.get(instance), seal));
        }
        return sets;
    }

    private static void put(Map<Integer, HeaderField> fields, int instance, HeaderField field) throws NoPassException {
        if (fields.put(instance, field) != null) {
            throw fail("a field of instance " + instance + " twice");
        }
    }

    private static int instance(String digits) throws NoPassException {
        int instance = 0;
        for (int i = 0; i < digits.length() && i <= 2; i++) {
            char c = digits.charAt(i);
            instance = c >= '0' && c <= '9' ? 10 * instance + c - '0' : MAX_INSTANCE + 1;
        }
        if (instance < 1 || instance > MAX_INSTANCE || digits.charAt(0) == '0') {
            throw fail("instance is not 1 to " + MAX_INSTANCE);
        }
        return instance;
    }

    /** From which address the oldest sealer says to have got the message. */
    static Optional<IpAddress> remoteIp(ArcSet oldest) {
        return ArcFields.authenticationResults(oldest.results().value())
                .flatMap(ArcFields.ArcAuthenticationResults::clientIp)
                .flatMap(IpAddress::parse);
    }

    private static NoPassException fail(String reason) {
        return new NoPassException(Code.FAIL, reason);
    }
}
