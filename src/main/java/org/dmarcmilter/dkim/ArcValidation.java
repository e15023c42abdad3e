package org.dmarcmilter.dkim;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmarcmilter.dkim.DkimResult.Code;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsClient;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.IpAddress;

/**
 * Validates a chain (RFC 8617, section 5.2, steps 4 to 6): the newest message signature, and every seal. Older message signatures are not
 * looked at: a list that changed the message has broken them, and that is what ARC is for.
 *
 * <p>The keys of the newest set come first, those of older seals only when it holds. So who only writes listed names into his seals causes
 * two questions, and not fifty.
 */
final class ArcValidation {
    private final ArcChain chain;
    private final DnsClient dns;
    private final PublishedKeys keys;

    /** From the oldest to the newest; none if they are no chain. */
    private List<ArcSet> sets = List.of();

    private Optional<NoPassException> problem = Optional.empty();
    private Optional<SignatureCheck> newestMessage = Optional.empty();
    private CompletableFuture<DnsAnswer> newestKey = new CompletableFuture<>();

    private ArcValidation(ArcChain chain, DnsClient dns, PublishedKeys keys) {
        this.chain = chain;
        this.dns = dns;
        this.keys = keys;
    }

    /**
     * Asks for the keys of the newest set, and for the hash of the body.
     *
     * @param now seconds since 1970
     */
    static ArcValidation begin(ArcChain chain, DnsClient dns, PublishedKeys keys, BodyHashes hashes, long now) {
        ArcValidation validation = new ArcValidation(chain, dns, keys);
        try {
            validation.sets = chain.sets();
            validation.begin(hashes, now);
        } catch (NoPassException e) {
            validation.problem = Optional.of(e);
        }
        return validation;
    }

    private void begin(BodyHashes hashes, long now) {
        ArcSet newest = sets.get(sets.size() - 1);
        SignatureCheck message = SignatureCheck.of(0, newest.message(), DkimSignature::ofArc, now);
        message.begin(dns, hashes);
        newestMessage = Optional.of(message);
        newestKey = key(newest);
    }

    private CompletableFuture<DnsAnswer> key(ArcSet set) {
        return dns.query(DnsQuestion.txt(set.seal().key().ascii())).toCompletableFuture();
    }

    /** The result, once the body is complete. */
    CompletableFuture<ArcResult> end(SignedFields fields) {
        if (newestMessage.isEmpty()) {
            return CompletableFuture.completedFuture(result(problem));
        }
        SignatureCheck message = newestMessage.get();
        return CompletableFuture.allOf(message.answered(), newestKey).thenCompose(answered -> {
            try {
                DkimResult result = message.decide(fields, keys, new VerificationBudget());
                if (result.code() != Code.PASS) {
                    throw new NoPassException(Code.FAIL, "message signature " + sets.size() + ": " + result.reason());
                }
                return olderSeals(sealed(sets));
            } catch (NoPassException e) {
                return CompletableFuture.completedFuture(result(Optional.of(e)));
            }
        });
    }

    /** The newest seal holds all others together. */
    private CompletableFuture<ArcResult> olderSeals(List<byte[]> hashes) throws NoPassException {
        verify(sets.size() - 1, newestKey.join(), hashes);
        List<CompletableFuture<DnsAnswer>> keys = new ArrayList<>();
        for (ArcSet set : sets.subList(0, sets.size() - 1)) {
            keys.add(key(set));
        }
        return CompletableFuture.allOf(keys.toArray(CompletableFuture[]::new)).thenApply(answered -> {
            try {
                for (int i = keys.size() - 1; i >= 0; i--) {
                    verify(i, keys.get(i).join(), hashes);
                }
                return result(Optional.empty());
            } catch (NoPassException e) {
                return result(Optional.of(e));
            }
        });
    }

    private void verify(int index, DnsAnswer answer, List<byte[]> hashes) throws NoPassException {
        ArcSet.Seal seal = sets.get(index).seal();
        try {
            VerificationKey key = keys.of(answer).get(0).check(seal.algorithm(), true);
            if (!key.verifies(hashes.get(index), seal.signature().octets())) {
                throw new NoPassException(Code.FAIL, "signature did not verify");
            }
        } catch (NoPassException e) {
            throw new NoPassException(Code.FAIL, "seal " + (index + 1) + ": " + e.reason());
        }
    }

    /** Every failure is for good, also that of the DNS (section 5.2.1). */
    private ArcResult result(Optional<NoPassException> failure) {
        Optional<IpAddress> remoteIp = sets.isEmpty() ? Optional.empty() : ArcChain.remoteIp(sets.get(0));
        return new ArcResult(
                failure.isEmpty(), failure.map(NoPassException::reason).orElse(""), chain.sealers(), remoteIp);
    }

    /**
     * The hash of what each seal has signed: all sets up to its own, without its own signature (section 5.1.1). Fifty seals make one
     * reading, as each goes on where the one before it ended.
     */
    private static List<byte[]> sealed(List<ArcSet> sets) {
        List<byte[]> hashes = new ArrayList<>(sets.size());
        MessageDigest digest = BodyHash.sha256();
        for (ArcSet set : sets) {
            ByteArrayOutputStream text = new ByteArrayOutputStream(1_024);
            SignedFields.write(set.results(), Canonicalization.RELAXED, text);
            SignedFields.write(set.message(), Canonicalization.RELAXED, text);
            digest.update(text.toByteArray());
            ByteArrayOutputStream own = new ByteArrayOutputStream(512);
            SignedFields.writeWithoutSignature(set.seal().field(), Canonicalization.RELAXED, own);
            hashes.add(BodyHash.copy(digest).digest(own.toByteArray()));
            text.reset();
            SignedFields.write(set.seal().field(), Canonicalization.RELAXED, text);
            digest.update(text.toByteArray());
        }
        return hashes;
    }
}
