package org.dmarcmilter.mail;

import java.util.regex.Pattern;

/**
 * Who sends and who gets a mail (RFC 5321, section 2.3.1): one recipient, so that one outcome says everything.
 *
 * @param from where bounces go; empty for the null sender
 * @param to the recipient
 */
public record Envelope(String from, String to) {
    /** RFC 5321, section 4.5.3.1: 64 octets, the at sign, 255 octets. */
    private static final int MAX_ADDRESS = 320;

    /** No quoted strings, no routes, nothing that could end the command. */
    private static final Pattern PLAIN = Pattern.compile("[!-~&&[^<>\"\\\\(),:;@\\[\\]]]+@[A-Za-z0-9._-]+");

    /** @throws IllegalArgumentException if an address is not plain, so that it must not get into a command */
    public Envelope {
        if (!from.isEmpty()) {
            require(from);
        }
        require(to);
    }

    private static void require(String address) {
        if (address.length() > MAX_ADDRESS || !PLAIN.matcher(address).matches()) {
            throw new IllegalArgumentException("not a plain mail address: " + address.length() + " characters");
        }
    }
}
