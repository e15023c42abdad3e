package org.dmarcmilter.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.dmarcmilter.aggregate.CanonicalText;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportFacts;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.text.OctetText;

/**
 * The form of a line: a letter, a space, values with tabs between them, a tab, the CRC-32C of all before that tab in hexadecimal, and a
 * line feed. US-ASCII; no value holds a tab, a line feed or another control character, as the facts are harmless when they are made.
 *
 * <pre>
 * J 2 NODE INSTANCE PROGRAM     the first line: version of the form, who writes, a random number for this run of it
 * F time domain v std disc ...  the second line: the names of the values in each record
 * R 1764288065 example.com ...  a record
 * M 1764288065                  every record of an earlier second stands above
 * E 123                         the end of a segment that was closed: number of its records
 * </pre>
 *
 * <p>The values of the canonical texts of policy and row stand by themselves, as their names would be a third of a journal. In version 1
 * both texts stood there.
 *
 * @param type the letter
 * @param values at least one
 */
record JournalLine(char type, List<String> values) {
    static final char HEADER = 'J';
    static final char FIELDS = 'F';
    static final char RECORD = 'R';
    static final char MARK = 'M';
    static final char END = 'E';

    /** Of the form, in the header. */
    static final int VERSION = 2;

    /** Those that can be read. */
    static final Set<String> VERSIONS = Set.of("1", Integer.toString(VERSION));

    /** No line has more octets, the line feed included: the largest facts have less. */
    static final int MAX_OCTETS = 65_536;

    private static final char SEPARATOR = CanonicalText.SEPARATOR;
    private static final int CHECKSUM_DIGITS = 8;
    private static final int LINE_ROOM = 512;

