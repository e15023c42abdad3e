package org.dmarcmilter.aggregate;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The identifier of a report: the hour in which its period begins, and 80 bits that only this store gives to this report. A retry
 * computes the same one (RFC 9990, section 3.5.1), and no two reports of anybody have one in common.
 *
 * <p>26 letters and digits, so that it is a dot-atom (section 3.1.4) and a {@code unique-id} of a file name (section 3.5.2) as it is.
 */
public final class ReportId {
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyyMMddHH", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** RFC 4648, section 6, in lower case. */
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    private static final int CHARACTERS = 16;
    private static final int BITS_OF_CHARACTER = 5;

    private ReportId() {}

    /**
     * The identifier.
     *
     * @param store that of the store, random
     * @param policy of which the report tells, its domain included
     * @param part from 0, where a report is split
     */
    public static String of(String store, PublishedPolicy policy, Period period, int part) {
        String facts = String.join(
                "\n",
                store,
                policy.domain().ascii(),
                policy.text(),
                Long.toString(period.begin().getEpochSecond()),
                Integer.toString(part));
        return HOUR.format(period.begin()) + base32(TextHash.sha256(facts));
    }

    private static String base32(byte[] octets) {
        StringBuilder text = new StringBuilder(CHARACTERS);
        int bits = 0;
        int held = 0;
        int next = 0;
        while (text.length() < CHARACTERS) {
            if (held < BITS_OF_CHARACTER) {
                bits = (bits << Byte.SIZE | (octets[next++] & 0xFF)) & 0xFFF;
                held += Byte.SIZE;
            }
            held -= BITS_OF_CHARACTER;
            text.append(BASE32.charAt(bits >> held & 0x1F));
        }
        return text.toString();
    }
}
