package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.milter.MilterCommand.Abort;
import org.dmarcmilter.milter.MilterCommand.Body;
import org.dmarcmilter.milter.MilterCommand.Connect;
import org.dmarcmilter.milter.MilterCommand.Data;
import org.dmarcmilter.milter.MilterCommand.EndOfHeaders;
import org.dmarcmilter.milter.MilterCommand.EndOfMessage;
import org.dmarcmilter.milter.MilterCommand.Header;
import org.dmarcmilter.milter.MilterCommand.Helo;
import org.dmarcmilter.milter.MilterCommand.Macro;
import org.dmarcmilter.milter.MilterCommand.Mail;
import org.dmarcmilter.milter.MilterCommand.Malformed;
import org.dmarcmilter.milter.MilterCommand.OptionNegotiation;
import org.dmarcmilter.milter.MilterCommand.Quit;
import org.dmarcmilter.milter.MilterCommand.QuitNewConnection;
import org.dmarcmilter.milter.MilterCommand.Recipient;
import org.dmarcmilter.milter.MilterCommand.Unknown;
import org.dmarcmilter.milter.MilterFilter.Part;
import org.dmarcmilter.text.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to commands. Has no state but what was agreed and where it is in a piece of a body, and answers all bytes: nothing is thrown. What nobody reads of a header
 * field is not made into text.
 *
 * <p>Works on the array behind the buffer, or on a copy of the packet if there is none: most octets are looked at more than once, and a
 * buffer checks each access. Pieces of a body are not looked at, and not copied.
 */
final class MilterDecoder {
    private static final MilterCommand DATA = new Data();
    private static final MilterCommand END_OF_HEADERS = new EndOfHeaders();
    private static final ByteBuffer NO_OCTETS = ByteBuffer.allocate(0).asReadOnlyBuffer();
    private static final MilterCommand END_OF_MESSAGE = new EndOfMessage(NO_OCTETS);
    private static final MilterCommand UNKNOWN = new Unknown();
    private static final MilterCommand ABORT = new Abort();
    private static final MilterCommand QUIT = new Quit();
    private static final MilterCommand QUIT_NEW_CONNECTION = new QuitNewConnection();

    /** Between the colon and the value, where the MTA does not tell. */
    private static final String SPACE = " ";

    /** The fields that nobody reads, by their size: most of what comes. */
    private static final MilterCommand[] UNREAD = new MilterCommand[1024];

    static {
        for (int octets = 0; octets < UNREAD.length; octets++) {
            UNREAD[octets] = new Header("", SPACE, "", Part.NOTHING, octets);
        }
    }

    /**
     * The fields of which only the name is kept that came last, as many come in few sizes; a power of two. For all threads: a field does not
     * change, and who loses a race for a place makes one more.
     */
    private static final Header[] NAMED = new Header[512];

    private final FieldNames names;
    private final BiFunction<String, CharSequence, Part> keeps;
    private final OctetView view = new OctetView();
    private final Consumer<String> oddity;

    /** Whether values begin right behind the colon. */
    private boolean leadingSpace;

    /** What has not come of a packet of SMFIC_BODY that has begun. */
    private int bodyLeft;

    /**
     * @param names of the header fields that came before
     * @param keeps how much of a header field of that name and value somebody reads
     * @param oddity told of what is wrong in a packet but not wrong enough to close the connection
     */
    MilterDecoder(FieldNames names, BiFunction<String, CharSequence, Part> keeps, Consumer<String> oddity) {
        this.names = names;
        this.keeps = keeps;
        this.oddity = oddity;
    }

    /** From here on values of header fields begin right behind the colon, as agreed (SMFIP_HDR_LEADSPC). */
    void expectLeadingSpace() {
        leadingSpace = true;
    }

