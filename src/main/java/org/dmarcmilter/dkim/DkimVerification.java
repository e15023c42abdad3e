package org.dmarcmilter.dkim;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.HeaderField;

/**
 * Verifies the DKIM signatures of one message, and its ARC chain if only listed sealers have sealed it. {@link #begin} it at the end of
 * the header, give it the {@link #body} in pieces of any size, and {@link #end} it; or drop it at any point, for it holds nothing that
 * would have to be released.
 *
 * <p>Its memory does not grow with the body, which is hashed as it comes. All on the message's thread.
 */
public final class DkimVerification {
    /** Real mail has one to four. */
    static final int MAX_SIGNATURES = 10;

    /** Fields further below are not even read: far more than any mail has, be it forwarded ever so often. */
    static final int MAX_READ = 100;

    private final List<HeaderField> fields;
    private final PublishedKeys keys;
    private final BodyHashes hashes = new BodyHashes();

    /** Those that are checked, the most important first. */
    private final List<Ranked> signatures = new ArrayList<>();

    private int unchecked;
    private Optional<ArcValidation> arc = Optional.empty();
    private final VerificationBudget budget = new VerificationBudget();

    /**
     * What was found out.
     *
     * @param signatures the results of all signatures that were checked, in the order of their fields from top to bottom; none for a
     *     message without
     * @param unchecked how many further signatures there are, which were one too many
     * @param arc the chain's; empty if there is none, or if somebody has sealed it who is not listed
     */
    public record Findings(List<DkimResult> signatures, int unchecked, Optional<ArcResult> arc) {
        public Findings {
            signatures = List.copyOf(signatures);
        }
    }

    /** @param inCommon how many labels the signer has in common with the author's domain */
    private record Ranked(SignatureCheck check, int inCommon) {
        static final Comparator<Ranked> ORDER = Comparator.comparingInt((Ranked ranked) -> -ranked.inCommon)
                .thenComparingInt(ranked -> ranked.check.place());
    }

    private DkimVerification(List<HeaderField> fields, PublishedKeys keys) {
        this.fields = fields;
        this.keys = keys;
    }

    /**
     * Reads the signatures and asks for their keys, all at once. A message without signature asks nothing, and does nothing further.
     *
     * @param fields all header fields, top to bottom, as they came: whoever leaves one out changes what was signed
     * @param authors the domains of the From field, whose signatures are checked first; none if there are none
     * @param sealers the ARC sealers that are trusted, lower case; without any no chain is looked at
     * @param now the time of the check
     * @param dns the DNS as the message sees it: its answers come on the message's thread
     * @param keys of the messages before this one
     */
    public static DkimVerification begin(
            List<HeaderField> fields,
            List<DomainName> authors,
            Set<String> sealers,
            Instant now,
            DnsClient dns,
            PublishedKeys keys) {
        return begin(fields, authors, chain -> !sealers.isEmpty() && chain.isSealedOnlyBy(sealers), now, dns, keys);
    }

    /** The same for a test that trusts every sealer. */
    static DkimVerification begin(
            List<HeaderField> fields,
            List<DomainName> authors,
            Predicate<ArcChain> isTrusted,
            Instant now,
            DnsClient dns,
            PublishedKeys keys) {
        DkimVerification verification = new DkimVerification(fields, keys);
        long seconds = now.getEpochSecond();
        verification.choose(authors, seconds);
        verification.signatures.forEach(ranked -> ranked.check().begin(dns, verification.hashes));
        verification.arc = ArcChain.of(fields)
                .filter(isTrusted)
                .map(chain -> ArcValidation.begin(chain, dns, keys, verification.hashes, seconds));
        return verification;
    }

    /** Reads the signatures, and keeps no more than will be checked: what the others hold must not be held. */
    private void choose(List<DomainName> authors, long now) {
        int place = 0;
        for (int i = 0; i < fields.size(); i++) {
            HeaderField field = fields.get(i);
            if (field.is(DkimSignature.FIELD)) {
                if (place < MAX_READ) {
                    SignatureCheck check = SignatureCheck.of(place, field, DkimSignature::of, now);
                    keep(new Ranked(check, inCommon(check.signer(), authors)));
                } else {
                    unchecked++;
                }
                place++;
            }
        }
    }

    private void keep(Ranked next) {
        int at = signatures.size();
        while (at > 0 && Ranked.ORDER.compare(next, signatures.get(at - 1)) < 0) {
            at--;
        }
        signatures.add(at, next);
        if (signatures.size() > MAX_SIGNATURES) {
            signatures.remove(MAX_SIGNATURES);
            unchecked++;
        }
    }

    /** A field that cannot be used comes last. */
    private static int inCommon(Optional<DomainName> signer, List<DomainName> authors) {
        int most = signer.isEmpty() ? -1 : 0;
        for (int i = 0; i < authors.size() && signer.isPresent(); i++) {
            most = Math.max(most, inCommon(signer.get(), authors.get(i)));
        }
        return most;
    }

    private static int inCommon(DomainName one, DomainName other) {
        Optional<DomainName> name = Optional.of(one);
        while (name.isPresent() && !other.isAtOrBelow(name.get())) {
            name = name.get().parent();
        }
        return name.map(DomainName::labelCount).orElse(0);
    }

    /** Whether anything has to be known about the body. If not, {@link #body} may be called or not. */
    public boolean needsBody() {
        return !hashes.isEmpty();
    }

    /**
     * The next octets of the body, lines ended by CRLF.
     *
     * @param piece on the heap or not, read only or not; its position stays, and it is not kept
     */
    public void body(ByteBuffer piece) {
        hashes.update(piece);
    }

    /**
     * The body is complete. What is missing now are answers of the DNS.
     *
     * @return completes with the last answer, on its thread, never exceptionally
     */
    public CompletionStage<Findings> end() {
        hashes.end();
        if (signatures.isEmpty() && arc.isEmpty()) {
            return CompletableFuture.completedFuture(new Findings(List.of(), 0, Optional.empty()));
        }
        SignedFields signedFields = new SignedFields(fields);
        CompletableFuture<?>[] keys =
                signatures.stream().map(ranked -> ranked.check().answered()).toArray(CompletableFuture[]::new);
        CompletableFuture<List<DkimResult>> results =
                CompletableFuture.allOf(keys).thenApply(answered -> results(signedFields));
        return arc.map(chain -> chain.end(signedFields).thenApply(Optional::of))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()))
                .thenCombine(results, (chain, signed) -> new Findings(signed, unchecked, chain));
    }

    /** The author's signatures are decided first, as long as there is work left for them. */
    private List<DkimResult> results(SignedFields signedFields) {
        List<DkimResult> results = new ArrayList<>(signatures.size());
        for (Ranked ranked : signatures) {
            results.add(ranked.check().decide(signedFields, keys, budget));
        }
        results.sort(Comparator.comparingInt(DkimResult::place));
        return results;
    }
}
