package org.dmarcmilter.testing;

/** Records of a history file for tests: one that is plain, and the same with other lines. */
public final class HistoryText {
    /** OpenDMARC's form, as far as all versions have it. */
    public static final String PLAIN = """
            job Q
            reporter mx.test.example
            received 1795493204
            ipaddr 192.0.2.10
            from example.com
            mfrom example.com
            dkim example.com sel1 0
            spf 0
            pdomain example.com
            policy 15
            rua mailto:a@example.com
            pct 100
            adkim 114
            aspf 114
            p 114
            sp 0
            align_dkim 4
            align_spf 4
            action 2
            """;

    private HistoryText() {}

    /** The plain record with other lines for some keys, separated by commas. */
    public static String with(String lines) {
        String record = PLAIN;
        for (String line : lines.split(",(?=[a-z_]+ )", -1)) {
            String key = line.substring(0, line.indexOf(' ') + 1);
            String found = record.replaceFirst("(?m)^" + key + ".*\n", "");
            // It begins a record.
            record = key.equals("job ") ? line + "\n" + found : found + line + "\n";
        }
        return record;
    }
}
