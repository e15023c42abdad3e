package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.AuthResult;
import org.dmarcmilter.aggregate.RowFacts.Disposition;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.aggregate.RowFacts.Weight;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;

/** For tests that begin where a period has been closed and prepared: writes reports that are due into a store that nobody has open. */
public final class StoredReports {
    /** The begin of the period that all are about. */
    public static final Instant BEGIN = Instant.parse("2026-11-27T00:00:00Z");

    /** When they are due. */
    public static final Instant DUE = Instant.parse("2026-11-28T01:00:00Z");

    private final Path directory;

    /** @param directory the store's */
    public StoredReports(Path directory) {
        this.directory = directory;
    }

    /** Three messages from two addresses. */
    public static List<ReportRow> rows() {
        return List.of(
                new ReportRow(IpAddress.of("192.0.2.1"), 2, facts(Disposition.PASS, true)),
                new ReportRow(IpAddress.of("2001:db8::1"), 1, facts(Disposition.REJECT, false)));
    }

    private static RowFacts facts(Disposition disposition, boolean passes) {
        return new RowFacts(
                disposition,
                passes,
                passes,
                List.of(),
                "example.com",
                "example.com",
                "",
                List.of(new DkimAuth("example.com", "s1", passes ? AuthResult.PASS : AuthResult.FAIL)),
                new SpfAuth("example.com", false, passes ? AuthResult.PASS : AuthResult.FAIL),
                Weight.REASON);
    }

    /** With which a store may be opened. */
    public static ReportRules rules() {
        return rulesWith(200_000, 20_000, 1);
    }

    /** The same with other bounds. */
    static ReportRules rulesWith(int maxRows, int maxFacts, int minimumMessages) {
        return new ReportRules(
                "Example",
                "r@rep.example",
                "",
                "rep.example",
                "dmarc-milter",
                Format.RFC9990,
                Duration.ofHours(2),
                Duration.ofHours(48),
                Duration.ofHours(4),
                Duration.ofHours(72),
                maxRows,
                maxFacts,
                minimumMessages,
                policy -> Optional.empty());
    }

    /** Adds a report about a day. */
    public void add(String reportId, String domain, Standard standard, List<ReportRow> rows) throws IOException {
        Store.open(directory, rules(), BEGIN).close();
        try (Database database = Database.open(directory.resolve("store"))) {
            database.transaction(() -> {
                long policy = database.insert(
                        "INSERT INTO dm_policy (domain, hash, config, seconds, rua, mistakes, last_seen, last_pass)"
                                + " VALUES (?, ?, ?, 86400, ?, '', 0, 0)",
                        domain,
                        Arrays.copyOf(Integer.toHexString(reportId.hashCode()).getBytes(StandardCharsets.US_ASCII), 16),
                        policy(domain, standard).text(),
                        "mailto:stored@" + domain);
                long messages = 0;
                for (ReportRow row : rows) {
                    long fact = database.insert(
                            "INSERT INTO dm_fact (policy_id, hash, optional, facts) VALUES (?, ?, 0, ?)",
                            policy,
                            row.client().octets(),
                            row.facts().text());
                    database.update(
                            "INSERT INTO dm_counter (begin_at, fact_id, ip, n) VALUES (?, ?, ?, ?)",
                            BEGIN.getEpochSecond(),
                            fact,
                            row.client().octets(),
                            row.count());
                    messages += row.count();
                }
                database.update(
                        "INSERT IGNORE INTO dm_period (begin_at, seconds, state, closed_at) VALUES (?, 86400, 'prepared', ?)",
                        BEGIN.getEpochSecond(),
                        DUE.getEpochSecond());
                database.update(
                        "INSERT INTO dm_tally (begin_at, seconds, node, messages, late) VALUES (?, 86400, 'mx', ?, 0)"
                                + " ON DUPLICATE KEY UPDATE messages = messages + VALUES(messages)",
                        BEGIN.getEpochSecond(),
                        messages);
                return database.insert(
                        "INSERT INTO dm_report (report_id, policy_id, begin_at, end_at, part, parts, format, org_name, email,"
                                + " extra_contact, submitter, generator, error, rows_n, messages, state, cause, due_at,"
                                + " expires_at, lease_until, attempt) VALUES (?, ?, ?, ?, 0, 1, ?, 'Example', 'r@rep.example',"
                                + " '', 'rep.example', 'dmarc-milter', '', ?, ?, 'due', '', ?, ?, 0, 0)",
                        reportId,
                        policy,
                        BEGIN.getEpochSecond(),
                        BEGIN.getEpochSecond() + 86399,
                        standard == Standard.RFC7489 ? "rfc7489" : "rfc9990",
                        rows.size(),
                        messages,
                        DUE.getEpochSecond(),
                        DUE.plus(Duration.ofHours(71)).getEpochSecond());
            });
        }
    }

    /** Puts what no program writes into rows that each run reads. */
    public void damage() throws IOException {
        try (Database database = Database.open(directory.resolve("store"))) {
            database.transaction(() -> database.update("UPDATE dm_policy SET config = 'x'"));
        }
    }

    private static PublishedPolicy policy(String domain, Standard standard) {
        return new PublishedPolicy(
                DomainName.of(domain),
                standard,
                standard == Standard.RFC7489 ? DiscoveryMethod.PSL : DiscoveryMethod.TREEWALK,
                Policy.REJECT,
                Policy.REJECT,
                Policy.REJECT,
                AlignmentMode.RELAXED,
                AlignmentMode.RELAXED,
                100,
                List.of("0"),
                false,
                Psd.UNKNOWN,
                86400);
    }
}