    /**
     * Takes the next packet off the buffer. Null, with the buffer as it was, if it is not complete; {@link Malformed} as
     * soon as its length is seen to be impossible, so that nothing has to be buffered for it. Of a piece of a body what is there is
     * taken: of a large message, a packet of 64 KiB does not have to be kept.
     */
    @Nullable
    MilterCommand next(ByteBuf in) {
        if (bodyLeft > 0) {
            return in.isReadable() ? body(in) : null;
        }
        if (in.readableBytes() < Integer.BYTES) {
            return null;
        }
        long length = in.getUnsignedInt(in.readerIndex());
        if (length == 0 || length > MilterEncoder.MAX_LENGTH) {
            String octets = in.toString(in.readerIndex(), Integer.BYTES, StandardCharsets.ISO_8859_1);
            return malformed("packet length " + length + " (octets \"" + Printable.escaped(octets, WireText.MAX_LOGGED)
                    + "\") is not 1 to " + MilterEncoder.MAX_LENGTH);
        }
        int code = in.readerIndex() + Integer.BYTES;
        int octets = (int) length;
        if (in.readableBytes() > Integer.BYTES && in.getByte(code) == 'B') {
            bodyLeft = octets - 1;
            in.readerIndex(code + 1);
            return bodyLeft == 0 || in.isReadable() ? body(in) : null;
        }
        if (in.readableBytes() < Integer.BYTES + octets) {
            return null;
        }
        in.readerIndex(code + octets);
        return in.hasArray()
                ? decode(in.array(), in.arrayOffset() + code + 1, in.arrayOffset() + code + octets)
                : decode(ByteBufUtil.getBytes(in, code, octets), 1, octets);
    }

    /** Whether it is in the middle of a packet of which it has given out what had come. */
    boolean isInBody() {
        return bodyLeft > 0;
    }

    private Body body(ByteBuf in) {
        int octets = Math.min(bodyLeft, in.readableBytes());
        bodyLeft -= octets;
        ByteBuffer piece = in.nioBuffer(in.readerIndex(), octets).slice().asReadOnlyBuffer();
        in.skipBytes(octets);
        return new Body(piece, bodyLeft == 0);
    }

    /** Whether the next packet, complete or not, is SMFIC_ABORT. */
    static boolean isAbortNext(ByteBuf in) {
        return in.readableBytes() > Integer.BYTES && in.getByte(in.readerIndex() + Integer.BYTES) == 'A';
    }

    /** @param start of the payload, behind the command's letter */
    private MilterCommand decode(byte[] in, int start, int end) {
        char code = octet(in, start - 1);
        return switch (code) {
            case 'L' -> header(in, start, end);
            case 'D' -> macro(in, start, end);
            case 'R', 'M' -> envelope(code, in, start, end);
            case 'E' -> start == end ? END_OF_MESSAGE : new EndOfMessage(octets(in, start, end));
            case 'N' -> END_OF_HEADERS;
            case 'A' -> ABORT;
            case 'C' -> connect(in, start, end);
            case 'H' -> new Helo(text(in, start, find(in, start, end) - start));
            case 'T' -> DATA;
            case 'U' -> UNKNOWN;
            case 'Q' -> QUIT;
            case 'K' -> QUIT_NEW_CONNECTION;
            case 'O' -> optionNegotiation(in, start, end);
            default ->
                malformed("unknown command '" + Printable.escaped(String.valueOf(code), WireText.MAX_LOGGED) + "'");
        };
    }

    private static MilterCommand optionNegotiation(byte[] in, int start, int end) {
        if (end - start < 3 * Integer.BYTES) {
            return malformed("option negotiation of " + (end - start) + " octets, 12 are needed");
        }
        return new OptionNegotiation(number(in, start), number(in, start + 4), number(in, start + 8));
    }

    /** Pairs as far as they are complete; a last name without value, or without its NUL, is ignored. */
    private static MilterCommand macro(byte[] in, int start, int end) {
        if (start == end) {
            return new Macro('\0', "");
        }
        int pairsEnd = start + 1;
        for (int nameEnd = find(in, pairsEnd, end); nameEnd < end; nameEnd = find(in, pairsEnd, end)) {
            int valueEnd = find(in, nameEnd + 1, end);
            if (valueEnd >= end) {
                break;
            }
            pairsEnd = valueEnd + 1;
        }
        return new Macro(octet(in, start), text(in, start + 1, pairsEnd - start - 1));
    }

