package org.dmarcmilter.milter;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.domain.IpAddress;

/** One packet from the MTA to the filter (SMFIC_*). Texts hold one character per octet. */
public sealed interface MilterCommand {
    /** Calls the visitor's method for this kind of command. */
    void visit(Visitor visitor);

    /** SMFIC_OPTNEG: what the MTA can do. All three are unsigned. */
    record OptionNegotiation(int version, int actions, int protocol) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.optionNegotiation(this);
        }
    }

    /**
     * SMFIC_MACRO: macros for one stage, sent just before the command they belong to. Most are never asked for, so they stay one text.
     *
     * @param stage the letter of that command; NUL if the packet named none
     * @param pairs name, NUL, value, NUL, and so on, complete pairs only; names with or without braces
     */
    record Macro(char stage, String pairs) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.macro(this);
        }

        /** How many there are. */
        int count() {
            int ends = 0;
            for (int end = pairs.indexOf('\0'); end >= 0; end = pairs.indexOf('\0', end + 1)) {
                ends++;
            }
            return ends / 2;
        }

        /** The value of the macro of that name, without braces; empty if there is none. */
        Optional<String> value(String name) {
            int at = 0;
            while (at < pairs.length()) {
                int nameEnd = pairs.indexOf('\0', at);
                int valueEnd = pairs.indexOf('\0', nameEnd + 1);
                if (isNamed(name, at, nameEnd)) {
                    return Optional.of(pairs.substring(nameEnd + 1, valueEnd));
                }
                at = valueEnd + 1;
            }
            return Optional.empty();
        }

        private boolean isNamed(String name, int start, int end) {
            boolean inBraces = end - start > 1 && pairs.charAt(start) == '{' && pairs.charAt(end - 1) == '}';
            int brace = inBraces ? 1 : 0;
            return end - start - 2 * brace == name.length() && pairs.startsWith(name, start + brace);
        }
    }

    /**
     * SMFIC_CONNECT.
     *
     * @param host the verified client name, {@code [address]}, or what the MTA had; text only, never resolved
     * @param address the client's IP address, IPv4 also where the MTA wrote it as IPv6; empty for unix sockets, unknown families and nonsense
     * @param port the client's TCP port; empty without address, and where the MTA does not know it and says 0
     */
    record Connect(String host, Optional<IpAddress> address, OptionalInt port) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.connect(this);
        }
    }

    /** SMFIC_HELO: the name as the client sent it. */
    record Helo(String name) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.helo(this);
        }
    }

    /**
     * SMFIC_MAIL.
     *
     * @param sender as typed, usually in angle brackets
     * @param arguments of ESMTP, each with a NUL behind it
     */
    record Mail(String sender, String arguments) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.mail(this);
        }
    }

    /** SMFIC_RCPT; the arguments as those of {@link Mail}. */
    record Recipient(String recipient, String arguments) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.recipient(this);
        }
    }

    /** SMFIC_DATA. */
    record Data() implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.data(this);
        }
    }

    /**
     * SMFIC_HEADER.
     *
     * @param name empty if nothing of the field is kept
     * @param space what stands behind the colon and is none of the value: one space or nothing; a space where the MTA does not tell
     * @param value empty unless all of the field is kept
     * @param kept how much of the field somebody reads
     * @param octets of name and value as they came
     */
    record Header(String name, String space, String value, MilterFilter.Part kept, int octets)
            implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.header(this);
        }
    }

    /** SMFIC_EOH. */
    record EndOfHeaders() implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.endOfHeaders(this);
        }
    }

    /**
     * SMFIC_BODY, or as much of it as has come: the only packet that is not waited for, as its octets have no form.
     *
     * @param piece the octets, read-only; they are the connection's and valid until the next command is read
     * @param last whether the packet ends with them
     */
    record Body(ByteBuffer piece, boolean last) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.body(this);
        }
    }

    /**
     * SMFIC_BODYEOB.
     *
     * @param piece a last piece of the body, as of {@link Body}; seldom there
     */
    record EndOfMessage(ByteBuffer piece) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.endOfMessage(this);
        }
    }

    /** SMFIC_UNKNOWN: an SMTP command the MTA did not know. */
    record Unknown() implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.unknown(this);
        }
    }

    /** SMFIC_ABORT: forget the message, keep the connection. Never answered. */
    record Abort() implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.abort(this);
        }
    }

    /** SMFIC_QUIT. */
    record Quit() implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.quit(this);
        }
    }

    /** SMFIC_QUIT_NC: another SMTP connection follows on this socket, with the options agreed before. */
    record QuitNewConnection() implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.quitNewConnection(this);
        }
    }

    /** What no MTA sends; nothing that follows it can be trusted to be a packet. */
    record Malformed(String reason) implements MilterCommand {
        @Override
        public void visit(Visitor visitor) {
            visitor.malformed(this);
        }
    }

    /** One method for each kind of command, in the order in which a connection brings them. */
    interface Visitor {
        void optionNegotiation(OptionNegotiation command);

        void macro(Macro command);

        void connect(Connect command);

        void helo(Helo command);

        void mail(Mail command);

        void recipient(Recipient command);

        void data(Data command);

        void header(Header command);

        void endOfHeaders(EndOfHeaders command);

        void body(Body command);

        void endOfMessage(EndOfMessage command);

        void unknown(Unknown command);

        void abort(Abort command);

        void quit(Quit command);

        void quitNewConnection(QuitNewConnection command);

        void malformed(Malformed command);
    }
}
