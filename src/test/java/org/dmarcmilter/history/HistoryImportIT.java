package org.dmarcmilter.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.dmarcmilter.authres.ArcFields.ArcSet;
import org.dmarcmilter.history.HistoryRecord.Signature;
import org.dmarcmilter.testing.OpenDmarcTools;
import org.dmarcmilter.testing.PrivateMariaDb;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenDMARC's own importer reads our history file into its own tables, hostile messages included, and loses nothing. */
class HistoryImportIT {
    private static final int MESSAGES = 1_000;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void needsItsPeers() {
        OpenDmarcTools.areNeeded();
    }

    @ParameterizedTest(name = "HistoryExtraKeys {0}: the importer of 1.4.2 complains about [{1}] and nothing else")
    @CsvSource({"false, ''", "true, unknown key 'fo'; unknown key 'spf_scope'"})
    void importsEveryRecord(boolean extraKeys, String complaints) throws IOException, InterruptedException {
        Random random = new Random(20_261_124);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < MESSAGES; i++) {
            text.append(HistoryFormat.write(
                    Evaluations.any(i % 10 == 0 ? i + "\"\naction 0\n'" : "Q" + i, random), extraKeys));
        }
        List<HistoryRecord> records = new ArrayList<>();
        HistoryReader.read(new BufferedReader(new StringReader(text.toString())), records::add, Assertions::fail);
        assertEquals(MESSAGES, records.size());
        Path file = Files.writeString(directory.resolve("history"), text, StandardCharsets.US_ASCII);

        try (OpenDmarcTools tools = OpenDmarcTools.start()) {
            assertEquals(complaints, String.join("; ", complaints(tools.importFile(file, true))));
            compare(records, tools.database());
        }
    }

    private static void compare(List<HistoryRecord> records, PrivateMariaDb database)
            throws IOException, InterruptedException {
        assertEquals(
                records.stream().map(HistoryImportIT::messageRow).toList(),
                database.sql("SELECT m.jobid, UNIX_TIMESTAMP(m.date), r.name, m.policy, m.disp, i.addr, e.name, f.name,"
                        + " p.name, m.spf, m.align_spf, m.align_dkim, m.sigcount, m.arc, m.arc_policy FROM messages m"
                        + " JOIN reporters r ON r.id = m.reporter JOIN ipaddr i ON i.id = m.ip"
                        + " JOIN domains e ON e.id = m.env_domain JOIN domains f ON f.id = m.from_domain"
                        + " JOIN domains p ON p.id = m.policy_domain ORDER BY m.id"));
        assertEquals(
                records.stream()
                        .flatMap(record -> signatureRows(record).stream())
                        .toList(),
                database.sql("SELECT m.jobid, d.name, COALESCE(s.name, ''), g.pass, g.error FROM signatures g"
                        + " JOIN messages m ON m.id = g.message JOIN domains d ON d.id = g.domain"
                        + " LEFT JOIN selectors s ON s.id = g.selector ORDER BY g.id"));
        assertEquals(
                records.stream()
                        .flatMap(record -> record.arcSets().stream()
                                .map(set -> row(record.jobId(), set.instance(), set.clientIp())))
                        .toList(),
                database.sql("SELECT m.jobid, a.instance, a.arc_client_addr FROM arcauthresults a"
                        + " JOIN messages m ON m.id = a.message ORDER BY a.id"));
        assertEquals(
                records.stream().flatMap(record -> sealRows(record).stream()).toList(),
                database.sql("SELECT m.jobid, a.instance, d.name, s.name FROM arcseals a"
                        + " JOIN messages m ON m.id = a.message JOIN domains d ON d.id = a.domain"
                        + " JOIN selectors s ON s.id = a.selector ORDER BY a.id"));
        assertEquals(
                requestRows(records),
                database.sql("SELECT d.name, q.repuri, q.adkim, q.aspf, q.policy, q.spolicy, q.pct FROM requests q"
                        + " JOIN domains d ON d.id = q.domain ORDER BY d.name"));
    }

    private static String messageRow(HistoryRecord record) {
        return row(
                record.jobId(),
                record.received(),
                record.reporter(),
                record.policy(),
                record.action(),
                record.clientAddress(),
                record.envelopeDomain(),
                record.fromDomain(),
                record.policyDomain(),
                record.spf(),
                record.alignSpf(),
                record.alignDkim(),
                record.dkim().size(),
                record.arc(),
                record.arcPolicy());
    }

    private static List<String> signatureRows(HistoryRecord record) {
        List<String> rows = new ArrayList<>();
        for (Signature signature : record.dkim()) {
            // The importer has no row for a signature without domain; it only counts it.
            if (!signature.domain().isEmpty()) {
                boolean error = signature.result() == ResultCode.TEMPERROR.code()
                        || signature.result() == ResultCode.PERMERROR.code();
                rows.add(row(
                        record.jobId(), signature.domain(), signature.selector(), signature.result(), error ? 1 : 0));
            }
        }
        return rows;
    }

    private static List<String> sealRows(HistoryRecord record) {
        List<String> rows = new ArrayList<>();
        for (ArcSet set : record.arcSets()) {
            rows.add(row(record.jobId(), set.instance(), set.sealer(), set.selector()));
        }
        return rows;
    }

    /** The latest message of an author domain says what its owner wants. */
    private static List<String> requestRows(List<HistoryRecord> records) {
        TreeMap<String, String> rows = new TreeMap<>();
        for (HistoryRecord record : records) {
            rows.put(
                    record.fromDomain(),
                    row(
                            record.fromDomain(),
                            String.join(",", record.rua()),
                            record.adkim(),
                            record.aspf(),
                            record.p(),
                            record.sp(),
                            record.pct()));
        }
        return List.copyOf(rows.values());
    }

    private static String row(Object... columns) {
        return List.of(columns).stream().map(String::valueOf).collect(Collectors.joining("\t"));
    }

    private static TreeSet<String> complaints(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("^opendmarc-import: ", "").replaceFirst(" at line [0-9]+$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
