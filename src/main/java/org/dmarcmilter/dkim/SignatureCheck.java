package org.dmarcmilter.dkim;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.HeaderField;

/**
 * One signature on its way from its field to its result. Many end where they begin, as the field cannot be used; the others {@link #begin}
 * with a question and a hash, and are {@link #decide decided} when both are there.
 */
final class SignatureCheck {
    private final int place;
    private final HeaderField field;
    private final SignatureClaims claims;

    /** Empty if the field cannot be used. */
    private final Optional<DkimSignature> signature;

    /** What is known at once. */
    private final Optional<NoPassException> problem;

    private Optional<BodyHash> body = Optional.empty();
    private CompletableFuture<DnsAnswer> answer = new CompletableFuture<>();

    /** What it is about, once the rest is right: the same for each key that is tried. */
    private Optional<SignedFields.Selection> signed = Optional.empty();

    private byte[] headerHash = new byte[0];

    private int keyBits;
    private boolean testMode;

    private SignatureCheck(
            int place,
            HeaderField field,
            SignatureClaims claims,
            Optional<DkimSignature> signature,
            Optional<NoPassException> problem) {
        this.place = place;
        this.field = field;
        this.claims = claims;
        this.signature = signature;
        this.problem = problem;
    }

    /** How a field is read: as a DKIM-Signature, or as the signature of an ARC set. */
    interface Reader {
        DkimSignature read(StrictTags tags, SignatureClaims claims, long now) throws NoPassException;
    }

    /**
     * Reads a field, whatever it holds.
     *
     * @param place its number among those of its name
     * @param now seconds since 1970
     */
    static SignatureCheck of(int place, HeaderField field, Reader reader, long now) {
        SignatureClaims claims = SignatureClaims.NONE;
        try {
            StrictTags tags = StrictTags.parse(field.value(), Code.NEUTRAL);
            claims = SignatureClaims.of(tags);
            DkimSignature signature = reader.read(tags, claims, now);
            return new SignatureCheck(place, field, claims, Optional.of(signature), Optional.empty());
        } catch (NoPassException e) {
            return new SignatureCheck(place, field, claims, Optional.empty(), Optional.of(e));
        }
    }

    int place() {
        return place;
    }

    /** Who signed; empty if the field cannot be used. */
    Optional<DomainName> signer() {
        return signature.map(DkimSignature::domain);
    }

    /** Asks for the key, and for the hash of the body. */
    void begin(DnsClient dns, BodyHashes hashes) {
        signature.ifPresent(usable -> {
            body = Optional.of(hashes.want(usable.body(), usable.limit()));
            answer = dns.query(DnsQuestion.txt(usable.key().ascii())).toCompletableFuture();
        });
    }

    /** What the DNS says of the key; complete at once if nothing was asked. */
    CompletableFuture<?> answered() {
        return signature.isPresent() ? answer : CompletableFuture.completedFuture(null);
    }

    /**
     * The result, once the key is {@link #answered} and the body complete.
     *
     * @param keys reads the answer
     * @param budget asked before what costs
     */
    DkimResult decide(SignedFields fields, PublishedKeys keys, VerificationBudget budget) {
        try {
            if (problem.isPresent()) {
                throw problem.get();
            }
            check(signature.orElseThrow(), keys.of(answer.join()), body.orElseThrow(), fields, budget);
            return claims.result(place, Code.PASS, "", keyBits, testMode);
        } catch (NoPassException e) {
            return claims.result(place, e.code(), e.reason(), keyBits, testMode);
        }
    }

    /** Each key has its chance; if none fits, the last one says why. */
    private void check(
            DkimSignature usable,
            List<PublishedKey> keys,
            BodyHash hash,
            SignedFields fields,
            VerificationBudget budget)
            throws NoPassException {
        for (int i = 0; ; i++) {
            try {
                verify(usable, keys.get(i), hash, fields, budget);
                return;
            } catch (NoPassException e) {
                if (i == keys.size() - 1) {
                    throw e;
                }
            }
        }
    }

    private void verify(
            DkimSignature usable, PublishedKey published, BodyHash hash, SignedFields fields, VerificationBudget budget)
            throws NoPassException {
        keyBits = 0;
        testMode = published.record().testMode();
        VerificationKey key = published.check(usable.algorithm(), usable.isOfDomainItself());
        keyBits = key.bits();
        Optional<byte[]> bodyHash = hash.hash(usable.limit());
        if (bodyHash.isEmpty()) {
            throw new NoPassException(Code.FAIL, "body shorter than signed");
        }
        if (!usable.bodyHash().matches(bodyHash.get())) {
            throw new NoPassException(Code.FAIL, "body hash did not verify");
        }
        if (!budget.allowsVerification()) {
            throw new NoPassException(Code.POLICY, "too many keys");
        }
        SignedFields.Selection header = signed(usable, fields, budget);
        if (!key.verifies(headerHash, usable.signature().octets())) {
            throw new NoPassException(Code.FAIL, "signature did not verify");
        }
        // It is right. But is it about what a reader of the message sees?
        if (usable.limit().isPresent() && hash.length() > usable.limit().getAsLong()) {
            throw new NoPassException(Code.POLICY, "text behind the signed part of the body");
        }
        if (header.twin().isPresent()) {
            throw new NoPassException(
                    Code.POLICY, "more fields of the name " + header.twin().get() + " than are signed");
        }
    }

    /** Chooses and hashes what was signed, at the first call. */
    private SignedFields.Selection signed(DkimSignature usable, SignedFields fields, VerificationBudget budget)
            throws NoPassException {
        if (signed.isEmpty()) {
            SignedFields.Selection selection = fields.select(usable, field);
            if (!budget.allowsHeader(selection.octets())) {
                throw new NoPassException(Code.POLICY, "too much header to check");
            }
            headerHash = selection.hash();
            signed = Optional.of(selection);
        }
        return signed.get();
    }
}
