package org.dmarcmilter.dkim;

import java.util.Optional;

/**
 * A key record and the key in it, made once for the many signatures that it is asked for.
 *
 * @param record what it says
 * @param key empty if it is not fit to verify with
 * @param problem why not
 */
record PublishedKey(KeyRecord record, Optional<VerificationKey> key, Optional<NoPassException> problem) {
    static PublishedKey of(KeyRecord record) {
        try {
            // A key that is not there, or of a kind that is unknown, is told by the record.
            return new PublishedKey(record, record.key().isEmpty() ? Optional.empty() : made(record), Optional.empty());
        } catch (NoPassException e) {
            return new PublishedKey(record, Optional.empty(), Optional.of(e));
        }
    }

    private static Optional<VerificationKey> made(KeyRecord record) throws NoPassException {
        Optional<Algorithm> algorithm = Algorithm.ofKeyType(record.keyType());
        return algorithm.isEmpty()
                ? Optional.empty()
                : Optional.of(VerificationKey.of(algorithm.get(), record.key().octets()));
    }

    /**
     * The key for a signature.
     *
     * @param isOfDomainItself as of {@link KeyRecord#check}
     */
    VerificationKey check(Algorithm algorithm, boolean isOfDomainItself) throws NoPassException {
        record.check(algorithm, isOfDomainItself);
        if (problem.isPresent()) {
            throw problem.get();
        }
        return key.orElseThrow();
    }
}
