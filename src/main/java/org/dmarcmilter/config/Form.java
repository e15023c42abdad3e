package org.dmarcmilter.config;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.text.Printable;

/**
 * What may be written as the value of an option, as far as one value can tell, and how it is read. The one place that knows the
 * syntax of values; looks at nothing outside.
 *
 * @param type how the value is kept
 * @param shown what the documents call it
 * @param use what the value names, for whoever looks at this machine
 * @param reader from what is written to the plain way of writing it
 */
public record Form(Option.Type type, String shown, Use use, Reader reader) {
    /** What a value names. */
    public enum Use {
        NOTHING,
        /** A file that is read. */
        LIST_FILE,
        /** A file that is written. */
        WRITTEN_FILE,
        DIRECTORY
    }

    /** Reads one value. */
    interface Reader {
        /**
         * Finds the plain way to write a value.
         *
         * @throws IllegalArgumentException with what is wrong and what to write
         */
        String read(String value, Warnings to);
    }

    /** Takes what a value does that its writer may not expect. */
    interface Warnings {
        void add(String what);
    }

    /** {@code sun_path} of unix(7), and the octet that ends it. */
    private static final int LONGEST_SOCKET_PATH = 107;
    /** RFC 5321, section 4.5.3.1.5, less code, enhanced code and a domain. */
    private static final int LONGEST_REPLY = 240;

    /** RFC 5321, section 4.5.3.1.1. */
    private static final int LONGEST_LOCAL_PART = 64;

    private static final List<String> FACILITIES =
            List.of(("auth cron daemon kern lpr mail news security syslog user uucp authpriv ftp"
                            + " local0 local1 local2 local3 local4 local5 local6 local7")
                    .split(" ", -1));

    static final Form TEXT = text("text", (value, to) -> value);
    static final Form FLAG = new Form(Option.Type.BOOLEAN, "true or false", Use.NOTHING, Form::flag);
    static final Form NUMBER = number(0, Integer.MAX_VALUE, "Write a whole number, 0 or greater.");
    static final Form MASK = new Form(Option.Type.INTEGER, "number", Use.NOTHING, Form::mask);
    static final Form RATE = text("text", Form::rate);
    static final Form REPLY = text("text", Form::reply);
    static final Form FACILITY = text("text", Form::facility);
    static final Form SOCKET = text("text", Form::socket);
    static final Form METRICS_SOCKET = text("text", Form::metricsSocket);
    static final Form MAILBOX = text("text", Form::mailbox);
    static final Form ADDRESS = text("text", Form::oneAddress);
    static final Form DOMAIN = text("text", Form::oneDomain);
    static final Form HOST = text("text", Form::host);
    static final Form SIZE = text("number, with k, m or g", Form::size);
    static final Form AUTHSERV_IDS = list(Form::authservId);
    static final Form DOMAINS = list(Form::domain);
    static final Form ADDRESSES = list(Form::address);
    static final Form RECIPIENTS =
            new Form(Option.Type.LIST, "list, separated by commas or white space", Use.NOTHING, Form::recipients);
    /** {@link #RECIPIENTS} that can be told to any server, none of this host only. */
    static final Form PLAIN_RECIPIENTS =
            new Form(Option.Type.LIST, "list, separated by commas or white space", Use.NOTHING, Form::plainRecipients);

    static final Form SERVERS = list((item, to) -> {});
    static final Form LIST_FILE = path(Use.LIST_FILE);
    static final Form WRITTEN_FILE = path(Use.WRITTEN_FILE);
    static final Form DIRECTORY = path(Use.DIRECTORY);

    private static Form text(String shown, Reader reader) {
        return new Form(Option.Type.STRING, shown, Use.NOTHING, reader);
    }

    private static Form path(Use use) {
        return new Form(Option.Type.STRING, "text", use, Form::path);
    }

    private static Form list(BiConsumer<String, Warnings> item) {
        return new Form(Option.Type.LIST, "list, separated by commas or white space", Use.NOTHING, (value, to) -> {
            List<String> items = items(value);
            items.forEach(text -> item.accept(text, to));
            return String.join(", ", items);
        });
    }

    static Form number(int least, int most, String remedy) {
        return new Form(
                Option.Type.INTEGER, "number", Use.NOTHING, (value, to) -> number(value, least, most, remedy, to));
    }

    /** A text that is sent in mail, of one line. */
    static Form line(int most) {
        return text("text", (value, to) -> {
            if (!value.matches("[ -~]*") || value.length() > most) {
                throw wrong(value, "Write US-ASCII, " + most + " characters at most.");
            }
            return value;
        });
    }

