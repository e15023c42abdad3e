package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** All reports that owners got, and what the log said meanwhile. */
final class ReceivedReports {
    private static final Pattern AGAIN =
            Pattern.compile("report (\\S+) .*: outcome to .* unknown, sending again with the same identifiers");

    private final Map<String, Integer> warnings = new HashMap<>();

    /** Looks for warnings that a report is sent again. */
    void takeLog(String text) {
        AGAIN.matcher(text).results().forEach(line -> warnings.merge(line.group(1), 1, Integer::sum));
    }

    /**
     * Each message is in one report; each report came once, or twice with equal identifiers and rows, and a warning.
     *
     * @param twice how many came twice
     */
    void assertOnce(List<String> mails, int reports, int messages, int twice) {
        Map<String, Integer> counted = counted(mails);
        assertEquals(messages, counted.size(), "each message is in a report");
        counted.forEach((client, number) -> assertEquals(1, number, client + " is in one report"));
        assertEquals(reports + twice, mails.size());
    }

    /**
     * How often each client address was counted in all. Mails of one identifier count as one, are the same, and are no more than there
     * were warnings that it is sent again.
     */
    Map<String, Integer> counted(List<String> mails) {
        Map<String, List<String>> rowsOf = new LinkedHashMap<>();
        Map<String, String> identifiers = new LinkedHashMap<>();
        Map<String, Integer> times = new TreeMap<>();
        for (String mail : mails) {
            ReceivedReport report = ReceivedReport.of(DeliveredMessage.parse(mail.replace("\r\n", "\n")));
            String id = report.text("report_metadata/report_id");
            String all = String.join(
                    " ",
                    report.mail().values("Message-ID").get(0),
                    report.mail().values("Subject").get(0),
                    report.fileName());
            assertTrue(all.contains("<" + id + ".1@"), all);
            assertEquals(all, identifiers.computeIfAbsent(id, first -> all), "equal identifiers");
            assertEquals(report.rows(), rowsOf.computeIfAbsent(id, first -> report.rows()), "equal rows");
            int time = times.merge(id, 1, Integer::sum);
            int most = 1 + warnings.getOrDefault(id, 0);
            assertTrue(time <= most, () -> id + " came again without a warning; warned of " + warnings);
        }
        Map<String, Integer> counted = new TreeMap<>();
        rowsOf.values()
                .forEach(rows -> rows.forEach(row -> {
                    String[] words = row.split(" ", 3);
                    counted.merge(words[0], Integer.parseInt(words[1].substring(1)), Integer::sum);
                }));
        return counted;
    }
}
