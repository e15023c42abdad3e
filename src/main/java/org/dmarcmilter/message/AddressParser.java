package org.dmarcmilter.message;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.message.Rfc5322Tokenizer.Kind;
import org.dmarcmilter.message.Rfc5322Tokenizer.Token;
import org.dmarcmilter.text.Printable;

/**
 * Reads the body of a From field for the one thing that DMARC wants from it: the author domain (RFC 5322, sections 3.4 and 4.4;
 * RFC 6854 for groups).
 *
 * <p>It is strict wherever two readers could see two authors, because a sender will choose the reading that helps him. It is
 * lenient in what real mail gets wrong and only one reading is possible:
 *
 * <ul>
 *   <li>an unquoted comma in a display name, {@code Doe, John <j@example.com>}: list members without any address are passed
 *       over, as long as another member has one;
 *   <li>a quoted display name before a bare address, {@code "John" j@example.com};
 *   <li>misplaced dots in a local part, dots and bracketed words in a display name.
 * </ul>
 *
 * <p>A bare address as display name counts as an author, for the reader sees it as one. One pass, linear, bounded.
 */
public final class AddressParser {
    /** RFC 9989, section 11.5, asks for a limit; mail of real people has a few. */
    static final int MAX_MAILBOXES = 100;

    /** Octets. Room for so many mailboxes with long names. */
    static final int MAX_FIELD = 32_768;

    /** In what cannot be parsed: each asks for a charset. */
    static final int MAX_ENCODED_WORDS = 500;

    private final Rfc5322Tokenizer tokenizer;
    /** Made for the second domain, which hardly any field has. */
    private Optional<Set<DomainName>> domains = Optional.empty();

    private Optional<DomainName> first = Optional.empty();
    private Token token;
    private int mailboxes;
    private boolean loneEncodedWord;
    private boolean encodedAddress;

    private AddressParser(String fieldValue) throws FieldSyntaxException {
        if (fieldValue.indexOf('\0') >= 0) {
            throw new FieldSyntaxException("NUL in the field");
        }
        tokenizer = new Rfc5322Tokenizer(fieldValue);
        token = tokenizer.next();
    }

    /**
     * The author domain of a From field.
     *
     * @param fromFieldValue what follows the colon, one character per octet
     * @return anything but {@link AuthorDomain.None}
     */
    public static AuthorDomain authorDomain(String fromFieldValue) {
        if (fromFieldValue.length() > MAX_FIELD) {
            return new AuthorDomain.TooMany("more than " + MAX_FIELD + " octets");
        }
        try {
            AddressParser parser = new AddressParser(fromFieldValue);
            AuthorDomain author = parser.addressList();
            return parser.mailboxes > MAX_MAILBOXES
                    ? new AuthorDomain.TooMany("more than " + MAX_MAILBOXES + " mailboxes")
                    : author;
        } catch (FieldSyntaxException e) {
            return malformed(fromFieldValue, e.reason());
        }
    }

    private static AuthorDomain malformed(String fromFieldValue, String reason) {
        return EncodedWords.count(fromFieldValue) > MAX_ENCODED_WORDS
                ? new AuthorDomain.TooMany("more than " + MAX_ENCODED_WORDS + " encoded-words")
                : new AuthorDomain.Malformed(reason, ShownDomains.in(fromFieldValue, AuthorDomain.MAX_DOMAINS));
    }

    /** address-list and obs-addr-list: mailboxes and groups between commas, empty members allowed. */
    private AuthorDomain addressList() throws FieldSyntaxException {
        boolean inGroup = false;
        while (true) {
            List<Token> words = words();
            if (token.is('<')) {
                angleAddress(words);
                expectEndOfMember();
            } else if (token.is(':') && !inGroup && isDisplayName(words)) {
                inGroup = true;
                advance();
            } else if (token.is(',')) {
                member(words);
                advance();
            } else if (token.is(';') && inGroup) {
                member(words);
                inGroup = false;
                advance();
                if (!token.is(',') && token.kind() != Kind.END) {
                    throw new FieldSyntaxException("text after a group");
                }
            } else if (token.kind() == Kind.END && !inGroup) {
                member(words);
                return verdict();
            } else {
                throw new FieldSyntaxException(
                        token.kind() == Kind.END ? "group without end" : "misplaced '" + token.text() + "'");
            }
        }
    }

    /** Everything up to a special that is neither dot nor at sign: a display name, an addr-spec, or what resembles them. */
    private List<Token> words() throws FieldSyntaxException {
        if (token.kind() == Kind.END || (token.kind() == Kind.SPECIAL && !token.is('.') && !token.is('@'))) {
            return List.of();
        }
        List<Token> words = new ArrayList<>(8);
        while (token.kind() != Kind.END && (token.kind() != Kind.SPECIAL || token.is('.') || token.is('@'))) {
            words.add(token);
            advance();
        }
        return words;
    }

    /** A list member without angle brackets: an addr-spec, nothing, or a name that got separated from its address. */
    private void member(List<Token> words) throws FieldSyntaxException {
        if (hasAt(words)) {
            refuseLoneEncodedWord();
            add(addrSpec(withoutQuotedName(words)));
        } else if (!words.isEmpty()) {
            // Other words may belong to a name with an unquoted comma. Encoded-words alone are written by
            // software, and read by people as an address of its own if that is what they encode.
            loneEncodedWord |= words.stream().allMatch(AddressParser::isEncodedWord);
            String text = text(words);
            encodedAddress |= !ShownDomains.hasAt(text) && ShownDomains.hasAt(EncodedWords.asOctets(text));
        }
    }