    /**
     * A time.
     *
     * @param least as it is written, like {@code most}
     */
    static Form duration(String least, String most) {
        return text("number, with s, m, h or d", (value, to) -> {
            String plain = value.toLowerCase(Locale.ROOT);
            if (!plain.matches("[0-9]{1,9}[smhd]?")) {
                throw wrong(value, "Write a number with s, m, h or d behind it, such as 4h.");
            }
            Duration time = duration(plain);
            if (time.compareTo(duration(least)) < 0 || time.compareTo(duration(most)) > 0) {
                throw wrong(value, "Write a time from " + least + " to " + most + ".");
            }
            return plain;
        });
    }

    /** The time that a value of such a form says; without unit it is in seconds. */
    static Duration duration(String value) {
        return Duration.ofSeconds(number(value)
                * switch (value.charAt(value.length() - 1)) {
                    case 'm' -> 60L;
                    case 'h' -> 3_600L;
                    case 'd' -> 86_400L;
                    default -> 1L;
                });
    }

    /** The octets that a value of the form {@link #SIZE} says. */
    static long octets(String value) {
        int unit = "kmg".indexOf(value.charAt(value.length() - 1)) + 1;
        return number(value) << (10 * unit);
    }

    private static long number(String value) {
        boolean unit = Character.isLetter(value.charAt(value.length() - 1));
        return Long.parseLong(unit ? value.substring(0, value.length() - 1) : value);
    }

    private static String size(String value, Warnings to) {
        String plain = value.toLowerCase(Locale.ROOT);
        if (!plain.matches("0*[1-9][0-9]{0,8}[kmg]?")) {
            throw wrong(value, "Write a number with k, m or g behind it, such as 10m.");
        }
        return plain;
    }

    /** An address that is put into mail and said to servers as it stands. */
    private static String oneAddress(String value, Warnings to) {
        int at = value.lastIndexOf('@');
        if (at < 1
                || at > LONGEST_LOCAL_PART
                || !value.substring(0, at).matches("[A-Za-z0-9#&'*+=_~-]+(\\.[A-Za-z0-9#&'*+=_~-]+)*")
                || !isDomain(value.substring(at + 1))) {
            throw wrong(value, "Write one address, USER@DOMAIN, without name and angle brackets.");
        }
        return value;
    }

    private static String oneDomain(String value, Warnings to) {
        if (!isDomain(value)) {
            throw wrong(value, "Write a domain name, such as example.com, an international one as xn--...");
        }
        return value.toLowerCase(Locale.ROOT);
    }

    private static String host(String value, Warnings to) {
        if (!isDomain(value) && IpAddress.parse(value).isEmpty()) {
            throw wrong(value, "Write a host name, such as localhost, or an IP address.");
        }
        return value;
    }

    static Form atLeast(int least) {
        return number(least, Integer.MAX_VALUE, "Write " + least + " or more.");
    }

    static Form oneOf(String... words) {
        return text(
                String.join(" or ", words),
                (value, to) -> Arrays.stream(words)
                        .filter(value::equalsIgnoreCase)
                        .findFirst()
                        .orElseThrow(() -> wrong(value, "Write one of " + String.join(", ", words) + ".")));
    }

