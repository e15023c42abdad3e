package org.dmarcmilter.authres;

import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
import org.dmarcmilter.message.CharacterClass;
import org.dmarcmilter.text.Printable;

/**
 * Writes an Authentication-Results field (RFC 8601, section 2.2), in OpenDMARC's text where that is well-formed.
 *
 * <p>Only printable US-ASCII comes out; every other octet becomes {@code ?}. What is not a token is quoted, so that no value can
 * end its own property.
 */
public final class AuthenticationResultsWriter {
    /** Longer fields are folded; RFC 5322, section 2.1.1, allows 998 octets in a line, the name included. */
    static final int MAX_LINE = 900;

    /**
     * A longer value cannot be told in a line, even if each character needs a backslash; no domain name is so long, but what a client
     * calls itself may be.
     */
    private static final int MAX_VALUE = 400;

    /** Stands between words until it is known where lines end; no word holds it. */
    private static final char BETWEEN = '\n';

    /** RFC 2045, section 5.1. */
    private static final CharacterClass TOKEN =
            CharacterClass.of(c -> c > ' ' && c < 0x7F && "()<>@,;:\\\"/[]?=".indexOf(c) < 0);

    /** What needs a backslash in a comment. */
    private static final CharacterClass COMMENT_SPECIAL = CharacterClass.of(c -> "()\\".indexOf(c) >= 0);

    /** What needs a backslash in a quoted string. */
    private static final CharacterClass QUOTE_SPECIAL = CharacterClass.of(c -> c == '"' || c == '\\');

    /** Most fields that we write are shorter. */
    private static final int COMMON_LENGTH = 96;

    private AuthenticationResultsWriter() {}

    /**
     * The field's value, without leading space and line end. Folds, if any, are a line feed and a tab.
     *
     * @throws IllegalArgumentException if a method, result, property type or name is not a keyword: those are ours, not the
     *     sender's
     */
    public static String write(AuthenticationResults field) {
        StringBuilder words = new StringBuilder(COMMON_LENGTH);
        addToken(words, field.authservId());
        words.append(';');
        if (field.results().isEmpty()) {
            addWord(words).append("none");
        }
        int left = field.results().size();
        for (int i = 0; i < field.results().size(); i++) {
            addResult(words, field.results().get(i));
            if (--left > 0) {
                words.append(';');
            }
        }
        return folded(words);
    }

    private static StringBuilder addWord(StringBuilder words) {
        return words.append(BETWEEN);
    }

    private static void addResult(StringBuilder words, MethodResult result) {
        addWord(words)
                .append(keyword(result.method()))
                .append('=')
                .append(keyword(result.result().text()));
        if (!result.comment().isEmpty()) {
            addWord(words).append('(');
            addEscaped(words, result.comment(), COMMENT_SPECIAL);
            words.append(')');
        }
        if (!result.reason().isEmpty()) {
            addWord(words).append("reason=");
            addToken(words, result.reason());
        }
        for (int i = 0; i < result.properties().size(); i++) {
            Property property = result.properties().get(i);
            addWord(words)
                    .append(keyword(property.type()))
                    .append('.')
                    .append(keyword(property.name()))
                    .append('=');
            addValue(words, property.value());
        }
    }

    /** Spaces between words, and folds where lines would get too long. */
    private static String folded(StringBuilder words) {
        if (words.length() <= MAX_LINE) {
            for (int i = 0; i < words.length(); i++) {
                if (words.charAt(i) == BETWEEN) {
                    words.setCharAt(i, ' ');
                }
            }
            return words.toString();
        }
        StringBuilder lines = new StringBuilder();
        int lineLength = 0;
        for (String word : words.toString().split(String.valueOf(BETWEEN), -1)) {
            if (lineLength + 1 + word.length() > MAX_LINE) {
                lines.append("\n\t");
                lineLength = 0;
            } else if (lineLength > 0) {
                lines.append(' ');
            }
            lines.append(word);
            lineLength += 1 + word.length();
        }
        return lines.toString();
    }

    /** pvalue: an address may stand without quotes if its parts may. */
    private static void addValue(StringBuilder words, String text) {
        int at = text.indexOf('@');
        if (text.length() <= MAX_VALUE
                && at >= 0
                && isToken(text, at + 1, text.length())
                && (at == 0 || isToken(text, 0, at))) {
            words.append(text);
        } else {
            addToken(words, text);
        }
    }

    private static void addToken(StringBuilder words, String text) {
        String told = text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE) + "...";
        if (isToken(told, 0, told.length())) {
            words.append(told);
        } else {
            words.append('"');
            addEscaped(words, told, QUOTE_SPECIAL);
            words.append('"');
        }
    }

    private static boolean isToken(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!TOKEN.has(text.charAt(i))) {
                return false;
            }
        }
        return end > start;
    }

    private static String keyword(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!AuthenticationResultsParser.KEYWORD.has(word.charAt(i))) {
                throw notKeyword(word);
            }
        }
        if (word.isEmpty()) {
            throw notKeyword(word);
        }
        return word;
    }

    private static IllegalArgumentException notKeyword(String word) {
        return new IllegalArgumentException("not a keyword of " + word.length() + " characters");
    }

    private static void addEscaped(StringBuilder words, String text, CharacterClass needBackslash) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (needBackslash.has(c)) {
                words.append('\\');
            }
            words.append(Printable.is(c) ? c : '?');
        }
    }
}
