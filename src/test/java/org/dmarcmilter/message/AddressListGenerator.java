package org.dmarcmilter.message;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** Makes From fields that are well-formed by RFC 5322, obsolete syntax included, and knows their domains. */
final class AddressListGenerator {
    private static final List<String> DOMAINS =
            List.of("example.com", "Bank.Example", "a.b.c.example", "x-y.example", "com");
    private static final List<String> DECOYS = List.of(
            "ceo@evil.example",
            "<a@evil.example>",
            ", b@evil.example,",
            ";",
            ":",
            "x",
            "",
            "@evil.example",
            "J\u00f6rg");

    private final Random random;
    private final Set<String> domains = new LinkedHashSet<>();

    AddressListGenerator(Random random) {
        this.random = random;
    }

    Set<String> domains() {
        return domains;
    }

    String list() {
        StringBuilder list = new StringBuilder(mailbox());
        for (int more = random.nextInt(4); more > 0; more--) {
            list.append(cfws()).append(',').append(random.nextInt(5) == 0 ? group() : mailbox());
        }
        return list.append(cfws()).toString();
    }

    private String group() {
        StringBuilder group =
                new StringBuilder(cfws()).append(phrase()).append(cfws()).append(':');
        for (int members = random.nextInt(3); members > 0; members--) {
            group.append(mailbox()).append(',');
        }
        return group.append(cfws()).append(';').toString();
    }

    private String mailbox() {
        if (random.nextBoolean()) {
            return cfws() + addrSpec() + cfws();
        }
        String route = random.nextInt(6) == 0 ? cfws() + "@relay.evil.example" + cfws() + ",@r2.evil.example:" : "";
        return cfws() + (random.nextInt(4) == 0 ? "" : phrase()) + cfws() + "<" + route + cfws() + addrSpec() + cfws()
                + ">" + cfws();
    }

    private String phrase() {
        String phrase = random.nextBoolean() ? quoted() : "Joe";
        for (int more = random.nextInt(3); more > 0; more--) {
            phrase += " " + (random.nextBoolean() ? quoted() : "Doe.");
        }
        return phrase;
    }

    private String addrSpec() {
        String domain = DOMAINS.get(random.nextInt(DOMAINS.size()));
        domains.add(domain.toLowerCase(Locale.ROOT));
        String written = random.nextInt(8) == 0 ? domain + "." : domain;
        if (random.nextInt(4) == 0) {
            written = written.replace(".", cfws() + "." + cfws());
        }
        String local = random.nextInt(3) == 0 ? quoted() : "joe.doe+x=y";
        return local + (random.nextInt(4) == 0 ? cfws() + "@" + cfws() : "@") + written;
    }

    private String quoted() {
        return "\"" + decoy().replace(",", "\\,") + "\"";
    }

    private String cfws() {
        return switch (random.nextInt(8)) {
            case 0 -> " ";
            case 1 -> "\r\n ";
            case 2 -> "\n\t";
            case 3 -> "(" + decoy() + ")";
            case 4 -> " (a (" + decoy() + ") \\) b)\r\n ";
            default -> "";
        };
    }

    private String decoy() {
        return DECOYS.get(random.nextInt(DECOYS.size()));
    }
}
