package org.dmarcmilter.spf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.text.Printable;

/**
 * A text with macros, its syntax checked (RFC 7208, section 7.1). What it becomes for one message is the work of
 * {@link MacroExpander}.
 *
 * @param parts in order
 */
record MacroString(List<Part> parts) {
    /** Macros of every text that names something in the DNS. */
    private static final String LETTERS = "slodiphv";
    /** Macros of explanations beside those (section 7.2). */
    private static final String EXPLANATION_LETTERS = "crt";

    private static final String DELIMITERS = ".-+,/_=";
    /** More right-hand parts than any value has. */
    static final int ALL_PARTS = Integer.MAX_VALUE;

    MacroString {
        parts = List.copyOf(parts);
    }

    /** One piece: text as it stands, or a macro. */
    sealed interface Part {
        /** Text as it stands, {@code %%}, {@code %_} and {@code %-} replaced. */
        record Literal(String text) implements Part {}

        /**
         * {@code %{...}}.
         *
         * @param letter lower case
         * @param keep how many right-hand parts remain, at least 1
         * @param reversed transformer {@code r}
         * @param delimiters where the value is split; {@code .} if the record names none
         * @param escaped upper-case letter: percent-encoded for URLs
         */
        record Macro(char letter, int keep, boolean reversed, String delimiters, boolean escaped) implements Part {}
    }

    /** {@code domain-spec}: no spaces, ends in a macro or in a label that can be a top-level domain. */
    static MacroString domainSpec(String text) throws SpfSyntaxException {
        if (IpAddress.asWritten(text).isPresent()) {
            throw new SpfSyntaxException(Printable.quoted(text) + " is an address where a domain name belongs");
        }
        Reader reader = new Reader(text, LETTERS, false);
        MacroString result = reader.read();
        boolean endsInMacro = reader.literalStart == text.length() && !text.isEmpty();
        if (!endsInMacro && !endsInTopLabel(text.substring(reader.literalStart))) {
            throw new SpfSyntaxException(Printable.quoted(text) + " is no domain name");
        }
        return result;
    }

    /** {@code explain-string}: printable US-ASCII with spaces, all macro letters. */
    static MacroString explanation(String text) throws SpfSyntaxException {
        return new Reader(text, LETTERS + EXPLANATION_LETTERS, true).read();
    }

    /** {@code macro-string} of a modifier we do not know: it may be meant for people, so all letters are good. */
    static MacroString unknownModifier(String text) throws SpfSyntaxException {
        return new Reader(text, LETTERS + EXPLANATION_LETTERS, false).read();
    }

    /** Whether {@code %{p}} occurs, which takes DNS lookups to expand. */
    boolean usesValidatedName() {
        return parts.stream().anyMatch(part -> part instanceof Part.Macro macro && macro.letter() == 'p');
    }

    /** {@code "." toplabel [ "." ]} at the end of what follows the last macro. */
    private static boolean endsInTopLabel(String tail) {
        int end = tail.endsWith(".") ? tail.length() - 1 : tail.length();
        int dot = tail.lastIndexOf('.', end - 1);
        if (dot < 0 || dot + 1 == end || tail.charAt(dot + 1) == '-' || tail.charAt(end - 1) == '-') {
            return false;
        }
        boolean digitsOnly = true;
        for (int i = dot + 1; i < end; i++) {
            char c = tail.charAt(i);
            if (!isLetter(c) && !isDigit(c) && c != '-') {
                return false;
            }
            digitsOnly &= isDigit(c);
        }
        return !digitsOnly;
    }

    static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** One pass over one text. */
    private static final class Reader {
        private final String text;
        private final String letters;
        private final boolean spaces;
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder literal = new StringBuilder();
        private int position;
        /** Where the text after the last macro (or escape) begins. */
        private int literalStart;

        Reader(String text, String letters, boolean spaces) {
            this.text = text;
            this.letters = letters;
            this.spaces = spaces;
        }

        MacroString read() throws SpfSyntaxException {
            while (position < text.length()) {
                char c = text.charAt(position++);
                if (c == '%') {
                    readMacro();
                    literalStart = position;
                } else if ((c > ' ' && c <= '~') || (c == ' ' && spaces)) {
                    literal.append(c);
                } else {
                    throw new SpfSyntaxException("no printable character in " + Printable.quoted(text));
                }
            }
            endLiteral();
            return new MacroString(parts);
        }

        private void readMacro() throws SpfSyntaxException {
            switch (peek()) {
                case '%' -> literal.append('%');
                case '_' -> literal.append(' ');
                case '-' -> literal.append("%20");
                case '{' -> readBraces();
                default -> throw badMacro();
            }
            position++;
        }

        /** From the brace up to, not including, the closing one. */
        private void readBraces() throws SpfSyntaxException {
            position++;
            char letter = peek();
            char lower = Character.toLowerCase(letter);
            if (!isLetter(letter) || letters.indexOf(lower) < 0) {
                throw badMacro();
            }
            position++;
            int keep = readKeep();
            boolean reversed = peek() == 'r' || peek() == 'R';
            if (reversed) {
                position++;
            }
            int delimitersStart = position;
            while (DELIMITERS.indexOf(peek()) >= 0) {
                position++;
            }
            if (peek() != '}') {
                throw badMacro();
            }
            String delimiters = text.substring(delimitersStart, position);
            endLiteral();
            parts.add(new Part.Macro(lower, keep, reversed, delimiters.isEmpty() ? "." : delimiters, letter != lower));
        }

        private int readKeep() throws SpfSyntaxException {
            if (!isDigit(peek())) {
                return ALL_PARTS;
            }
            int keep = 0;
            for (; isDigit(peek()); position++) {
                keep = (int) Math.min(10L * keep + peek() - '0', ALL_PARTS);
            }
            if (keep == 0) {
                throw badMacro();
            }
            return keep;
        }

        private void endLiteral() {
            if (literal.length() > 0) {
                parts.add(new Part.Literal(literal.toString()));
                literal.setLength(0);
            }
        }

        /** NUL, which no macro has, at the end. */
        private char peek() {
            return position < text.length() ? text.charAt(position) : '\0';
        }

        private SpfSyntaxException badMacro() {
            return new SpfSyntaxException(
                    String.format(Locale.ROOT, "no macro at character %d of %s", position, Printable.quoted(text)));
        }
    }
}
