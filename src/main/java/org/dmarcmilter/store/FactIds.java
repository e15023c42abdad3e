package org.dmarcmilter.store;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.TextHash;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.Batch.FactSeen;
import org.dmarcmilter.store.Batch.PolicySeen;

/**
 * The rows of policies and of kinds of rows, found or made. What was found is remembered, up to a bound; after a transaction that was
 * rolled back it must be forgotten.
 *
 * <p>A sender who invents identifiers makes a new kind of row with each message. Above a number of kinds within one period and policy
 * domain, new ones are counted together: under the policy domain, without what the sender chose.
 */
final class FactIds {
    /** What the column {@code optional} has of {@link RowFacts.Weight#PAST}. */
    static final int PAST = 3;

    private static final int MAX_POLICIES = 10_000;
    private static final int MAX_NUMBERS = 5_000;

    /** So much may what is noted of a policy lie behind, seconds: it spares a write for each batch. */
    private static final long COARSE = 3600;

    private static final class PolicyRow {
        final long id;
        String rua;
        String mistakes;
        long lastSeen;
        long lastPass;

        PolicyRow(long id, String rua, String mistakes, long lastSeen, long lastPass) {
            this.id = id;
            this.rua = rua;
            this.mistakes = mistakes;
            this.lastSeen = lastSeen;
            this.lastPass = lastPass;
        }
    }

    private record PolicyKey(String domain, long high, long low) {
        static PolicyKey of(String domain, byte[] hash) {
            ByteBuffer halves = ByteBuffer.wrap(hash);
            return new PolicyKey(domain, halves.getLong(), halves.getLong());
        }
    }

    private record DomainPeriod(String domain, long begin) {}

    /** Forgets what was not asked for the longest. */
    private static final class Recent<K, V> extends LinkedHashMap<K, V> {
        private static final long serialVersionUID = 1L;
        private final int bound;

        Recent(int bound) {
            super(16, 0.75f, true);
            this.bound = bound;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
            return size() > bound;
        }
    }

    private final Database database;
    private final int maxFacts;
    private final Map<PolicyKey, PolicyRow> policies = new Recent<>(MAX_POLICIES);
    private final KnownFacts facts = new KnownFacts();
    private final Map<String, Long> factsOfDomain = new Recent<>(MAX_NUMBERS);
    private final Map<DomainPeriod, Long> factsOfPeriod = new Recent<>(MAX_NUMBERS);
    private long merged;

    FactIds(Database database, int maxFacts) {
        this.database = database;
        this.maxFacts = maxFacts;
    }

    /** Forgets everything that was read. */
    void clear() {
        policies.clear();
        facts.clear();
        factsOfDomain.clear();
        factsOfPeriod.clear();
    }

    /** How many kinds of rows were counted under another one. */
    long merged() {
        return merged;
    }

    /** The row of a policy, brought up to date. */
    long policy(PolicySeen seen) throws SQLException {
        byte[] hash = TextHash.of(seen.config);
        PolicyKey key = PolicyKey.of(seen.policy.domain().ascii(), hash);
        PolicyRow row = policies.get(key);
        if (row == null) {
            row = database.first(
                            "SELECT id, rua, mistakes, last_seen, last_pass FROM dm_policy WHERE domain = ? AND hash = ?",
                            found -> new PolicyRow(
                                    found.getLong(1),
                                    found.getString(2),
                                    found.getString(3),
                                    found.getLong(4),
                                    found.getLong(5)),
                            key.domain,
                            hash)
                    .orElse(null);
            if (row == null) {
                row = new PolicyRow(insert(seen, hash), seen.rua(), seen.mistakes(), seen.lastSeen, seen.lastPass);
            }
            policies.put(key, row);
        }
        update(row, seen);
        return row.id;
    }

    private long insert(PolicySeen seen, byte[] hash) throws SQLException {
        return database.insert(
                "INSERT INTO dm_policy (domain, hash, config, seconds, rua, mistakes, last_seen, last_pass)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                seen.policy.domain().ascii(),
                hash,
                seen.config,
                seen.policy.every(),
                seen.rua(),
                seen.mistakes(),
                seen.lastSeen,
                seen.lastPass);
    }

