package org.dmarcmilter.domain;

import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.text.Printable;

/**
 * Where a milter listens, in libmilter's notation: {@code inet:PORT[@HOST]}, {@code inet6:PORT[@HOST]},
 * {@code local:PATH}, {@code unix:PATH} or a bare path; and in Postfix's, {@code inet:HOST:PORT}, so that the text can be
 * copied from main.cf. Host names are not resolved here.
 */
public sealed interface ListenAddress {
    /** More of a mistake than this tells an operator nothing. */
    int MAX_SHOWN = 80;

    /**
     * A TCP port.
     *
     * @param family which protocol
     * @param host name or address; empty for all interfaces of the family
     * @param port 0 lets the system choose
     */
    record Inet(IpAddress.Family family, Optional<String> host, int port) implements ListenAddress {
        @Override
        public String toString() {
            return (family == IpAddress.Family.IPV6 ? "inet6:" : "inet:")
                    + port
                    + host.map(name -> "@" + name).orElse("");
        }
    }

    /**
     * A unix stream socket.
     *
     * @param path of its file
     */
    record Local(String path) implements ListenAddress {
        @Override
        public String toString() {
            return "local:" + path;
        }
    }

    /**
     * Reads the notation.
     *
     * @throws IllegalArgumentException with a message for the operator
     */
    static ListenAddress parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0 || text.startsWith("/") || text.startsWith(".")) {
            return local(text, text);
        }
        String rest = text.substring(colon + 1);
        return switch (text.substring(0, colon).toLowerCase(Locale.ROOT)) {
            case "local", "unix" -> local(text, rest);
            case "inet" -> inet(text, IpAddress.Family.IPV4, rest);
            case "inet6" -> inet(text, IpAddress.Family.IPV6, rest);
            default -> throw wrong(text, "the part before the colon is none of inet, inet6, local, unix");
        };
    }

    private static ListenAddress local(String text, String path) {
        if (path.isEmpty()) {
            throw wrong(text, "the path is missing");
        }
        if (path.indexOf('\0') >= 0) {
            throw wrong(text, "the path is not one");
        }
        return new Local(path);
    }

    private static ListenAddress inet(String text, IpAddress.Family family, String rest) {
        int at = rest.indexOf('@');
        int colon = rest.lastIndexOf(':');
        if (at >= 0) {
            return inet(text, family, rest.substring(at + 1), rest.substring(0, at), true);
        }
        if (colon >= 0) {
            return inet(text, family, rest.substring(0, colon), rest.substring(colon + 1), true);
        }
        return inet(text, family, "", rest, false);
    }

    private static ListenAddress inet(
            String text, IpAddress.Family family, String host, String port, boolean hostExpected) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String name = bracketed ? host.substring(1, host.length() - 1) : host;
        if (hostExpected && name.isEmpty()) {
            throw wrong(text, "the host is missing");
        }
        if (!name.chars().allMatch(c -> c > ' ' && c < 0x7f && "@/[]".indexOf(c) < 0)) {
            throw wrong(text, "the host is not a name or address");
        }
        boolean scoped = name.indexOf('%') >= 0;
        Optional<IpAddress> address = IpAddress.parse(name.split("%", 2)[0]);
        // A name has no colon: this is an address, and says of which family, whatever stands before it.
        return new Inet(
                name.indexOf(':') < 0 || address.isEmpty()
                        ? family
                        : address.get().family(),
                name.isEmpty()
                        ? Optional.empty()
                        : address.filter(literal -> !scoped)
                                .map(IpAddress::text)
                                .or(() -> Optional.of(name)),
                port(text, port));
    }

    private static int port(String text, String port) {
        boolean number = !port.isEmpty() && port.length() <= 5 && port.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || Integer.parseInt(port) > 65_535) {
            throw wrong(text, "the port '" + Printable.escaped(port, MAX_SHOWN) + "' is not a number from 0 to 65535");
        }
        return Integer.parseInt(port);
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("'" + Printable.escaped(text, MAX_SHOWN) + "' is not a socket: " + why
                + ". Write inet:PORT@HOST, inet6:PORT@HOST or local:PATH, for example inet:8893@127.0.0.1");
    }
}
