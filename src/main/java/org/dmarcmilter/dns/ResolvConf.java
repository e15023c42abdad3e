package org.dmarcmilter.dns;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;

/** Addresses of DNS servers, from {@code resolv.conf(5)} or from the option {@code Nameservers}. Looks up no name. */
public final class ResolvConf {
    /** MAXNS of the C library: more {@code nameserver} lines are ignored. */
    static final int MAX_NAMESERVERS = 3;

    private static final int PORT = 53;
    private static final int MAX_PORT = 65_535;
    private static final InetSocketAddress LOCAL =
            new InetSocketAddress(literal("127.0.0.1").orElseThrow(), PORT);

    private ResolvConf() {}

    /**
     * Reads the {@code nameserver} lines, at most {@value #MAX_NAMESERVERS}. What is no address is passed over, as the C
     * library does. Never throws.
     *
     * @param text the file's content
     * @return at least one server: 127.0.0.1, the C library's default, if the file names none
     */
    public static List<InetSocketAddress> parse(String text) {
        List<InetSocketAddress> servers = text.lines()
                .map(line -> line.split("[#;]", 2)[0].trim().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .flatMap(words -> literal(words[1]).stream())
                .map(address -> new InetSocketAddress(address, PORT))
                .limit(MAX_NAMESERVERS)
                .toList();
        return servers.isEmpty() ? List.of(LOCAL) : servers;
    }

    /**
     * Reads the option {@code Nameservers}: {@code ADDRESS[:PORT]} with commas or spaces between. An IPv6 address with
     * a port stands in brackets.
     *
     * @throws IllegalArgumentException if there is no address in it, or an item is none
     */
    public static List<InetSocketAddress> parseNameservers(String optionValue) {
        List<InetSocketAddress> servers = new ArrayList<>();
        for (String item : optionValue.split("[,\\s]+", -1)) {
            if (!item.isEmpty()) {
                servers.add(server(item)
                        .orElseThrow(() -> new IllegalArgumentException("'" + item
                                + "' is not an address of a DNS server. Write ADDRESS, ADDRESS:PORT or"
                                + " [IPV6ADDRESS]:PORT, no names.")));
            }
        }
        if (servers.isEmpty()) {
            throw new IllegalArgumentException("no address of a DNS server. Write ADDRESS[:PORT],...");
        }
        return List.copyOf(servers);
    }

    /** The form that {@link #parseNameservers} reads, without port 53. */
    static String text(InetSocketAddress server) {
        String address = server.getAddress().getHostAddress();
        if (server.getPort() == PORT) {
            return address;
        }
        return server.getAddress() instanceof Inet6Address
                ? "[" + address + "]:" + server.getPort()
                : address + ":" + server.getPort();
    }

    private static Optional<InetSocketAddress> server(String item) {
        if (item.startsWith("[")) {
            int end = item.indexOf(']');
            return end < 0 ? Optional.empty() : server(item.substring(1, end), item.substring(end + 1));
        }
        int colon = item.indexOf(':');
        boolean hasPort = colon >= 0 && colon == item.lastIndexOf(':');
        return hasPort ? server(item.substring(0, colon), item.substring(colon)) : server(item, "");
    }

    private static Optional<InetSocketAddress> server(String address, String colonAndPort) {
        if (colonAndPort.isEmpty()) {
            return literal(address).map(ip -> new InetSocketAddress(ip, PORT));
        }
        if (!colonAndPort.matches(":[0-9]{1,5}")) {
            return Optional.empty();
        }
        int port = Integer.parseInt(colonAndPort.substring(1));
        return port == 0 || port > MAX_PORT
                ? Optional.empty()
                : literal(address).map(ip -> new InetSocketAddress(ip, port));
    }

    /** An address written as such, perhaps with a scope behind it. With brackets, {@link InetAddress#getByName} looks up no name. */
    private static Optional<InetAddress> literal(String text) {
        String[] parts = text.split("%", 2);
        Optional<IpAddress> address = IpAddress.asWritten(parts[0]);
        if (address.isEmpty() || (parts.length > 1 && !parts[1].matches("[0-9A-Za-z_.-]+"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    parts.length > 1
                            ? InetAddress.getByName("[" + text + "]")
                            : InetAddress.getByAddress(address.get().octets()));
        } catch (UnknownHostException e) {
            return Optional.empty(); // a scope that is no interface here
        }
    }
}
