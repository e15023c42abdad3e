package org.dmarcmilter.authres;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.authres.AuthenticationResults.MethodResult;
import org.dmarcmilter.authres.AuthenticationResults.Property;
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

    private AuthenticationResultsWriter() {}

    /**
     * The field's value, without leading space and line end. Folds, if any, are a line feed and a tab.
     *
     * @throws IllegalArgumentException if a method, result, property type or name is not a keyword: those are ours, not the
     *     sender's
     */
    public static String write(AuthenticationResults field) {
        List<String> words = new ArrayList<>();
        words.add(token(field.authservId()) + ";");
        if (field.results().isEmpty()) {
            words.add("none");
        }
        int left = field.results().size();
        for (MethodResult result : field.results()) {
            addWords(words, result);
            if (--left > 0) {
                words.add(words.remove(words.size() - 1) + ";");
            }
        }
        return folded(words);
    }

    private static void addWords(List<String> words, MethodResult result) {
        words.add(keyword(result.method()) + "=" + keyword(result.result().text()));
        if (!result.comment().isEmpty()) {
            words.add("(" + escaped(result.comment(), "()\\") + ")");
        }
        if (!result.reason().isEmpty()) {
            words.add("reason=" + token(result.reason()));
        }
        for (Property property : result.properties()) {
            words.add(keyword(property.type()) + "." + keyword(property.name()) + "=" + value(property.value()));
        }
    }

    private static String folded(List<String> words) {
        String line = String.join(" ", words);
        if (line.length() <= MAX_LINE) {
            return line;
        }
        StringBuilder lines = new StringBuilder();
        int lineLength = 0;
        for (String word : words) {
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
    private static String value(String text) {
        int at = text.indexOf('@');
        return text.length() <= MAX_VALUE
                        && at >= 0
                        && isToken(text.substring(at + 1))
                        && (at == 0 || isToken(text.substring(0, at)))
                ? text
                : token(text);
    }

    private static String token(String text) {
        String told = text.length() <= MAX_VALUE ? text : text.substring(0, MAX_VALUE) + "...";
        return isToken(told) ? told : '"' + escaped(told, "\"\\") + '"';
    }

    /** RFC 2045, section 5.1. */
    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7F || "()<>@,;:\\\"/[]?=".indexOf(c) >= 0) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static String keyword(String word) {
        if (word.isEmpty() || !word.chars().allMatch(AuthenticationResultsParser::isKeywordText)) {
            throw new IllegalArgumentException("not a keyword of " + word.length() + " characters");
        }
        return word;
    }

    private static String escaped(String text, String needBackslash) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (needBackslash.indexOf(c) >= 0) {
                escaped.append('\\');
            }
            escaped.append(Printable.is(c) ? c : '?');
        }
        return escaped.toString();
    }
}