    private void update(PolicyRow row, PolicySeen seen) throws SQLException {
        boolean newer = seen.lastSeen >= row.lastSeen;
        boolean otherWish =
                newer && !(seen.rua().equals(row.rua) && seen.mistakes().equals(row.mistakes));
        boolean laterPass = seen.lastPass >= row.lastPass + (row.lastPass == 0 ? 1 : COARSE);
        if (!otherWish && !laterPass && seen.lastSeen < row.lastSeen + COARSE) {
            return;
        }
        if (newer) {
            row.rua = seen.rua();
            row.mistakes = seen.mistakes();
            row.lastSeen = seen.lastSeen;
        }
        row.lastPass = Math.max(row.lastPass, seen.lastPass);
        database.update(
                "UPDATE dm_policy SET rua = ?, mistakes = ?, last_seen = ?, last_pass = ? WHERE id = ?",
                row.rua,
                row.mistakes,
                row.lastSeen,
                row.lastPass,
                row.id);
    }

    /** The row of a kind of rows. */
    long fact(long policy, DomainName domain, Instant begin, FactSeen seen) throws SQLException {
        Optional<Long> known = find(policy, seen.text);
        if (known.isPresent()) {
            return known.get();
        }
        if (hasTooMany(domain, begin)) {
            merged++;
            FactSeen together = new FactSeen(together(seen.facts, domain));
            Optional<Long> common = find(policy, together.text);
            return common.isPresent() ? common.get() : insert(policy, domain, begin, together);
        }
        return insert(policy, domain, begin, seen);
    }

    private Optional<Long> find(long policy, String text) throws SQLException {
        byte[] hash = TextHash.of(text);
        OptionalLong known = facts.find(policy, hash);
        if (known.isPresent()) {
            return Optional.of(known.getAsLong());
        }
        Optional<Long> found = database.first(
                "SELECT id FROM dm_fact WHERE policy_id = ? AND hash = ?", row -> row.getLong(1), policy, hash);
        found.ifPresent(id -> facts.put(policy, hash, id));
        return found;
    }

    /** The column: 0 is a reason to report. */
    private static int optional(RowFacts.Weight weight) {
        return switch (weight) {
            case REASON -> 0;
            case OWN_REPORTS -> 1;
            case REJECTED -> 2;
            case PAST -> PAST;
        };
    }

    private long insert(long policy, DomainName domain, Instant begin, FactSeen seen) throws SQLException {
        byte[] hash = TextHash.of(seen.text);
        long id = database.insert(
                "INSERT INTO dm_fact (policy_id, hash, optional, facts) VALUES (?, ?, ?, ?)",
                policy,
                hash,
                optional(seen.facts.weight()),
                seen.text);
        facts.put(policy, hash, id);
        factsOfDomain.computeIfPresent(domain.ascii(), (name, number) -> number + 1);
        factsOfPeriod.computeIfPresent(
                new DomainPeriod(domain.ascii(), begin.getEpochSecond()), (name, number) -> number + 1);
        return id;
    }

    /** All kinds that a domain ever had are quickly counted; those of the period only if they are too many. */
    private boolean hasTooMany(DomainName domain, Instant begin) throws SQLException {
        Long inAll = factsOfDomain.get(domain.ascii());
        if (inAll == null) {
            inAll = database.number(
                    "SELECT COUNT(*) FROM dm_policy p JOIN dm_fact f ON f.policy_id = p.id WHERE p.domain = ?",
                    domain.ascii());
            factsOfDomain.put(domain.ascii(), inAll);
        }
        if (inAll < maxFacts) {
            return false;
        }
        DomainPeriod key = new DomainPeriod(domain.ascii(), begin.getEpochSecond());
        Long inPeriod = factsOfPeriod.get(key);
        if (inPeriod == null) {
            inPeriod = database.number(
                    "SELECT COUNT(*) FROM dm_policy p JOIN dm_fact f ON f.policy_id = p.id WHERE p.domain = ?"
                            + " AND EXISTS (SELECT 1 FROM dm_counter c WHERE c.begin_at = ? AND c.fact_id = f.id)",
                    domain.ascii(),
                    begin.getEpochSecond());
            factsOfPeriod.put(key, inPeriod);
        }
        return inPeriod >= maxFacts;
    }

    /** What is left when the sender's choices are taken away: some dozen kinds. */
    private static RowFacts together(RowFacts facts, DomainName domain) {
        return new RowFacts(
                facts.disposition(),
                facts.dkimAligned(),
                facts.spfAligned(),
                List.of(),
                domain.ascii(),
                "",
                "",
                List.of(),
                new SpfAuth(domain.ascii(), false, AuthResult.NONE),
                facts.weight());
    }
}
