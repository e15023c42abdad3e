package org.dmarcmilter.domain;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.dmarcmilter.text.OctetText;

/**
 * An IP address. Made from literals only: nothing here ever asks the DNS.
 *
 * @param family which protocol
 * @param high the first 64 bits of an IPv6 address; 0 for IPv4
 * @param low the last 64 bits of an IPv6 address; for IPv4 its 32 bits
 */
public record IpAddress(Family family, long high, long low) {
    /** The two protocols and the length of their addresses. */
    public enum Family {
        IPV4(32),
        IPV6(128);

        private final int bits;

        Family(int bits) {
            this.bits = bits;
        }

        /** The length of an address, which is the longest prefix. */
        public int bits() {
            return bits;
        }
    }

    /** How much longer the prefix of a network is if its IPv4 addresses are mapped into IPv6. */
    public static final int MAPPED_PREFIX = 96;

    private static final long IPV4_MASK = 0xFFFF_FFFFL;
    /** The 16 bits before the IPv4 address in an IPv4-mapped address (RFC 4291, section 2.5.5.2), in place. */
    private static final long MAPPED_MARK = 0xFFFFL << 32;

    private static final int GROUPS = 8;
    /** {@code ffff:} six times and {@code 255.255.255.255}. */
    private static final int MAX_TEXT = 45;

    /** @throws IllegalArgumentException if an IPv4 address has more than 32 bits */
    public IpAddress {
        if (family == Family.IPV4 && (high != 0 || (low & ~IPV4_MASK) != 0)) {
            throw new IllegalArgumentException("more than 32 bits in an IPv4 address");
        }
    }

    /** What RFC 5321, section 4.1.3, Sendmail and Postfix write before an IPv6 address. */
    private static final String TAG = "IPv6:";

    /**
     * Reads whose address a text is: a dotted quad without leading zeros, or IPv6 in any form of RFC 4291, section 2.2, without zone,
     * perhaps with {@code IPv6:} before it. An IPv4-mapped address ({@code ::ffff:192.0.2.1}) is the IPv4 address in it; an
     * IPv4-compatible one ({@code ::192.0.2.1}, section 2.5.5.1) is not. Empty for all else.
     */
    public static Optional<IpAddress> parse(String text) {
        boolean tagged = text.regionMatches(true, 0, TAG, 0, TAG.length());
        return asWritten(tagged ? text.substring(TAG.length()) : text)
                .filter(address -> !tagged || text.indexOf(':', TAG.length()) >= 0)
                .map(IpAddress::unmapped);
    }

    /** Reads an untagged literal, which is IPv6 if it is written so: in SPF, {@code ip6:} is no {@code ip4:} (RFC 7208, section 5). */
    public static Optional<IpAddress> asWritten(String text) {
        if (text.length() > MAX_TEXT) {
            return Optional.empty();
        }
        if (text.indexOf(':') >= 0) {
            return parseIpv6(text);
        }
        OptionalLong quad = parseQuad(text);
        return quad.isPresent() ? Optional.of(new IpAddress(Family.IPV4, 0, quad.getAsLong())) : Optional.empty();
    }

    /** For literals known to be good, as in tests and constants. */
    public static IpAddress of(String text) {
        return parse(text).orElseThrow(() -> new IllegalArgumentException("not an IP address: " + text));
    }

    /** The IPv4 address in an IPv4-mapped one; any other as it is. */
    public IpAddress unmapped() {
        return isMapped() ? new IpAddress(Family.IPV4, 0, low & IPV4_MASK) : this;
    }

    /** Whether it is this host's own: 127.0.0.0/8 or ::1. */
    public boolean isLoopback() {
        return family == Family.IPV4 ? low >>> 24 == 127 : high == 0 && low == 1;
    }

    /**
     * Whether the first {@code prefixLength} bits are those of {@code network}; never across families.
     *
     * @param network any address of the network; the bits after the prefix do not matter
     * @throws IllegalArgumentException if the network's family has no such prefix
     */
    public boolean inNetwork(IpAddress network, int prefixLength) {
        if (prefixLength < 0 || prefixLength > network.family.bits()) {
            throw new IllegalArgumentException("no prefix of " + prefixLength + " bits in " + network);
        }
        if (family != network.family) {
            return false;
        }
        if (family == Family.IPV4) {
            return samePrefix(low << 32, network.low << 32, prefixLength);
        }
        return samePrefix(high, network.high, Math.min(prefixLength, Long.SIZE))
                && samePrefix(low, network.low, Math.max(prefixLength - Long.SIZE, 0));
    }

    /**
     * The address of octets in network order.
     *
     * @throws IllegalArgumentException if they are not 4 or 16
     */
    public static IpAddress ofOctets(byte[] octets) {
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        return switch (octets.length) {
            case Integer.BYTES -> new IpAddress(Family.IPV4, 0, Integer.toUnsignedLong(buffer.getInt()));
            case 2 * Long.BYTES -> new IpAddress(Family.IPV6, buffer.getLong(), buffer.getLong());
            default -> throw new IllegalArgumentException("no IP address has " + octets.length + " octets");
        };
    }

    /** The octets in network order. */
    public byte[] octets() {
        ByteBuffer octets = ByteBuffer.allocate(family.bits() / Byte.SIZE);
        return (family == Family.IPV4
                        ? octets.putInt((int) low)
                        : octets.putLong(high).putLong(low))
                .array();
    }

