package org.dmarcmilter.authres;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.message.CharacterClass;
import org.dmarcmilter.message.FieldSyntaxException;
import org.dmarcmilter.message.KnownWords;
import org.dmarcmilter.message.Rfc5322Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an Authentication-Results field (RFC 8601, section 2.2).
 *
 * <p>What is not understood costs its own entry and never the others: unknown methods and property types are kept, stray words
 * and entries of an unknown method version are passed over. A field in which a parenthesis or quote lacks
 * its other half says nothing reliable at all: somebody may have closed a comment that was not his. Linear in the length of the field.
 */
public final class AuthenticationResultsParser {
    /** Entries that begin after this many octets are not read. */
    static final int MAX_LENGTH = 64 * 1024;

    /** Entries beyond this many are not read. */
    static final int MAX_ENTRIES = 1000;

    /** The methods of the IANA registry; their names in the place of a property begin an entry whose semicolon is missing. */
    private static final Set<String> METHODS = Set.of(
            "arc",
            "auth",
            "dkim",
            "dkim-adsp",
            "dkim-atps",
            "dmarc",
            "dnswl",
            "domainkeys",
            "iprev",
            "rrvs",
            "sender-id",
            "smime",
            "spf",
            "vbr");

    private static final String NO_RESULT = "none";

    /** Those of most fields: methods, results, property types and properties. */
    private static final KnownWords WORDS = new KnownWords(known());

    /** Those of OpenDKIM and of the policy services for SPF about most messages that pass. */
    private static final KnownWords COMMENTS = new KnownWords(List.of(
            "1024-bit key",
            "1024-bit key; unprotected",
            "1024-bit key; secure",
            "2048-bit key",
            "2048-bit key; unprotected",
            "2048-bit key; secure",
            "sender SPF authorized"));

    private static Set<String> known() {
        Set<String> words = new HashSet<>(METHODS);
        words.addAll(List.of(
                "pass", "fail", "softfail", "neutral", NO_RESULT, "policy", "temperror", "permerror", "bestguesspass"));
        words.addAll(List.of(
                "header", "smtp", "policy", "body", "reason", "action", "arc", "d", "i", "s", "a", "b", "from"));
        words.addAll(List.of(
                "mailfrom",
                "helo",
                "mail",
                "remote-ip",
                "client-ip",
                "oldest-pass",
                "chain",
                "dmarc",
                "p",
                "sp",
                "dis"));
        return words;
    }

    static final CharacterClass DIGIT = CharacterClass.of(c -> c >= '0' && c <= '9');

