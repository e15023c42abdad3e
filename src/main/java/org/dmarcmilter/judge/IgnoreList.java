package org.dmarcmilter.judge;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.text.EntryList;
import org.dmarcmilter.text.Printable;

/**
 * Clients whose mail is left alone (IgnoreHosts): names, domains, addresses, networks, and exceptions with {@code !}.
 * The most specific entry decides; the client's name is looked at first, then its address. 127.0.0.1 and ::1 are always
 * on the list unless an exception names them.
 */
public final class IgnoreList {
    private static final List<String> ALWAYS = List.of("127.0.0.1", "::1");
    private static final Pattern NAME = Pattern.compile("\\.?[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*");
    /** Numbers alone are part of an address, or a range of them. */
    private static final Pattern NO_NAME = Pattern.compile("[0-9.-]+|.*\\.[0-9]+");

    /** An entry for addresses. Prefix length in bits; 32 or 128 for a single address. */
    private record Network(IpAddress base, int prefixLength, boolean ignore) {
        boolean contains(IpAddress address) {
            return address.inNetwork(base, prefixLength);
        }
    }

    private final Set<String> names = new HashSet<>();
    private final Set<String> exceptedNames = new HashSet<>();
    private final List<Network> networks = new ArrayList<>();

    private IgnoreList() {}

    /**
     * Reads the lines of a list file: the first word of each line counts, {@code #} starts a comment.
     *
     * @throws IllegalArgumentException naming the line that cannot be understood
     */
    public static IgnoreList parse(String text) {
        IgnoreList list = new IgnoreList();
        ALWAYS.forEach(list::add);
        for (EntryList.Entry entry : EntryList.of(text)) {
            try {
                list.add(entry.word());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + entry.line() + ": " + e.getMessage(), e);
            }
        }
        return list;
    }

    /** Why a word cannot be an entry; empty if it can. */
    public static Optional<String> mistake(String word) {
        try {
            new IgnoreList().add(word);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(e.getMessage() + ".");
        }
    }

    /** Why an entry can never match, or does more or less than it seems to. */
    public static List<String> doubts(EntryList.Entry line) {
        List<String> doubts = new ArrayList<>();
        if (mistake(line.word()).isPresent()) {
            return doubts;
        }
        String entry = line.word().startsWith("!") ? line.word().substring(1) : line.word();
        String address = entry.split("/", 2)[0];
        boolean isLiteral = entry.startsWith("[") && entry.endsWith("]");
        boolean isAddress = IpAddress.parse(isLiteral ? entry.substring(1, entry.length() - 1) : address)
                .isPresent();
        if (!isAddress
                && !(NAME.matcher(entry).matches() && !NO_NAME.matcher(entry).matches())) {
            doubts.add("\"" + Printable.shortened(entry)
                    + "\" never matches: it is no address, network or name. Write ADDRESS, ADDRESS/LENGTH, a name, or"
                    + " .example.com for all names below.");
        }
        if (entry.endsWith("/0") && !line.word().startsWith("!")) {
            doubts.add("\"" + Printable.shortened(entry) + "\" leaves the mail of all clients alone.");
        }
        for (String word : line.rest().split("\\s+", -1)) {
            if (IpAddress.parse(word.split("/", 2)[0]).isPresent() || word.matches("!?\\.?[\\w-]+(\\.[\\w-]+)+")) {
                doubts.add("\"" + Printable.shortened(word)
                        + "\" does nothing, as the first word of a line counts. Write one entry in each line.");
            }
        }
        return doubts;
    }

    private void add(String text) {
        boolean ignore = !text.startsWith("!");
        String entry = ignore ? text : text.substring(1);
        int slash = entry.indexOf('/');
        Optional<IpAddress> base = IpAddress.parse(slash < 0 ? entry : entry.substring(0, slash));
        if (base.isPresent()) {
            boolean mapped = base.get().family() == IpAddress.Family.IPV4 && entry.indexOf(':') >= 0;
            int bits = slash < 0
                    ? base.get().family().bits()
                    : prefixLength(entry.substring(slash + 1), base.get(), mapped ? IpAddress.MAPPED_PREFIX : 0);
            networks.add(new Network(base.get(), bits, ignore));
        } else if (slash >= 0) {
            throw new IllegalArgumentException(
                    "\"" + Printable.shortened(text) + "\" is no network; write ADDRESS/LENGTH");
        } else {
            (ignore ? names : exceptedNames).add(entry.toLowerCase(Locale.ROOT));
        }
    }

    /** {@code 24} or {@code 255.255.255.0}. */
    private static int prefixLength(String text, IpAddress base, int mapped) {
        Optional<IpAddress> mask = IpAddress.parse(text);
        int length = mask.isPresent() ? maskLength(mask.get()) : number(text) - mapped;
        if (length < 0 || length > base.family().bits()) {
            throw new IllegalArgumentException(
                    "\"" + Printable.shortened(text) + "\" is no prefix length or network mask");
        }
        return length;
    }

    /** How many leading ones an IPv4 mask has; -1 if it is none. */
    private static int maskLength(IpAddress mask) {
        int bits = (int) mask.low();
        int ones = Integer.numberOfLeadingZeros(~bits);
        boolean contiguous = ones == Integer.SIZE || bits << ones == 0;
        return mask.family() == IpAddress.Family.IPV4 && contiguous ? ones : -1;
    }

    private static int number(String text) {
        return text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : -1;
    }

    /** Whether mail of this client is left alone. */
    public boolean ignores(String host, Optional<IpAddress> address) {
        return ignoresName(host.toLowerCase(Locale.ROOT))
                .orElseGet(() -> address.map(this::ignoresAddress).orElse(false));
    }

    /** The name itself, then each parent domain as {@code .example.com}; empty if no entry speaks of it. */
    private Optional<Boolean> ignoresName(String host) {
        if (names.isEmpty() && exceptedNames.isEmpty()) {
            return Optional.empty();
        }
        String suffix = host;
        while (true) {
            if (exceptedNames.contains(suffix)) {
                return Optional.of(false);
            }
            if (names.contains(suffix)) {
                return Optional.of(true);
            }
            int dot = suffix.indexOf('.', 1);
            if (dot < 0) {
                return Optional.empty();
            }
            suffix = suffix.substring(dot);
        }
    }

    private boolean ignoresAddress(IpAddress address) {
        Network best = null;
        for (Network network : networks) {
            boolean moreSpecific = best == null || network.prefixLength() >= best.prefixLength();
            if (moreSpecific && network.contains(address)) {
                best = network;
            }
        }
        return best != null && best.ignore();
    }
}
