package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.PublishedPolicy.DiscoveryMethod;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;
import org.dmarcmilter.dmarc.DmarcRecord.Psd;
import org.dmarcmilter.dmarc.Policy;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.StoredReport.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what with a report and a delivery, and when (leases). Two owners on one database are two processes. */
class DeliveriesTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final PublishedPolicy POLICY = new PublishedPolicy(
            DomainName.of("example.com"),
            Standard.RFC9989,
            DiscoveryMethod.TREEWALK,
            Policy.REJECT,
            Policy.QUARANTINE,
            Policy.NONE,
            AlignmentMode.STRICT,
            AlignmentMode.RELAXED,
            100,
            List.of("1", "d"),
            true,
            Psd.NO,
            86400);

    @TempDir
    Path directory;

    private Database database;
    private StoreLog log;
    private Reports reports;
    private Reports otherReports;
    private Deliveries deliveries;
    private Deliveries otherDeliveries;

    @BeforeEach
    void makeAReport() throws IOException {
        Store.open(directory, StoredReports.rules(), NOW).close();
        log = new StoreLog(directory.resolve("store.log"));
        database = Database.open(directory.resolve("store"));
        reports = new Reports(database, log, "one");
        otherReports = new Reports(database, log, "two");
        deliveries = new Deliveries(database, log, "one");
        otherDeliveries = new Deliveries(database, log, "two");
        insert("2026112700aaaa", NOW.minusSeconds(10));
    }

    private void insert(String reportId, Instant due) throws IOException {
        database.transaction(() -> {
            long policy = database.insert(
                    "INSERT INTO dm_policy (domain, hash, config, seconds, rua, mistakes, last_seen, last_pass)"
                            + " VALUES ('example.com', ?, ?, 86400, 'mailto:a@example.com', '', 0, 0)",
                    reportId.getBytes(StandardCharsets.US_ASCII),
                    POLICY.text());
            return database.insert(
                    "INSERT INTO dm_report (report_id, policy_id, begin_at, end_at, part, parts, format, org_name, email,"
                            + " extra_contact, submitter, generator, error, rows_n, messages, state, cause, due_at, expires_at,"
                            + " lease_until, attempt) VALUES (?, ?, 1764201600, 1764287999, 0, 1, 'rfc9990', 'Example', 'r@example.org', '',"
                            + " 'example.org', 'dmarc-milter', 'a mistake', 2, 3, 'due', '', ?, ?, 0, 0)",
                    reportId,
                    policy,
                    due.getEpochSecond(),
                    NOW.plus(Duration.ofDays(3)).getEpochSecond());
        });
    }

    @AfterEach
    void close() throws IOException {
        database.close();
        log.close();
    }

    @Test
    void readsAReport() throws IOException {
        StoredReport report = reports.find("2026112700aaaa").orElseThrow();
        assertEquals(POLICY, report.policy());
        assertEquals(List.of("mailto:a@example.com"), report.rua());
        assertEquals(List.of("a mistake"), report.errors());
        assertEquals(Instant.ofEpochSecond(1764201600), report.identity().begin());
        assertEquals(State.DUE, report.state());
        assertEquals(
                List.of(report),
                reports.list(
                        new ReportFilter(Optional.of(POLICY.domain()), Optional.of(State.DUE), Optional.empty(), 10)));
        assertEquals(
                List.of(),
                reports.list(
                        new ReportFilter(Optional.empty(), Optional.of(State.VOID), Optional.of(Instant.EPOCH), 10)));
    }

    @Test
    void aReportIsTakenOnce() throws IOException {
        insert("2026112700bbbb", NOW.plusSeconds(10));
        StoredReport before = reports.find("2026112700aaaa").orElseThrow();
        StoredReport taken = reports.takeDue(NOW).orElseThrow();
        assertEquals("2026112700aaaa", taken.identity().reportId());
        assertEquals(Optional.empty(), otherReports.takeDue(NOW));
        assertTrue(reports.postpone(taken, NOW.plusSeconds(3600), "dns"));
        assertEquals(Optional.empty(), otherReports.take(before, NOW), "what it knows is old");
        assertTrue(otherReports.takeDue(NOW.plusSeconds(3600)).isPresent());
    }

    @Test
    void aLeaseThatIsOverIsAnothers() throws IOException {
        StoredReport slow = reports.takeDue(NOW).orElseThrow();
        Instant later = NOW.plus(Reports.LEASE).plusSeconds(1);
        StoredReport taken = otherReports.takeDue(later).orElseThrow();
        assertFalse(reports.close(slow, "withdrawn"));
        assertFalse(reports.resolved(slow, List.of(new Destination("a@example.com", 0, "")), List.of(), later));
        assertTrue(otherReports.close(taken, "withdrawn"));
        assertEquals(State.VOID, reports.find("2026112700aaaa").orElseThrow().state());
    }

    @Test
    void goesToItsDestinations() throws IOException {
        Delivery first = open(
                new Destination("a@example.com", 10, ""),
                new Destination("b@example.net", 0, ""),
                new Destination("c@example.net", 0, "unauthorized"));
        StoredReport report = reports.of(first).orElseThrow();
        assertEquals(List.of("a mistake", "rua c@example.net: no external authorization"), report.errors());
        assertEquals(State.OPEN, report.state());
        assertEquals(10, first.maxSize());
        Delivery taken = deliveries.take(first, NOW).orElseThrow();
        assertEquals(Optional.empty(), otherDeliveries.take(first, NOW), "it has been taken");
        assertEquals(Optional.empty(), otherDeliveries.take(taken, NOW), "its lease is not over");
        assertTrue(deliveries.sent(taken, 1234, "250 ok", NOW));
        assertFalse(deliveries.failed(taken, "late", ""), "it is finished");

        Delivery second = otherDeliveries.ready(NOW, 10).get(0);
        assertEquals(2, second.number());
        second = otherDeliveries.take(second, NOW).orElseThrow();
        assertTrue(otherDeliveries.later(second, NOW.plusSeconds(300), "try later", "451 later"));
        assertEquals(List.of(), otherDeliveries.ready(NOW, 10));
        second = deliveries.ready(NOW.plusSeconds(300), 10).get(0);
        second = deliveries.take(second, NOW.plusSeconds(300)).orElseThrow();
        assertTrue(deliveries.failed(second, "refused", "550 no"));
        assertEquals(State.DONE, reports.of(second).orElseThrow().state());
        assertEquals(
                List.of(Delivery.State.SENT, Delivery.State.FAILED, Delivery.State.SKIPPED),
                deliveries.of(report).stream().map(Delivery::state).toList());
    }

    @Test
    void isMarkedWhereTheOutcomeIsUnknown() throws IOException {
        Delivery first = open(new Destination("a@example.com", 0, ""));
        Delivery lost = deliveries.take(first, NOW).orElseThrow();
        assertEquals(0, lost.resent());
        Instant later = NOW.plus(Reports.LEASE).plusSeconds(1);
        Delivery again = otherDeliveries.ready(later, 10).get(0);
        again = otherDeliveries.take(again, later).orElseThrow();
        assertEquals(1, again.resent());
        assertEquals(2, again.attempt());
        assertFalse(deliveries.sent(lost, 1, "250", later));
        assertTrue(otherDeliveries.sent(again, 1, "250", later));
    }

    @Test
    void countsNoAttemptThatWasNotBegun() throws IOException {
        Delivery taken = deliveries
                .take(open(new Destination("a@example.com", 0, "")), NOW)
                .orElseThrow();
        assertTrue(deliveries.untouched(taken, NOW.plusSeconds(60), "connection refused"));
        Delivery again = deliveries.ready(NOW.plusSeconds(60), 1).get(0);
        assertEquals(0, again.attempt());
        assertEquals("connection refused", again.cause());
    }

    @Test
    void isSentAgainOnRequest() throws IOException {
        Delivery taken = deliveries
                .take(open(new Destination("a@example.com", 0, ""), new Destination("b@example.com", 0, "")), NOW)
                .orElseThrow();
        assertTrue(deliveries.sent(taken, 1, "250", NOW));
        StoredReport report = reports.of(taken).orElseThrow();
        assertEquals(0, deliveries.again(report, Optional.of("b@example.com"), NOW), "it waits anyway");
        assertEquals(1, deliveries.again(report, Optional.empty(), NOW));
        assertEquals(1, deliveries.of(report).get(0).resent());
    }

    @Test
    void goesToNobodyIfAllAreSkipped() throws IOException {
        StoredReport report = reports.takeDue(NOW).orElseThrow();
        assertTrue(
                reports.resolved(report, List.of(new Destination("a@example.com", 0, "suppressed")), List.of(), NOW));
        StoredReport after = reports.find(report.identity().reportId()).orElseThrow();
        assertEquals(State.VOID, after.state());
        assertEquals("no-destination", after.cause());
        assertEquals("suppressed", deliveries.of(report).get(0).cause());
    }

    private Delivery open(Destination... destinations) throws IOException {
        StoredReport report = reports.takeDue(NOW).orElseThrow();
        assertTrue(reports.resolved(
                report,
                List.of(destinations),
                List.of("rua c@example.net: no external authorization", "x".repeat(400)),
                NOW));
        return deliveries.ready(NOW, 10).get(0);
    }
}