    /** Keyword of RFC 5321, section 4.1.2, and the underscore that some results have. */
    static final CharacterClass KEYWORD = CharacterClass.of(
            c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_');

    /** An authserv-id may hold more without quotes than a token: OpenDMARC wrote {@code host/jobid}. */
    private static final CharacterClass ID_TEXT =
            CharacterClass.of(c -> c > ' ' && c < 0x7F && ";=()\"\\".indexOf(c) < 0);

    private final Rfc5322Tokenizer input;
    /** Most fields have one. */
    private List<MethodResult> results = List.of();

    /** Of the entry at hand. */
    private final List<Property> properties = new ArrayList<>(4);

    private boolean saysNone;

    private AuthenticationResultsParser(Rfc5322Tokenizer input) {
        this.input = input;
    }

    /** What became of a field. */
    public sealed interface Parsed {
        /**
         * A field that can be used.
         *
         * @param results what it says; the authserv-id is empty where Microsoft left it out
         * @param truncated whether entries were left out because there were too many
         */
        record Field(AuthenticationResults results, boolean truncated) implements Parsed {
            public Field(AuthenticationResults results) {
                this(results, false);
            }
        }

        /** A field that says nothing, and why, in words of ours. */
        record Broken(String reason) implements Parsed {}
    }

    /**
     * Reads a field.
     *
     * @param value what follows the colon, one character per octet
     */
    public static Parsed parse(String value) {
        try {
            return parse(new Rfc5322Tokenizer(value));
        } catch (FieldSyntaxException e) {
            return new Parsed.Broken(e.reason());
        }
    }

    /**
     * The authserv-id as the least strict reader sees it, whatever stands behind it; empty if there is none at all. For recognizing
     * fields that claim a name, not for believing them.
     */
    public static String writtenId(String value) {
        Rfc5322Tokenizer input = new Rfc5322Tokenizer(value);
        try {
            input.skipCfws();
            return input.current() == '"' ? input.quotedString() : input.run(ID_TEXT);
        } catch (FieldSyntaxException e) {
            return "";
        }
    }

    /** Reads from the authserv-id to the end, as an ARC-Authentication-Results field has it after its instance. */
    static Parsed.Field parse(Rfc5322Tokenizer input) throws FieldSyntaxException {
        return new AuthenticationResultsParser(input).field();
    }

    private Parsed.Field field() throws FieldSyntaxException {
        input.skipCfws();
        String authservId = "";
        if (!beginsWithMethod()) {
            authservId = authservId();
            version();
        }
        boolean truncated = false;
        while (!input.atEnd() && !truncated) {
            input.skip(';');
            input.skipCfws();
            truncated = input.position() >= MAX_LENGTH || results.size() >= MAX_ENTRIES;
            if (!truncated) {
                entry();
            }
        }
        while (!input.atEnd()) {
            skipEntry();
            input.skip(';');
        }
        if (saysNone && !results.isEmpty()) {
            throw new FieldSyntaxException("both 'none' and results");
        }
        return new Parsed.Field(new AuthenticationResults(authservId, results), truncated);
    }

    /** Whether the field begins with {@code spf=pass} in place of an authserv-id, as Microsoft 365 writes it. */
    private boolean beginsWithMethod() throws FieldSyntaxException {
        int start = input.position();
        boolean maybeInstance = input.current() == 'i' || input.current() == 'I';
        int length = input.skipRun(ID_TEXT);
        input.skipCfws();
        boolean begins = length > 0 && input.current() == '=';
        input.backTo(start);
        if (begins && length == 1 && maybeInstance) {
            throw new FieldSyntaxException("body of an ARC-Authentication-Results field");
        }
        return begins;
    }

    private String authservId() throws FieldSyntaxException {
        String id = input.current() == '"' ? input.quotedString() : input.run(ID_TEXT);
        if (id.isEmpty()) {
            throw new FieldSyntaxException("no authserv-id");
        }
        input.skipCfws();
        // "trusted.example(x).evil.example" must not be taken for trusted.example.
        if (!input.atEnd() && input.current() != ';' && !input.afterWhiteSpace()) {
            throw new FieldSyntaxException("text within the authserv-id");
        }
        return id;
    }

    /** The version after the authserv-id. Anything with an equal sign is what Yahoo wrote there, and dropped. */
    private void version() throws FieldSyntaxException {
        if (input.atEnd() || input.current() == ';') {
            return;
        }
        boolean supported = isOne(input.run(DIGIT));
        input.skipCfws();
        if (supported && (input.atEnd() || input.current() == ';')) {
            return;
        }
        if (!skipEntry()) {
            throw new FieldSyntaxException("unsupported version");
        }
    }

    /** One part between semicolons: {@code method/version=result reason=text ptype.property=value}, or {@code none}. */
    private void entry() throws FieldSyntaxException {
        String method = keyword();
        input.skipCfws();
        if (method.equalsIgnoreCase(NO_RESULT) && atEndOfEntry()) {
            saysNone = true;
            return;
        }
        boolean supported = true;
        if (input.skip('/')) {
            input.skipCfws();
            supported = isOne(input.run(DIGIT));
            input.skipCfws();
        }
        if (method.isEmpty() || !supported || !input.skip('=')) {
            skipEntry();
            return;
        }
        input.skipCfws();
        String result = keyword();
        if (result.isEmpty() || !(FieldValue.endsHere(input) || input.current() == '(')) {
            skipEntry();
            return;
        }
        details(method, result);
    }

    private void details(String method, String result) throws FieldSyntaxException {
        @Nullable String comment = null;
        @Nullable String reason = null;
        properties.clear();
        boolean clean = true;
        while (true) {
            if (comment == null) {
                comment = skipFirstComment();
            } else {
                input.skipCfws();
            }
            if (atEndOfEntry()) {
                break;
            }
            String name = keyword();
            input.skipCfws();
            if (input.skip('.')) {
                input.skipCfws();
                String property = keyword();
                input.skipCfws();
                boolean named = !name.isEmpty() && !property.isEmpty() && input.skip('=');
                String value = value();
                clean &= FieldValue.isClean(value);
                if (named) {
                    properties.add(new Property(name, property, value));
                }
            } else if (input.skip('=')) {
                if (METHODS.contains(name.toLowerCase(Locale.ROOT))) {
                    // Zoho's "dkim=pass spf=pass smtp.mailfrom=x": from here on the words belong to another method.
                    skipEntry();
                    break;
                }
                String value = value();
                clean &= FieldValue.isClean(value);
                if (reason == null && name.equalsIgnoreCase("reason")) {
                    reason = value;
                }
            } else if (name.isEmpty()) {
                clean &= FieldValue.isClean(FieldValue.read(input));
            }
        }
        if (clean) {
            add(new MethodResult(
                    method,
                    ResultWord.of(result),
                    comment == null ? "" : comment,
                    reason == null ? "" : reason,
                    fixed(properties)));
        }
    }

    private void add(MethodResult result) {
        if (results.isEmpty()) {
            results = List.of(result);
            return;
        }
        if (results.size() == 1) {
            results = new ArrayList<>(results);
        }
        results.add(result);
    }

    /** As List.copyOf, which makes an array first. */
    private static <T> List<T> fixed(List<T> list) {
        return switch (list.size()) {
            case 0 -> List.of();
            case 1 -> List.of(list.get(0));
            case 2 -> List.of(list.get(0), list.get(1));
            case 3 -> List.of(list.get(0), list.get(1), list.get(2));
            case 4 -> List.of(list.get(0), list.get(1), list.get(2), list.get(3));
            default -> List.copyOf(list);
        };
    }

    private String value() throws FieldSyntaxException {
        input.skipCfws();
        return FieldValue.read(input);
    }

    /** Skips to the next semicolon; says whether there was an equal sign. */
    private boolean skipEntry() throws FieldSyntaxException {
        boolean equalSign = false;
        input.skipCfws();
        while (!atEndOfEntry()) {
            if (input.current() == '"') {
                input.quotedString();
            } else {
                equalSign |= input.takeText() == '=';
            }
            input.skipCfws();
        }
        return equalSign;
    }

    /** Skips comments and white space; the first comment, or null. */
    private @Nullable String skipFirstComment() throws FieldSyntaxException {
        input.skipWhiteSpace();
        @Nullable String first = input.current() == '(' ? input.comment(COMMENTS) : null;
        input.skipCfws();
        return first;
    }

    private boolean atEndOfEntry() {
        return input.atEnd() || input.current() == ';';
    }

    private String keyword() {
        return input.run(KEYWORD, WORDS);
    }

    private static boolean isOne(String digits) {
        return digits.endsWith("1")
                && digits.chars().limit(digits.length() - 1L).allMatch(c -> c == '0');
    }
}
