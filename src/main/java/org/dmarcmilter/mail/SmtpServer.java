package org.dmarcmilter.mail;

import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;

/**
 * The server that takes our mail, and how to speak to it.
 *
 * @param host its name or address
 * @param port TCP port
 * @param tls when to speak TLS
 * @param verified whether its certificate must be of a known authority and for {@code host}
 * @param localName what we say in EHLO: this host's name
 * @param login user and password, if it wants them
 */
public record SmtpServer(String host, int port, Tls tls, boolean verified, String localName, Optional<Login> login) {

    /** When to speak TLS (RFC 3207; RFC 8314 for {@link #IMPLICIT}). */
    public enum Tls {
        /** Never. */
        OFF,
        /** If the server offers it; without it otherwise, and if its TLS does not work. */
        OPPORTUNISTIC,
        /** STARTTLS or nothing. */
        REQUIRED,
        /** From the first octet. */
        IMPLICIT
    }

    /** User and password for AUTH (RFC 4954). */
    public record Login(String user, String password) {
        /** A password is in no log. */
        @Override
        public String toString() {
            return "Login[" + user + "]";
        }
    }

    /** @throws IllegalArgumentException if the password could be read on the way: it goes over TLS, or stays on this host */
    public SmtpServer {
        if (login.isPresent() && !isLoopback(host) && (tls == Tls.OFF || tls == Tls.OPPORTUNISTIC)) {
            throw new IllegalArgumentException("a password for " + host + " without TLS: say 'required' or 'implicit'");
        }
    }

    /**
     * A server with the usual rules: certificates are checked wherever TLS must be, but not on this host, where a certificate seldom
     * has the right name and nobody is between.
     *
     * @param tls if the operator has said it: by default opportunistic on this host, required elsewhere
     */
    public static SmtpServer of(String host, int port, Optional<Tls> tls, String localName, Optional<Login> login) {
        boolean here = isLoopback(host);
        Tls mode = tls.orElse(here ? Tls.OPPORTUNISTIC : Tls.REQUIRED);
        return new SmtpServer(host, port, mode, !here && mode != Tls.OPPORTUNISTIC, localName, login);
    }

    /** By how it is written: no answer of the DNS makes a host this one. */
    private static boolean isLoopback(String host) {
        return host.toLowerCase(Locale.ROOT).equals("localhost")
                || IpAddress.parse(host).filter(IpAddress::isLoopback).isPresent();
    }
}