    private static String text(List<Token> words) {
        return words.stream()
                .map(word -> (word.spaced() ? " " : "") + word.text())
                .collect(Collectors.joining());
    }

    private static boolean isEncodedWord(Token word) {
        return word.text().startsWith("=?") && word.text().endsWith("?=");
    }

    /** name-addr: {@code display-name <route:addr-spec>}. */
    private void angleAddress(List<Token> displayName) throws FieldSyntaxException {
        if (displayName.isEmpty()) {
            refuseLoneEncodedWord();
        }
        loneEncodedWord = false;
        if (hasAt(displayName)) {
            add(addrSpec(displayName));
        }
        advance();
        List<Token> address = words();
        if (!address.isEmpty() && address.get(0).is('@')) {
            address = afterRoute(address);
        }
        if (!token.is('>')) {
            throw new FieldSyntaxException("angle bracket not closed");
        }
        advance();
        add(addrSpec(address));
    }

    /** obs-route: {@code @domain,@domain:}, which says nothing about the author. */
    private List<Token> afterRoute(List<Token> firstHop) throws FieldSyntaxException {
        List<Token> hop = firstHop;
        while (true) {
            if (!hop.isEmpty()) {
                if (!hop.get(0).is('@')) {
                    throw new FieldSyntaxException("source route without '@'");
                }
                if (hop.size() != 2 || hop.get(1).kind() != Kind.DOMAIN_LITERAL) {
                    domainText(hop.subList(1, hop.size()));
                }
            }
            boolean last = token.is(':');
            if (!last && !token.is(',')) {
                throw new FieldSyntaxException("source route without ':'");
            }
            advance();
            hop = words();
            if (last) {
                return hop;
            }
        }
    }

    private DomainName addrSpec(List<Token> words) throws FieldSyntaxException {
        int at = 0;
        while (at < words.size() && !words.get(at).is('@')) {
            at++;
        }
        if (at == words.size()) {
            throw new FieldSyntaxException("address without domain");
        }
        checkLocalPart(words.subList(0, at));
        String domain = domainText(words.subList(at + 1, words.size()));
        return FieldDomain.of(domain).orElseThrow(() -> notADomain(domain));
    }

    /** With what is in it, where that is not what it looks like. */
    private static FieldSyntaxException notADomain(String domain) {
        boolean isPlain = domain.chars().allMatch(c -> Printable.is((char) c));
        return new FieldSyntaxException("not a domain name" + (isPlain ? "" : ": " + Printable.quoted(domain)));
    }

    /** Words between dots. Too many dots are no ambiguity, and some providers gave out such addresses. */
    private static void checkLocalPart(List<Token> words) throws FieldSyntaxException {
        boolean afterWord = false;
        boolean hasWord = false;
        for (Token word : words) {
            boolean isWord = word.kind() == Kind.ATOM || word.kind() == Kind.QUOTED_STRING;
            if (isWord ? afterWord : !word.is('.')) {
                throw new FieldSyntaxException("not a local part");
            }
            afterWord = isWord;
            hasWord |= isWord;
        }
        if (!hasWord) {
            throw new FieldSyntaxException("no local part");
        }
    }

    /** obs-domain: atoms between dots, perhaps with white space and comments around them, and one dot at the end. */
    private static String domainText(List<Token> words) throws FieldSyntaxException {
        StringBuilder domain = new StringBuilder();
        boolean wantAtom = true;
        for (Token word : words) {
            if (word.kind() == Kind.DOMAIN_LITERAL) {
                throw new FieldSyntaxException("address literal in place of a domain");
            }
            if (wantAtom ? word.kind() != Kind.ATOM : !word.is('.')) {
                throw new FieldSyntaxException("not a domain");
            }
            domain.append(word.text());
            wantAtom = !wantAtom;
        }
        if (domain.length() == 0) {
            throw new FieldSyntaxException("address without domain");
        }
        return domain.toString();
    }

    /** Drops a quoted display name before a bare address; the space between them tells it from {@code "a"b@example.com}. */
    private static List<Token> withoutQuotedName(List<Token> words) {
        boolean named = words.size() > 2
                && words.get(0).kind() == Kind.QUOTED_STRING
                && words.get(1).kind() == Kind.ATOM
                && words.get(1).spaced();
        return named ? words.subList(1, words.size()) : words;
    }

    private void add(DomainName domain) {
        mailboxes++;
        if (first.isEmpty()) {
            first = Optional.of(domain);
        } else if (!first.get().equals(domain)) {
            if (domains.isEmpty()) {
                domains = Optional.of(new LinkedHashSet<>(List.of(first.get())));
            }
            domains.get().add(domain);
        }
    }

    private AuthorDomain verdict() throws FieldSyntaxException {
        refuseLoneEncodedWord();
        if (first.isEmpty()) {
            throw new FieldSyntaxException("no address");
        }
        return domains.isEmpty()
                ? new AuthorDomain.One(first.get())
                : new AuthorDomain.Several(List.copyOf(domains.get()));
    }

    private void refuseLoneEncodedWord() throws FieldSyntaxException {
        if (loneEncodedWord || encodedAddress) {
            throw new FieldSyntaxException("encoded-word in place of an address");
        }
    }

    private void expectEndOfMember() throws FieldSyntaxException {
        if (!token.is(',') && !token.is(';') && token.kind() != Kind.END) {
            throw new FieldSyntaxException("text after an address");
        }
    }

    private static boolean isDisplayName(List<Token> words) {
        return !words.isEmpty() && !hasAt(words);
    }

    private static boolean hasAt(List<Token> words) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).is('@')) {
                return true;
            }
        }
        return false;
    }

    private void advance() throws FieldSyntaxException {
        token = tokenizer.next();
    }
}
