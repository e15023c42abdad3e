package org.dmarcmilter.spf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.spf.SpfRecord.Directive;
import org.dmarcmilter.spf.SpfRecord.Mechanism;
import org.dmarcmilter.spf.SpfRecord.Prefixes;
import org.dmarcmilter.text.Printable;

/**
 * Reads SPF records (RFC 7208, section 12). The whole record is read before any of it is used: an error anywhere makes
 * all of it invalid (section 4.6).
 */
final class SpfParser {
    private static final String VERSION = "v=spf1";

    /** RFC 7208, section 3.4, wants no more than 512 octets, and real records stay below 4,000. Longer ones are not read. */
    static final int MAX_LENGTH = 8_192;

    private final List<Directive> directives = new ArrayList<>();
    private Optional<MacroString> redirect = Optional.empty();
    private Optional<MacroString> explanation = Optional.empty();

    private SpfParser() {}

    /** What a text turned out to be. */
    sealed interface Parsed {
        /** A record. */
        record Valid(SpfRecord record) implements Parsed {}

        /** Not a record; {@code problem} says why, printable. */
        record Invalid(String problem) implements Parsed {}
    }

    /** Whether a TXT record claims to be SPF: the version, then a space or nothing (section 4.5). */
    static boolean isSpf(String txt) {
        return txt.regionMatches(true, 0, VERSION, 0, VERSION.length())
                && (txt.length() == VERSION.length() || txt.charAt(VERSION.length()) == ' ');
    }

    /** Reads a record, one character per octet. */
    static Parsed parse(String txt) {
        if (!isSpf(txt)) {
            return new Parsed.Invalid("does not begin with " + VERSION);
        }
        if (txt.length() > MAX_LENGTH) {
            return new Parsed.Invalid("longer than " + MAX_LENGTH + " octets");
        }
        SpfParser parser = new SpfParser();
        try {
            parser.readTerms(txt);
        } catch (SpfSyntaxException e) {
            return new Parsed.Invalid(e.problem());
        }
        return new Parsed.Valid(new SpfRecord(parser.directives, parser.redirect, parser.explanation));
    }

    /** Terms are separated by spaces and by nothing else. */
    private void readTerms(String txt) throws SpfSyntaxException {
        int start = VERSION.length();
        while (start < txt.length()) {
            int space = txt.indexOf(' ', start);
            int end = space < 0 ? txt.length() : space;
            if (end > start) {
                readTerm(txt.substring(start, end));
            }
            start = end + 1;
        }
    }

    private void readTerm(String term) throws SpfSyntaxException {
        int nameEnd = modifierNameEnd(term);
        if (nameEnd > 0) {
            readModifier(term, term.substring(0, nameEnd), term.substring(nameEnd + 1));
        } else {
            directives.add(directive(term));
        }
    }

    /** Where {@code =} stands if the term is a modifier: a name, then that sign before any other; else -1. */
    private static int modifierNameEnd(String term) {
        if (!MacroString.isLetter(term.charAt(0))) {
            return -1;
        }
        for (int i = 1; i < term.length(); i++) {
            char c = term.charAt(i);
            if (c == '=') {
                return i;
            }
            if (!MacroString.isLetter(c) && !MacroString.isDigit(c) && "-_.".indexOf(c) < 0) {
                return -1;
            }
        }
        return -1;
    }

    private void readModifier(String term, String name, String value) throws SpfSyntaxException {
        switch (name.toLowerCase(Locale.ROOT)) {
            case "redirect" -> redirect = once(redirect, term, value);
            case "exp" -> explanation = once(explanation, term, value);
            // Ignored wherever it stands and however often, but its syntax counts (section 6).
            default -> MacroString.unknownModifier(value);
        }
    }

    private static Optional<MacroString> once(Optional<MacroString> before, String term, String value)
            throws SpfSyntaxException {
        if (before.isPresent()) {
            throw new SpfSyntaxException("a second " + Printable.quoted(term));
        }
        return Optional.of(MacroString.domainSpec(value));
    }

    private static Directive directive(String term) throws SpfSyntaxException {
        return switch (term.charAt(0)) {
            case '+' -> new Directive(SpfResult.Code.PASS, mechanism(term, 1));
            case '-' -> new Directive(SpfResult.Code.FAIL, mechanism(term, 1));
            case '~' -> new Directive(SpfResult.Code.SOFTFAIL, mechanism(term, 1));
            case '?' -> new Directive(SpfResult.Code.NEUTRAL, mechanism(term, 1));
            default -> new Directive(SpfResult.Code.PASS, mechanism(term, 0));
        };
    }

