package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import java.util.regex.Pattern;
import org.dmarcmilter.text.Printable;

/**
 * One packet from the filter to the MTA (SMFIR_*). Texts hold one character per octet. What would break the protocol
 * cannot be made (an {@link IllegalArgumentException} tells the programmer); what would break out of a line or a header
 * field is replaced when it is written.
 */
public sealed interface MilterReply {
    /** What a reply does to the MTA, which waits for exactly one verdict per command. */
    enum Kind {
        /** Ends the wait. */
        VERDICT,
        /** Changes the message; only at its end, before the verdict. */
        EDIT,
        /** Asks for more time. */
        PROGRESS
    }

    /** The command byte on the wire. */
    char letter();

    /** Whether it ends the MTA's wait. */
    default Kind kind() {
        return Kind.VERDICT;
    }

    /** The SMFIF_* bit of {@link Negotiation} that must have been agreed; 0 if none. */
    default int action() {
        return 0;
    }

    /**
     * Writes what follows the command byte.
     *
     * @param leadingSpace whether the MTA puts no space behind the colon of a field, so that the value has to bring it
     *     (SMFIP_HDR_LEADSPC)
     */
    default void writePayload(ByteBuf out, boolean leadingSpace) {
        // Most replies are their letter: Postfix takes a single octet more for a failure of the filter.
    }

    /** SMFIR_CONTINUE. */
    record Continue() implements MilterReply {
        @Override
        public char letter() {
            return 'c';
        }
    }

    /** SMFIR_ACCEPT. */
    record Accept() implements MilterReply {
        @Override
        public char letter() {
            return 'a';
        }
    }

    /** SMFIR_REJECT: the MTA picks the text. */
    record Reject() implements MilterReply {
        @Override
        public char letter() {
            return 'r';
        }
    }

    /** SMFIR_TEMPFAIL. */
    record TemporaryFailure() implements MilterReply {
        @Override
        public char letter() {
            return 't';
        }
    }

    /** SMFIR_PROGRESS: sent by the connection while a decision at the end of a message takes its time. */
    record Progress() implements MilterReply {
        @Override
        public char letter() {
            return 'p';
        }

        @Override
        public Kind kind() {
            return Kind.PROGRESS;
        }
    }

    /**
     * SMFIR_REPLYCODE, one line of at most 512 octets.
     *
     * @param code SMTP reply code, 4xx or 5xx
     * @param enhancedCode RFC 3463 code of the same class: Postfix refuses another
     * @param text printable ASCII; what is not is replaced when written, and {@code %} is doubled
     */
    record ReplyCode(int code, String enhancedCode, String text) implements MilterReply {
        private static final Pattern ENHANCED_CODE = Pattern.compile("[45]\\.[0-9]{1,3}\\.[0-9]{1,3}");

        public ReplyCode {
            if (code < 400 || code > 599) {
                throw new IllegalArgumentException("reply code " + code + " is not 4xx or 5xx");
            }
            if (!ENHANCED_CODE.matcher(enhancedCode).matches() || enhancedCode.charAt(0) - '0' != code / 100) {
                throw new IllegalArgumentException(
                        "enhanced code '" + enhancedCode + "' is not of the form " + code / 100 + ".N.N");
            }
        }

        @Override
        public char letter() {
            return 'y';
        }

        @Override
        public void writePayload(ByteBuf out, boolean leadingSpace) {
            MilterEncoder.writeString(out, WireText.replyLine(code + " " + enhancedCode + " ", text));
        }
    }

    /**
     * SMFIR_INSHEADER.
     *
     * @param index counts from 0, where 0 is above every header the MTA has
     * @param name field name (RFC 5322, section 2.2)
     * @param value without the space behind the colon; may be folded by LF and white space; a LF elsewhere, CR and control characters
     *     are replaced
     */
    record InsertHeader(int index, String name, String value) implements MilterReply {
        public InsertHeader {
            if (index < 0) {
                throw new IllegalArgumentException("header index " + index + " is negative");
            }
            if (!WireText.isFieldName(name)) {
                throw new IllegalArgumentException(
                        "'" + Printable.escaped(name, WireText.MAX_LOGGED) + "' is not a header field name");
            }
            // The letter, the index, the space and two NULs.
            if (name.length() + value.length() > MilterEncoder.MAX_LENGTH - 8) {
                throw new IllegalArgumentException(name + " of " + value.length() + " octets does not fit a frame");
            }
        }

        @Override
        public char letter() {
            return 'i';
        }

        @Override
        public Kind kind() {
            return Kind.EDIT;
        }

        @Override
        public int action() {
            return Negotiation.ADD_HEADERS;
        }

        @Override
        public void writePayload(ByteBuf out, boolean leadingSpace) {
            out.writeInt(index);
            MilterEncoder.writeString(out, name);
            if (leadingSpace) {
                out.writeByte(' ');
            }
            MilterEncoder.writeString(out, WireText.fieldValue(value));
        }
    }

    /**
     * SMFIR_CHGHEADER with an empty value. Postfix counts the fields that are left, Sendmail those that there were: several of one name go
     * from the last to the first.
     *
     * @param place counts the fields of that name from 1, top to bottom
     * @param name in any case
     */
    record DeleteHeader(int place, String name) implements MilterReply {
        public DeleteHeader {
            if (place < 1 || !WireText.isFieldName(name)) {
                throw new IllegalArgumentException(
                        "no header field '" + Printable.escaped(name, WireText.MAX_LOGGED) + "' at " + place);
            }
        }

        @Override
        public char letter() {
            return 'm';
        }

        @Override
        public Kind kind() {
            return Kind.EDIT;
        }

        @Override
        public int action() {
            return Negotiation.CHANGE_HEADERS;
        }

        @Override
        public void writePayload(ByteBuf out, boolean leadingSpace) {
            out.writeInt(place);
            MilterEncoder.writeString(out, name);
            MilterEncoder.writeString(out, "");
        }
    }

    /** SMFIR_QUARANTINE; a verdict must follow. */
    record Quarantine(String reason) implements MilterReply {
        public Quarantine {
            if (reason.isEmpty()) {
                throw new IllegalArgumentException("a quarantine needs a reason");
            }
        }

        @Override
        public char letter() {
            return 'q';
        }

        @Override
        public Kind kind() {
            return Kind.EDIT;
        }

        @Override
        public int action() {
            return Negotiation.QUARANTINE;
        }

        @Override
        public void writePayload(ByteBuf out, boolean leadingSpace) {
            MilterEncoder.writeString(out, WireText.line(reason));
        }
    }

    /** SMFIR_ADDRCPT: the address, with or without angle brackets. */
    record AddRecipient(String recipient) implements MilterReply {
        public AddRecipient {
            if (recipient.isEmpty() || !WireText.line(recipient).equals(recipient)) {
                throw new IllegalArgumentException(
                        "'" + Printable.escaped(recipient, WireText.MAX_LOGGED) + "' cannot be sent as a recipient");
            }
        }

        @Override
        public char letter() {
            return '+';
        }

        @Override
        public Kind kind() {
            return Kind.EDIT;
        }

        @Override
        public int action() {
            return Negotiation.ADD_RECIPIENTS;
        }

        @Override
        public void writePayload(ByteBuf out, boolean leadingSpace) {
            MilterEncoder.writeString(out, recipient);
        }
    }
}