    private MilterCommand connect(byte[] in, int start, int end) {
        int nul = find(in, start, end);
        if (nul + 1 >= end) {
            return malformed("CONNECT without host name or address family");
        }
        String host = text(in, start, nul - start);
        char family = octet(in, nul + 1);
        int address = nul + 2 + Short.BYTES;
        switch (family) {
            case '4', '6' -> {
                String literal = address < end ? text(in, address, find(in, address, end) - address) : "";
                Optional<IpAddress> client = IpAddress.parse(literal);
                if (client.isEmpty()) {
                    oddity.accept("CONNECT with the address \"" + Printable.escaped(literal, WireText.MAX_LOGGED)
                            + "\", which is none; going on without");
                }
                int port = client.isPresent() ? number(in, nul) & 0xFFFF : 0;
                return new Connect(host, client, port > 0 ? OptionalInt.of(port) : OptionalInt.empty());
            }
            case 'L', 'U' -> {
                return new Connect(host, Optional.empty(), OptionalInt.empty());
            }
            default -> {
                oddity.accept("CONNECT with unknown address family '"
                        + Printable.escaped(String.valueOf(family), WireText.MAX_LOGGED)
                        + "'; going on without address");
                return new Connect(host, Optional.empty(), OptionalInt.empty());
            }
        }
    }

    private static MilterCommand envelope(char code, byte[] in, int start, int end) {
        if (start == end || in[end - 1] != 0) {
            return malformed((code == 'M' ? "MAIL" : "RCPT") + " without terminated address");
        }
        int addressEnd = find(in, start, end);
        String address = text(in, start, addressEnd - start);
        // Until the last NUL: it stands at the end.
        String arguments = text(in, addressEnd + 1, end - addressEnd - 1);
        return code == 'M' ? new Mail(address, arguments) : new Recipient(address, arguments);
    }

    private MilterCommand header(byte[] in, int start, int end) {
        String name = names.of(in, start, end);
        int nameEnd = start + name.length();
        // Most values are read by nobody, and are not searched for a NUL before the last one.
        boolean terminated = nameEnd < end - 1 && in[end - 1] == 0;
        int last = terminated ? end - 1 : find(in, nameEnd + 1, end);
        if (nameEnd == start || last >= end) {
            return malformed("HEADER without name or terminated value");
        }
        // One space and no more: without the agreement the MTA takes just that away, and every reader sees the same
        // value.
        boolean spaced = leadingSpace && in[nameEnd + 1] == ' ';
        int value = spaced ? nameEnd + 2 : nameEnd + 1;
        Part kept = keeps.apply(name, view.at(in, value, last - value));
        if (kept == Part.NOTHING) {
            return unread(last - start - 1);
        }
        int valueEnd = find(in, value, last);
        String space = spaced || !leadingSpace ? SPACE : "";
        int octets = valueEnd - start - 1;
        return kept == Part.NAME
                ? named(name, space, octets)
                : new Header(name, space, text(in, value, valueEnd - value), kept, octets);
    }

    @SuppressWarnings("ReferenceEquality") // Another string costs an object, and means the same.
    private static Header named(String name, String space, int octets) {
        if (name.length() > FieldNames.MAX_LENGTH) {
            // What anybody may send must not be held.
            return new Header(name, space, "", Part.NAME, octets);
        }
        int place = 31 * name.hashCode() + octets & NAMED.length - 1;
        @Nullable Header known = NAMED[place];
        if (known == null
                || known.name() != name
                || known.octets() != octets
                || !known.space().equals(space)) {
            known = new Header(name, space, "", Part.NAME, octets);
            NAMED[place] = known;
        }
        return known;
    }

    private static MilterCommand unread(int octets) {
        return octets < UNREAD.length ? UNREAD[octets] : new Header("", SPACE, "", Part.NOTHING, octets);
    }

    /** Position of the next NUL, or {@code end}. */
    private static int find(byte[] in, int start, int end) {
        int at = start;
        while (at < end && in[at] != 0) {
            at++;
        }
        return Math.min(at, end);
    }

    private static char octet(byte[] in, int at) {
        return (char) (in[at] & 0xFF);
    }

    private static int number(byte[] in, int at) {
        return octet(in, at) << 24 | octet(in, at + 1) << 16 | octet(in, at + 2) << 8 | octet(in, at + 3);
    }

    private static ByteBuffer octets(byte[] in, int start, int end) {
        return ByteBuffer.wrap(in, start, end - start).slice().asReadOnlyBuffer();
    }

    private static String text(byte[] in, int start, int length) {
        return length == 0 ? "" : new String(in, start, length, StandardCharsets.ISO_8859_1);
    }

    private static MilterCommand malformed(String reason) {
        return new Malformed(reason);
    }
}