    private static Mechanism mechanism(String term, int start) throws SpfSyntaxException {
        int end = start;
        while (end < term.length() && term.charAt(end) != ':' && term.charAt(end) != '/') {
            end++;
        }
        String argument = term.substring(end);
        return switch (term.substring(start, end).toLowerCase(Locale.ROOT)) {
            case "all" -> all(term, argument);
            case "include" -> new Mechanism.Include(requiredTarget(term, argument));
            case "exists" -> new Mechanism.Exists(requiredTarget(term, argument));
            case "ptr" -> new Mechanism.Ptr(target(term, argument));
            case "a" -> {
                Cidr cidr = Cidr.atEndOf(term, argument);
                yield new Mechanism.A(target(term, cidr.before()), cidr.prefixes());
            }
            case "mx" -> {
                Cidr cidr = Cidr.atEndOf(term, argument);
                yield new Mechanism.Mx(target(term, cidr.before()), cidr.prefixes());
            }
            case "ip4" -> network(term, argument, IpAddress.Family.IPV4);
            case "ip6" -> network(term, argument, IpAddress.Family.IPV6);
            default -> throw new SpfSyntaxException(Printable.quoted(term) + " is not a mechanism");
        };
    }

    private static Mechanism all(String term, String argument) throws SpfSyntaxException {
        if (!argument.isEmpty()) {
            throw new SpfSyntaxException("all takes no argument: " + Printable.quoted(term));
        }
        return new Mechanism.All();
    }

    private static MacroString requiredTarget(String term, String argument) throws SpfSyntaxException {
        return target(term, argument)
                .orElseThrow(() -> new SpfSyntaxException("no domain name in " + Printable.quoted(term)));
    }

    /** {@code [ ":" domain-spec ]}. */
    private static Optional<MacroString> target(String term, String argument) throws SpfSyntaxException {
        if (argument.isEmpty()) {
            return Optional.empty();
        }
        if (argument.charAt(0) != ':') {
            throw new SpfSyntaxException("no prefix length belongs at the end of " + Printable.quoted(term));
        }
        return Optional.of(MacroString.domainSpec(argument.substring(1)));
    }

    private static Mechanism network(String term, String argument, IpAddress.Family family) throws SpfSyntaxException {
        int slash = argument.indexOf('/');
        String literal = slash < 0 ? argument : argument.substring(0, slash);
        Optional<IpAddress> address =
                literal.startsWith(":") ? IpAddress.asWritten(literal.substring(1)) : Optional.empty();
        if (address.isEmpty() || address.get().family() != family) {
            throw new SpfSyntaxException("no address of that kind in " + Printable.quoted(term));
        }
        int prefix = slash < 0 ? family.bits() : prefix(term, argument.substring(slash + 1), family);
        return new Mechanism.Ip(address.get(), prefix);
    }

    /** A number without leading zeros, at most the length of an address. */
    private static int prefix(String term, String digits, IpAddress.Family family) throws SpfSyntaxException {
        boolean wellFormed = !digits.isEmpty()
                && digits.length() <= 3
                && (digits.charAt(0) != '0' || digits.length() == 1)
                && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!wellFormed || Integer.parseInt(digits) > family.bits()) {
            throw new SpfSyntaxException("bad prefix length in " + Printable.quoted(term));
        }
        return Integer.parseInt(digits);
    }

    /** An argument taken apart: what stands before {@code dual-cidr-length}, and that. */
    private record Cidr(String before, Prefixes prefixes) {
        /** A domain may hold slashes too, so the lengths are looked for from the end. */
        static Cidr atEndOf(String term, String argument) throws SpfSyntaxException {
            int ip4 = Prefixes.FULL.ip4();
            int ip6 = Prefixes.FULL.ip6();
            String before = argument;
            int slash = slashBeforeDigits(before);
            if (slash > 0 && before.charAt(slash - 1) == '/') {
                ip6 = prefix(term, before.substring(slash + 1), IpAddress.Family.IPV6);
                before = before.substring(0, slash - 1);
                slash = slashBeforeDigits(before);
            }
            if (slash >= 0) {
                ip4 = prefix(term, before.substring(slash + 1), IpAddress.Family.IPV4);
                before = before.substring(0, slash);
            }
            return new Cidr(before, new Prefixes(ip4, ip6));
        }

        /** Where the slash of {@code "/" 1*DIGIT} at the end stands; -1 if the text does not end so. */
        private static int slashBeforeDigits(String text) {
            int i = text.length();
            while (i > 0 && MacroString.isDigit(text.charAt(i - 1))) {
                i--;
            }
            return i < text.length() && i > 0 && text.charAt(i - 1) == '/' ? i - 1 : -1;
        }
    }
}
