package org.dmarcmilter.journal;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.domain.DomainName;

/**
 * The canonical texts that were read before. A few policies and kinds of rows make most of the mail, and a text takes ten times longer
 * to read than to find. At a bound everything is forgotten; what is larger than most is not remembered. For one thread.
 */
final class KnownTexts {
    private static final int MAX_POLICIES = 500;
    private static final int MAX_ROWS = 1_000;
    private static final int MAX_ROW_CHARACTERS = 1_000;

    private record PolicyKey(String domain, String text) {}

    private final Map<PolicyKey, PublishedPolicy> policies = new HashMap<>();
    private final Map<String, RowFacts> rows = new HashMap<>();

    /** {@link PublishedPolicy#parse}; empty also if the domain is none. */
    Optional<PublishedPolicy> policy(String domain, String text) {
        PolicyKey key = new PolicyKey(domain, text);
        PublishedPolicy known = policies.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<PublishedPolicy> policy = DomainName.parse(domain).flatMap(name -> PublishedPolicy.parse(name, text));
        policy.ifPresent(read -> remember(policies, MAX_POLICIES, key, read));
        return policy;
    }

    /** {@link RowFacts#parse}. */
    Optional<RowFacts> row(String text) {
        RowFacts known = rows.get(text);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<RowFacts> row = RowFacts.parse(text);
        if (text.length() <= MAX_ROW_CHARACTERS) {
            row.ifPresent(read -> remember(rows, MAX_ROWS, text, read));
        }
        return row;
    }

    private static <K, V> void remember(Map<K, V> known, int most, K key, V value) {
        if (known.size() >= most) {
            known.clear();
        }
        known.put(key, value);
    }
}
