package org.dmarcmilter.milter;

import java.util.List;
import java.util.Optional;

/** One packet from the MTA to the filter (SMFIC_*). Texts hold one character per octet. */
public sealed interface MilterCommand {
    /**
     * SMFIC_CONNECT.
     *
     * @param host the verified client name, {@code [address]}, or what the MTA had; text only, never resolved
     * @param address the client's IP address as canonical text; empty for unix sockets, unknown families and nonsense
     */
    record Connect(String host, Optional<String> address) implements MilterCommand {}

    /** SMFIC_MAIL: the sender as typed, usually in angle brackets, and the ESMTP arguments. */
    record Mail(String sender, List<String> arguments) implements MilterCommand {}

    /** SMFIC_RCPT. */
    record Recipient(String recipient, List<String> arguments) implements MilterCommand {}

    /** SMFIC_HEADER. */
    record Header(String name, String value) implements MilterCommand {}
}
