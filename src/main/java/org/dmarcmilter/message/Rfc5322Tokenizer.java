package org.dmarcmilter.message;

import org.dmarcmilter.text.Printable;

/**
 * Walks once, from left to right, over the body of a structured header field (RFC 5322, section 3.2): white space, folds,
 * comments, quoted strings, domain literals, atoms and specials.
 *
 * <p>The text holds one character per octet. Octets from 128 up are taken wherever text may stand (RFC 6532). A line end
 * counts as white space only where it folds, that is before a space or a tab, or at the very end; elsewhere it is a control
 * character like any other. Nesting of comments costs no stack.
 */
public final class Rfc5322Tokenizer {
    /** What {@link #current()} says at the end; no octet has this value. */
    public static final char END = '\uFFFF';

    private static final String COMMENT = "comment";
    private static final String SPECIALS = "()<>[]:;@\\,.\"";

    private static final CharacterClass SPECIAL = CharacterClass.of(c -> SPECIALS.indexOf(c) >= 0);
    private static final CharacterClass ATOM_TEXT = CharacterClass.of(Rfc5322Tokenizer::isAtomText);
    private static final CharacterClass ENCODED_TEXT =
            CharacterClass.of(c -> isAtomText(c) || c == '.' || c == ',' || c == ' ');

    /** What stands for itself inside of a comment or a quoted string. */
    private static final CharacterClass PLAIN_CONTENT = CharacterClass.of(c -> "()\"\\\r\n".indexOf(c) < 0);

    private final String text;
    private int position;
    /** How far an encoded-word may reach, and the last {@code ?=} before that; looked for once in each stretch of text. */
    private int encodedTextEnd;

    private int lastEncodedMark;

    public Rfc5322Tokenizer(String text) {
        this.text = text;
    }

    /** Goes back to where it was before, after a look ahead. */
    public void backTo(int position) {
        this.position = position;
        encodedTextEnd = 0;
    }

    /** The kinds of {@link Token}. */
    public enum Kind {
        ATOM,
        QUOTED_STRING,
        DOMAIN_LITERAL,
        /** One character of {@code <>:;@\,.} or an unpaired {@code )} or {@code ]}. */
        SPECIAL,
        END
    }

    /**
     * One lexical token; comments and white space are none.
     *
     * @param kind what it is
     * @param text atom, special: as written; quoted string: its content; domain literal: with brackets
     * @param spaced whether white space or a comment stands before it
     */
    public record Token(Kind kind, String text, boolean spaced) {
        /** Whether this is that special character. */
        public boolean is(char special) {
            return kind == Kind.SPECIAL && text.charAt(0) == special;
        }
    }

    private static final Token AT_END = new Token(Kind.END, "", false);
    private static final Token SPACED_END = new Token(Kind.END, "", true);
    private static final Token[] PLAIN_SPECIALS = specials(false);
    private static final Token[] SPACED_SPECIALS = specials(true);

    private static Token[] specials(boolean spaced) {
        Token[] tokens = new Token[SPECIALS.length()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = new Token(Kind.SPECIAL, SPECIALS.substring(i, i + 1), spaced);
        }
        return tokens;
    }

    /** The next token of an address field, past any white space and comments. */
    public Token next() throws FieldSyntaxException {
        boolean spaced = skipCfws();
        char c = current();
        if (c == END) {
            return spaced ? SPACED_END : AT_END;
        }
        if (c == '"') {
            return new Token(Kind.QUOTED_STRING, quotedString(), spaced);
        }
        if (c == '[') {
            return new Token(Kind.DOMAIN_LITERAL, domainLiteral(), spaced);
        }
        if (SPECIAL.has(c)) {
            position++;
            return (spaced ? SPACED_SPECIALS : PLAIN_SPECIALS)[SPECIALS.indexOf(c)];
        }
        String atom = c == '=' ? encodedWord() : "";
        if (atom.isEmpty()) {
            atom = run(ATOM_TEXT);
        }
        if (atom.isEmpty()) {
            throw new FieldSyntaxException("control character " + Printable.named(String.valueOf(c), 1));
        }
        return new Token(Kind.ATOM, atom, spaced);
    }

    /**
     * Takes the encoded-word that begins here; empty if none does. As mail programs do, it reads on over dots, commas and spaces in it
     * (RFC 2047, section 5, forbids them); never over what could be an address or end a name.
     */
    private String encodedWord() {
        if (encodedTextEnd <= position) {
            encodedTextEnd = position;
            while (encodedTextEnd < text.length() && ENCODED_TEXT.has(text.charAt(encodedTextEnd))) {
                encodedTextEnd++;
            }
            lastEncodedMark = text.lastIndexOf("?=", encodedTextEnd - 2);
        }
        int end = EncodedWords.endAt(text, position, lastEncodedMark);
        String word = text.substring(position, Math.max(position, end));
        position += word.length();
        return word;
    }

    /** The character here, or {@link #END}. */
    public char current() {
        return position < text.length() ? text.charAt(position) : END;
    }

    public boolean atEnd() {
        return position >= text.length();
    }

    /** How many characters lie behind. */
    public int position() {
        return position;
    }

    /** Takes the character here. */
    public char take() {
        return text.charAt(position++);
    }

    /** Takes the character here, which stands outside comments; one that would end a comment is the rest of somebody else's. */
    public char takeText() throws FieldSyntaxException {
        if (current() == ')') {
            throw new FieldSyntaxException("parenthesis that closes nothing");
        }
        return take();
    }