    /** The canonical text (RFC 5952): lower case, zeros shortened; IPv4-mapped addresses in mixed notation. */
    public String text() {
        if (family == Family.IPV4) {
            return appendQuad(new OctetText(MAX_TEXT), low).toString();
        }
        if (isMapped()) {
            return appendQuad(new OctetText(MAX_TEXT).append("::ffff:"), low & IPV4_MASK)
                    .toString();
        }
        int gap = longestZeroRun();
        int gapEnd = gap;
        while (gap >= 0 && gapEnd < GROUPS && group(gapEnd) == 0) {
            gapEnd++;
        }
        StringBuilder out = new StringBuilder(MAX_TEXT);
        for (int i = 0; i < GROUPS; i++) {
            if (i == gap) {
                out.append("::");
                i = gapEnd - 1;
            } else {
                out.append(i == 0 || i == gapEnd ? "" : ":").append(Integer.toHexString(group(i)));
            }
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return text();
    }

    private boolean isMapped() {
        return family == Family.IPV6 && high == 0 && (low & ~IPV4_MASK) == MAPPED_MARK;
    }

    private int group(int index) {
        long half = index < 4 ? high : low;
        return (int) (half >>> (48 - 16 * (index % 4))) & 0xFFFF;
    }

    /** Where the first of the longest runs of two or more zero groups begins; -1 if there is none. */
    private int longestZeroRun() {
        int best = -1;
        int bestLength = 1;
        int length = 0;
        for (int i = 0; i < GROUPS; i++) {
            length = group(i) == 0 ? length + 1 : 0;
            if (length > bestLength) {
                best = i - length + 1;
                bestLength = length;
            }
        }
        return best;
    }

    private static boolean samePrefix(long a, long b, int bits) {
        return bits == 0 || (a ^ b) >>> (Long.SIZE - bits) == 0;
    }

    /** Appends {@link #text}. */
    public void appendTo(OctetText text) {
        if (family == Family.IPV4) {
            appendQuad(text, low);
        } else {
            text.append(text());
        }
    }

    private static OctetText appendQuad(OctetText text, long bits) {
        text.append(bits >>> 24).append('.').append((bits >>> 16) & 0xFF).append('.');
        return text.append((bits >>> 8) & 0xFF).append('.').append(bits & 0xFF);
    }

    private static OptionalLong parseQuad(String text) {
        long bits = 0;
        int octets = 0;
        for (int start = 0, end; start <= text.length(); start = end + 1) {
            int dot = text.indexOf('.', start);
            end = dot < 0 ? text.length() : dot;
            int octet = parseOctet(text, start, end);
            if (octet < 0 || ++octets > 4) {
                return OptionalLong.empty();
            }
            bits = bits << 8 | octet;
        }
        return octets == 4 ? OptionalLong.of(bits) : OptionalLong.empty();
    }

    /** 0 to 255 in decimal without leading zero (some read those as octal); -1 for all else. */
    private static int parseOctet(String text, int start, int end) {
        int length = end - start;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(start) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = 10 * value + c - '0';
        }
        return value <= 255 ? value : -1;
    }

    private static Optional<IpAddress> parseIpv6(String text) {
        int[] groups = new int[GROUPS];
        int count = 0;
        boolean startsWithGap = text.startsWith("::");
        int gap = startsWithGap ? 0 : -1;
        int next = startsWithGap ? 2 : 0;
        while (next < text.length()) {
            int colon = text.indexOf(':', next);
            int end = colon < 0 ? text.length() : colon;
            if (colon < 0 && text.indexOf('.', next) >= 0) {
                OptionalLong quad = parseQuad(text.substring(next));
                if (quad.isEmpty() || count > GROUPS - 2) {
                    return Optional.empty();
                }
                groups[count++] = (int) (quad.getAsLong() >>> 16);
                groups[count++] = (int) (quad.getAsLong() & 0xFFFF);
                break;
            }
            int group = parseGroup(text, next, end);
            if (group < 0 || count == GROUPS) {
                return Optional.empty();
            }
            groups[count++] = group;
            next = end + 1;
            if (next == text.length()) {
                return Optional.empty(); // a single colon at the end
            }
            if (next < text.length() && text.charAt(next) == ':') {
                if (gap >= 0) {
                    return Optional.empty();
                }
                gap = count;
                next++;
            }
        }
        return assemble(groups, count, gap);
    }

    /** One to four hexadecimal digits; -1 for all else. */
    private static int parseGroup(String text, int start, int end) {
        if (end == start || end - start > 4) {
            return -1;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!HexFormat.isHexDigit(c)) {
                return -1;
            }
            value = value << 4 | HexFormat.fromHexDigit(c);
        }
        return value;
    }

    /** Puts the groups after the gap at the end; a gap stands for at least one group. */
    private static Optional<IpAddress> assemble(int[] groups, int count, int gap) {
        if (gap < 0 ? count != GROUPS : count == GROUPS) {
            return Optional.empty();
        }
        long[] halves = new long[2];
        for (int i = 0; i < count; i++) {
            int place = gap < 0 || i < gap ? i : i + GROUPS - count;
            halves[place / 4] |= (long) groups[i] << (48 - 16 * (place % 4));
        }
        return Optional.of(new IpAddress(Family.IPV6, halves[0], halves[1]));
    }
}
