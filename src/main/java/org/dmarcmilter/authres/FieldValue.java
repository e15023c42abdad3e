package org.dmarcmilter.authres;

import java.util.List;
import org.dmarcmilter.message.CharacterClass;
import org.dmarcmilter.message.FieldSyntaxException;
import org.dmarcmilter.message.KnownWords;
import org.dmarcmilter.message.Rfc5322Tokenizer;

/**
 * A value after {@code =} in Authentication-Results and Received-SPF (RFC 8601, section 2.2, pvalue), read up to white space or
 * a semicolon, because real fields leave slashes and equal signs unquoted.
 */
final class FieldValue {
    /** What stands for itself, wherever it stands in a value; a control character needs a closer look. */
    private static final CharacterClass PLAIN =
            CharacterClass.of(c -> c > ' ' && c != '"' && c != '(' && c != ')' && c != ';');

    /** What OpenDKIM writes as {@code header.a}. */
    private static final KnownWords WORDS = new KnownWords(List.of("rsa-sha256", "ed25519-sha256"));

    private FieldValue() {}

    /**
     * Takes the value that begins here: quotes removed if it is one quoted string, else as written; empty if a semicolon or the end is
     * here.
     */
    static String read(Rfc5322Tokenizer input) throws FieldSyntaxException {
        String plain = input.run(PLAIN, WORDS);
        if (endsHere(input)) {
            return plain;
        }
        StringBuilder text = new StringBuilder(plain);
        if (plain.isEmpty() && input.current() == '"') {
            String content = input.quotedString();
            if (endsHere(input) || input.current() == '(') {
                return content;
            }
            text.append(quoted(content));
        }
        int beforeComment = -1;
        boolean commentIsText = false;
        while (!endsHere(input)) {
            char c = input.current();
            if (c == '(') {
                // A comment may stand directly after a value. But a value may also hold a parenthesis that its writer
                // should
                // have quoted: "smtp.mailfrom=any@bank.example(.attack.example smtp.helo=x)" (CVE-2020-12272). So only
                // a
                // comment that nothing could be hidden in is one; else it stays in the text, which then is no domain.
                beforeComment = beforeComment < 0 ? text.length() : beforeComment;
                String comment = input.comment();
                commentIsText |= comment.chars().anyMatch(x -> x == ' ' || x == '\t' || x == ';');
                text.append('(').append(comment).append(')');
                continue;
            }
            commentIsText |= beforeComment >= 0;
            if (c == '"') {
                text.append(quoted(input.quotedString()));
            } else {
                text.append(input.takeText());
            }
        }
        if (beforeComment >= 0 && !commentIsText) {
            text.setLength(beforeComment);
        }
        return text.toString();
    }

    /** Whether a value that is not quoted ends here. */
    static boolean endsHere(Rfc5322Tokenizer input) {
        return input.atEnd() || input.current() == ';' || input.atWhiteSpace();
    }

    /** Whether a value is free of control characters. */
    static boolean isClean(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                return false;
            }
        }
        return true;
    }

    /** A quoted string that is part of a value, as in {@code "a b"@example.com}, keeps its quotes. */
    private static String quoted(String content) {
        return '"' + content.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