    /**
     * Reads what a line says.
     *
     * @return the plain way to write it; empty if it is a mistake
     */
    Optional<String> read(ConfigLexer.Line line, Findings to) {
        try {
            if (line.value().startsWith("=")) {
                throw wrong(line.value(), "Write \"Name value\" without an equal sign.");
            }
            return Optional.of(reader.read(line.value(), what -> to.warning(line, what)));
        } catch (IllegalArgumentException e) {
            to.mistake(line, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static IllegalArgumentException wrong(String value, String remedy) {
        return new IllegalArgumentException("illegal value " + ConfigLexer.printable(value) + ". " + remedy);
    }

    /** The first letter decides, as OpenDMARC reads it. */
    private static String flag(String value, Warnings to) {
        char first = Character.toLowerCase(value.charAt(0));
        boolean yes = "ty1".indexOf(first) >= 0;
        if (!yes && "fn0".indexOf(first) < 0) {
            throw wrong(value, "Write true or false.");
        }
        if (!List.of("true", "t", "yes", "y", "1", "false", "f", "no", "n", "0")
                .contains(value.toLowerCase(Locale.ROOT))) {
            to.add(ConfigLexer.printable(value) + " means " + yes + ", as only the first letter counts. Write " + yes
                    + " or " + !yes + ".");
        }
        return String.valueOf(yes);
    }

    /** As C reads it: {@code 010} is octal, {@code 0x10} hexadecimal. */
    private static int integer(String value) {
        try {
            int number = Integer.decode(value);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            if (value.matches("0[0-9]*[89][0-9]*")) {
                throw wrong(value, "A number that begins with 0 is octal. Write it without the 0.");
            }
            if (value.matches("\\+?[0-9]+")) {
                throw wrong(value, "It is too great. Write " + Integer.MAX_VALUE + " or less.");
            }
        }
        throw wrong(value, "Write a whole number, 0 or greater.");
    }

    private static String number(String value, int least, int most, String remedy, Warnings to) {
        int number = integer(value);
        if (number < least || number > most) {
            throw wrong(value, remedy);
        }
        if (number > 7 && value.matches("0[0-7]+")) {
            to.add(ConfigLexer.printable(value) + " is octal and means " + number
                    + ". Write it without the 0 in front.");
        }
        return String.valueOf(number);
    }

    /** As umask(2) takes it: its last nine bits. What is not octal is taken at its word, as in OpenDMARC, and said. */
    private static String mask(String value, Warnings to) {
        int number = integer(value);
        String mask = String.format("%04o", number & 0777);
        if (number > 7 && !value.startsWith("0")) {
            to.add(ConfigLexer.printable(value) + " is decimal and means the mask " + mask
                    + ". Write an octal mask, such as 0" + value.replaceAll("[^0-7]", "") + ".");
        } else if (number > 0777) {
            to.add(ConfigLexer.printable(value) + " means the mask " + mask + ". Write an octal mask of three digits,"
                    + " such as 0007.");
        }
        return mask;
    }

    private static String rate(String value, Warnings to) {
        if (!value.matches("[0-9]{1,9}/[0-9]{1,9}[sSmMhHdD]?")) {
            throw wrong(value, "Write a number and a time, such as 10/1h.");
        }
        return value;
    }

    private static String reply(String value, Warnings to) {
        if (value.indexOf("%s") != value.lastIndexOf("%s")) {
            throw wrong(value, "Write %s once at most.");
        }
        if (!isAscii(value)) {
            to.add("? is sent for what is not US-ASCII. Write US-ASCII.");
        }
        if (value.matches("[245][0-9][0-9][ -].*")) {
            to.add("the reply code 550 5.7.1 is put in front of it anyway. Write the text only.");
        }
        if (value.length() > LONGEST_REPLY) {
            to.add("a reply may be cut at 512 octets. Write " + LONGEST_REPLY + " or less.");
        }
        return value;
    }

    /** OpenDMARC takes an unknown facility as mail, and so do we. */
    private static String facility(String value, Warnings to) {
        String facility = value.toLowerCase(Locale.ROOT);
        if (!FACILITIES.contains(facility)) {
            to.add(ConfigLexer.printable(value) + " is no facility of syslog(3), and mail is used. Write one of "
                    + String.join(", ", FACILITIES) + ".");
            return "mail";
        }
        return facility.equals("security") ? "auth" : facility;
    }

    private static String socket(String value, Warnings to) {
        if (value.matches("[0-9]+")) {
            throw wrong(value, "It would be a file of that name. Write inet:" + value + "@127.0.0.1.");
        }
        ListenAddress address = ListenAddress.parse(value);
        if (address instanceof ListenAddress.Inet inet) {
            checkInet(value, inet, to);
        } else if (address instanceof ListenAddress.Local local) {
            path(local.path(), to);
            if (local.path().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_PATH) {
                throw wrong(
                        value, "The path of a unix socket may have " + LONGEST_SOCKET_PATH + " octets. Shorten it.");
            }
        }
        return value;
    }

    /** The notation of Socket, TCP only. Without a host it is the loopback interface: counters are nobody else's business. */
    private static String metricsSocket(String value, Warnings to) {
        try {
            if (ListenAddress.parse(value) instanceof ListenAddress.Inet inet) {
                checkInet(value, inet, to);
                return inet.host().isPresent()
                        ? value
                        : new ListenAddress.Inet(inet.family(), Optional.of("127.0.0.1"), inet.port()).toString();
            }
        } catch (IllegalArgumentException e) {
            // One remedy for all that it is not.
        }
        throw wrong(value, "Write inet:PORT@HOST, for example inet:9893@127.0.0.1.");
    }

    private static void checkInet(String value, ListenAddress.Inet inet, Warnings to) {
        String host = inet.host().orElse("");
        boolean looksLikeIpv4 = host.matches("[0-9.]+");
        if ((looksLikeIpv4 || host.indexOf(':') >= 0)
                && IpAddress.parse(host.split("%", 2)[0]).isEmpty()) {
            throw wrong(value, "Its host is no IP address. Write one, such as 127.0.0.1, or a name.");
        }
        if (inet.port() == 0) {
            to.add("port 0 lets the system choose one, which nobody knows. Write a port from 1 to 65535.");
        }
    }

    /** A path, which must be one that Java can give to the system as it stands in the file. */
    private static String path(String value, Warnings to) {
        if (!isAscii(value)) {
            throw wrong(value, "A path must be US-ASCII here. Give the file or directory another name.");
        }
        if (value.startsWith("\"") || value.startsWith("'")) {
            to.add("the quotes are part of the name, as nothing is quoted in this file. Write the path alone.");
        }
        return value;
    }

    /** The value of a From field, as it is sent. */
    private static String mailbox(String value, Warnings to) {
        if (!value.matches("[^,<>]*(<[^<>@\\s]+@[^<>@\\s]+>|[^<>@\\s]+@[^<>@\\s]+)\\s*")) {
            to.add(ConfigLexer.printable(value) + " is not one address, and receivers may refuse the reports. Write"
                    + " NAME <USER@DOMAIN>.");
        }
        return value;
    }

    /** The items between commas and white space. */
    private static List<String> items(String value) {
        List<String> items = Stream.of(value.split("[,\\s]+", -1))
                .filter(item -> !item.isEmpty())
                .toList();
        if (items.isEmpty()) {
            throw wrong(value, "The list has no items. Write some, or remove the line.");
        }
        return items;
    }

    private static void never(String item, String why, Warnings to) {
        to.add(ConfigLexer.printable(item) + " never matches: " + why);
    }

    /** Fields have the id without quotes; what is no token would have to stand in some there (RFC 8601, section 2.2). */
    private static void authservId(String item, Warnings to) {
        if (!item.matches("[A-Za-z0-9_/-]+([.:][A-Za-z0-9_/-]+)*")) {
            never(
                    item,
                    "it is no authserv-id. Write the name as fields have it, without quotes, such as mx.example.com.",
                    to);
        }
    }

    private static void domain(String item, Warnings to) {
        int at = item.lastIndexOf('@');
        if (at >= 0) {
            never(item, "domains are compared, not addresses. Write " + Printable.of(item.substring(at + 1)) + ".", to);
        } else if (item.startsWith(".") || item.startsWith("*.")) {
            never(item, "domains below another are not covered by it. Write each domain by itself.", to);
        } else if (!isDomain(item)) {
            never(item, "it is no domain name. Write it as example.com, an international one as xn--...", to);
        }
    }

    private static boolean isDomain(String text) {
        return isAscii(text)
                && !text.matches("[0-9.]+")
                && DomainName.parse(text)
                        .filter(name -> name.ascii().equalsIgnoreCase(text))
                        .isPresent();
    }

    private static void address(String item, Warnings to) {
        if (!item.matches("[^@<>\"]+@[^@<>\"]+")) {
            never(item, "it is no address. Write USER@DOMAIN, without name, quotes and angle brackets.", to);
        } else if (!isDomain(item.substring(item.indexOf('@') + 1))) {
            never(item, "what follows @ is no domain name. Write USER@DOMAIN.", to);
        }
    }

    /** Addresses that get mail: an address in angle brackets may have a name before it. */
    private static String recipients(String value, Warnings to) {
        String bare = Stream.of(value.split(",", -1))
                .map(item -> item.replaceFirst("^[^<>]*<([^<>]*)>\\s*$", "$1"))
                .collect(Collectors.joining(","));
        List<String> items = items(bare);
        for (String item : items) {
            if (!item.matches("[!-~]+") || !item.matches("[^@<>\"();:\\\\]+(@[^@<>\"();:\\\\]+)?")) {
                throw wrong(item, "Write addresses in US-ASCII with commas between them.");
            }
            int at = item.indexOf('@');
            if (at >= 0 && !item.substring(at + 1).matches("\\[.*\\]") && !isDomain(item.substring(at + 1))) {
                throw wrong(item, "What follows @ is no domain name. Write USER@DOMAIN.");
            }
        }
        return String.join(", ", items);
    }

    private static String plainRecipients(String value, Warnings to) {
        String recipients = recipients(value, to);
        for (String item : items(recipients)) {
            oneAddress(item, to);
        }
        return recipients;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x7f);
    }
}