    /** Takes the character here if it is this one. */
    public boolean skip(char expected) {
        if (current() != expected) {
            return false;
        }
        position++;
        return true;
    }

    /** The longest text from here whose characters all belong to the class; may be empty. */
    public String run(CharacterClass belongs) {
        int start = position;
        skipRun(belongs);
        return text.substring(start, position);
    }

    /** Takes the longest text from here whose characters all belong to the class; how long it is. */
    public int skipRun(CharacterClass belongs) {
        int start = position;
        while (position < text.length() && belongs.has(text.charAt(position))) {
            position++;
        }
        return position - start;
    }

    /** As {@link #run}, for who knows most of these texts already: a known one is not made anew. */
    public String run(CharacterClass belongs, KnownWords known) {
        int start = position;
        skipRun(belongs);
        return known.word(text, start, position);
    }

    /** Whether white space, or a fold, is here. */
    public boolean atWhiteSpace() {
        return whiteSpaceAt(position) > 0;
    }

    /** Whether white space stands directly before this place. */
    public boolean afterWhiteSpace() {
        return position > 0 && isWhiteSpace(text.charAt(position - 1));
    }

    /** Skips white space and folds; says whether there was any. */
    public boolean skipWhiteSpace() {
        int start = position;
        for (int length = whiteSpaceAt(position); length > 0; length = whiteSpaceAt(position)) {
            position += length;
        }
        return position > start;
    }

    /** Skips comments, white space and folds (CFWS); says whether there were any. */
    public boolean skipCfws() throws FieldSyntaxException {
        boolean skipped = skipWhiteSpace();
        while (current() == '(') {
            skipComment();
            skipWhiteSpace();
            skipped = true;
        }
        return skipped;
    }

    private void skipComment() throws FieldSyntaxException {
        position++;
        for (int depth = 1; depth > 0; ) {
            char c = contentCharacter(COMMENT);
            if (c == '\\') {
                contentCharacter(COMMENT);
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
        }
    }

    /** Takes the comment that begins here; its text has no outer parentheses, no folds and no quoting backslashes. */
    public String comment() throws FieldSyntaxException {
        return comment(KnownWords.NONE);
    }

    /** As {@link #comment()}, for who knows most of these texts already: a known one is not made anew. */
    public String comment(KnownWords known) throws FieldSyntaxException {
        int plainEnd = plainTextEnd(position + 1);
        if (plainEnd < text.length() && text.charAt(plainEnd) == ')') {
            String content = known.word(text, position + 1, plainEnd);
            position = plainEnd + 1;
            return content;
        }
        StringBuilder content = new StringBuilder();
        position++;
        int depth = 1;
        while (true) {
            char c = contentCharacter(COMMENT);
            if (c == '\\') {
                content.append(contentCharacter(COMMENT));
                continue;
            }
            if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return content.toString();
            }
            content.append(c);
        }
    }

    /** Takes the quoted string that begins here; its text has no outer quotes, no folds and no quoting backslashes. */
    public String quotedString() throws FieldSyntaxException {
        int plainEnd = plainTextEnd(position + 1);
        if (plainEnd < text.length() && text.charAt(plainEnd) == '"') {
            String content = text.substring(position + 1, plainEnd);
            position = plainEnd + 1;
            return content;
        }
        StringBuilder content = new StringBuilder();
        position++;
        while (true) {
            char c = contentCharacter("quoted string");
            if (c == '"') {
                return content.toString();
            }
            content.append(c == '\\' ? contentCharacter("quoted string") : c);
        }
    }

    /** Where text ends that stands for itself inside of a comment or a quoted string. */
    private int plainTextEnd(int from) {
        int end = from;
        while (end < text.length() && PLAIN_CONTENT.has(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private String domainLiteral() throws FieldSyntaxException {
        StringBuilder content = new StringBuilder().append(take());
        while (true) {
            char c = contentCharacter("domain literal");
            if (c == '[') {
                throw new FieldSyntaxException("bracket in a domain literal");
            }
            content.append(c == '\\' ? contentCharacter("domain literal") : c);
            if (c == ']') {
                return content.toString();
            }
        }
    }

    /** Takes one character inside a delimited text, past the line end of a fold. */
    private char contentCharacter(String where) throws FieldSyntaxException {
        position += lineEndAt(position);
        if (atEnd()) {
            throw new FieldSyntaxException("unterminated " + where);
        }
        char c = take();
        if (c == '\r' || c == '\n') {
            throw new FieldSyntaxException("line end in a " + where);
        }
        return c;
    }

    private int whiteSpaceAt(int at) {
        return at < text.length() && isWhiteSpace(text.charAt(at)) ? 1 : lineEndAt(at);
    }

    /** The length of the line end here, if it folds the field or ends it; else 0. */
    private int lineEndAt(int at) {
        int end = at < text.length() && text.charAt(at) == '\r' ? at + 1 : at;
        if (end >= text.length() || text.charAt(end) != '\n') {
            return 0;
        }
        end++;
        return end == text.length() || isWhiteSpace(text.charAt(end)) ? end - at : 0;
    }

    private static boolean isWhiteSpace(char c) {
        return c == ' ' || c == '\t';
    }

    private static boolean isAtomText(int c) {
        return c > ' ' && c != 0x7F && SPECIALS.indexOf(c) < 0;
    }
}