    private static final Pattern SECOND = Pattern.compile("[0-9]{1,12}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private static final String TIME = "time";
    private static final String DOMAIN = "domain";
    private static final String RUA = "rua";
    private static final String MISTAKES = "mistakes";
    private static final String CLIENT = "ip";

    /** The values of a record in the order in which they are written. */
    static final List<String> FIELD_NAMES = Stream.of(
                    List.of(TIME, DOMAIN), PublishedPolicy.NAMES, List.of(RUA, MISTAKES, CLIENT), RowFacts.NAMES)
            .flatMap(List::stream)
            .toList();

    /** The canonical texts of policy and row in a record of version 1. */
    private static final String CONFIG = "config";

    private static final String ROW = "row";

    private static final List<String> FORMER_NAMES = List.of(TIME, DOMAIN, CONFIG, RUA, MISTAKES, CLIENT, ROW);

    JournalLine {
        values = List.copyOf(values);
    }

    static JournalLine header(String node, String instance, String program) {
        return new JournalLine(HEADER, List.of(Integer.toString(VERSION), node, instance, program));
    }

    static JournalLine fields() {
        return new JournalLine(FIELDS, FIELD_NAMES);
    }

    static JournalLine mark(long second) {
        return new JournalLine(MARK, List.of(Long.toString(second)));
    }

    static JournalLine end(long records) {
        return new JournalLine(END, List.of(Long.toString(records)));
    }

    /** The whole line of a record, by itself. */
    static byte[] record(JournalRecord record) {
        ReportFacts facts = record.facts();
        OctetText line = new OctetText(LINE_ROOM);
        appendRecord(line, begin(record.time().getEpochSecond()), asked(facts), facts.client(), facts.row());
        return line.toOctets();
    }

    /** A record up to its time, the same for all of one second. */
    static byte[] begin(long second) {
        return new OctetText(LINE_ROOM)
                .append(RECORD)
                .append(' ')
                .append(second)
                .append(SEPARATOR)
                .toOctets();
    }

    /** The values of a record from domain to mistakes: the same for all mail that one DNS record is about. */
    static byte[] asked(ReportFacts facts) {
        OctetText asked = new OctetText(LINE_ROOM);
        asked.append(facts.policy().domain().ascii()).append(SEPARATOR);
        facts.policy().appendValues(asked);
        return asked.append(SEPARATOR)
                .append(facts.ruaText())
                .append(SEPARATOR)
                .append(facts.mistakesText())
                .toOctets();
    }

    /**
     * Appends a record.
     *
     * @param begin of {@link #begin}
     * @param asked of {@link #asked}
     * @param client of which an IPv4-mapped address is the one in it
     */
    static void appendRecord(OctetText to, byte[] begin, byte[] asked, IpAddress client, RowFacts row) {
        int from = to.length();
        to.append(begin).append(asked).append(SEPARATOR);
        client.unmapped().appendTo(to);
        to.append(SEPARATOR);
        row.appendValues(to);
        seal(to, from);
    }

    /** The second of the record that begins there. */
    static long second(OctetText lines, int begin) {
        long second = 0;
        for (int i = begin + 2; lines.array()[i] != SEPARATOR; i++) {
            second = 10 * second + lines.array()[i] - '0';
        }
        return second;
    }

    /** The line as it is written. */
    byte[] octets() {
        OctetText line = new OctetText(LINE_ROOM);
        line.append(type);
        for (int i = 0; i < values.size(); i++) {
            line.append(i == 0 ? ' ' : SEPARATOR).append(values.get(i));
        }
        seal(line, 0);
        return line.toOctets();
    }

    private static void seal(OctetText line, int begin) {
        int checksum = checksum(line.array(), begin, line.length());
        line.append(SEPARATOR).appendHex(checksum).append('\n');
    }

    /**
     * Reads a line; empty if it is damaged.
     *
     * @param octets in which it stands, without its line feed
     */
    static Optional<JournalLine> parse(byte[] octets, int from, int to) {
        int tab = to - CHECKSUM_DIGITS - 1;
        if (tab < from + 2 || octets[tab] != SEPARATOR || octets[from + 1] != ' ') {
            return Optional.empty();
        }
        int checksum = checksum(octets, from, tab);
        for (int i = 0; i < CHECKSUM_DIGITS; i++) {
            if (octets[tab + CHECKSUM_DIGITS - i] != Character.forDigit((checksum >>> (4 * i)) & 0xF, 16)) {
                return Optional.empty();
            }
        }
        String values = new String(octets, from + 2, tab - from - 2, StandardCharsets.ISO_8859_1);
        return Optional.of(new JournalLine((char) octets[from], List.of(values.split("\t", -1))));
    }

    private static int checksum(byte[] octets, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(octets, from, to - from);
        return (int) crc.getValue();
    }

    /** The one number of a mark or an end; empty if the line is none. */
    Optional<Long> number() {
        return (type == MARK || type == END) && NUMBER.matcher(values.get(0)).matches()
                ? Optional.of(Long.parseLong(values.get(0)))
                : Optional.empty();
    }

    /**
     * The record of a line; empty if it holds none that can be read.
     *
     * @param places where each field stands
     * @param known for the texts of this and other lines
     */
    Optional<JournalRecord> record(Map<String, Integer> places, KnownTexts known) {
        String second = value(places, TIME);
        if (type != RECORD || !SECOND.matcher(second).matches()) {
            return Optional.empty();
        }
        Optional<PublishedPolicy> policy =
                known.policy(value(places, DOMAIN), canonical(places, CONFIG, PublishedPolicy.NAMES));
        Optional<RowFacts> row = known.row(canonical(places, ROW, RowFacts.NAMES));
        Optional<IpAddress> client = IpAddress.parse(value(places, CLIENT));
        List<String> rua = ReportFacts.rua(value(places, RUA));
        if (policy.isEmpty() || row.isEmpty() || client.isEmpty() || rua.isEmpty()) {
            return Optional.empty();
        }
        try {
            List<String> mistakes = ReportFacts.mistakes(value(places, MISTAKES));
            return Optional.of(new JournalRecord(
                    Instant.ofEpochSecond(Long.parseLong(second)),
                    new ReportFacts(policy.get(), rua, mistakes, client.get(), row.get())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether records that have these values, and perhaps others, can be read. */
    static boolean areEnough(List<String> names) {
        return names.containsAll(FIELD_NAMES) || names.containsAll(FORMER_NAMES);
    }

    /** A canonical text, whole or made of its values. */
    private String canonical(Map<String, Integer> places, String name, List<String> names) {
        return places.containsKey(name)
                ? value(places, name)
                : CanonicalText.of(
                        names, names.stream().map(part -> value(places, part)).toList());
    }

    private String value(Map<String, Integer> places, String name) {
        int place = places.getOrDefault(name, values.size());
        return place < values.size() ? values.get(place) : "";
    }
}
