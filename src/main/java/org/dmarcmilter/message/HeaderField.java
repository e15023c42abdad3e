package org.dmarcmilter.message;

import org.dmarcmilter.text.TagList;

/**
 * One header field as the MTA delivered it (RFC 5322, section 2.2).
 *
 * <p>Both texts hold <b>one character per octet</b> (ISO 8859-1), so that nothing is lost and nothing is guessed;
 * who needs UTF-8 decodes the part in question. Folds are kept as they came: LF or CRLF and white space.
 *
 * @param name the field name without colon and without the white space that may stand before the colon
 * @param space what stood behind the colon and is none of the value: one space or nothing. Only who checks a signature reads it: a signature
 *     may cover each octet. A space where nobody can tell
 * @param value what follows
 */
public record HeaderField(String name, String space, String value) {
    private static final String SPACE = " ";

    /** As nearly everybody writes a field: with a space. */
    public HeaderField(String name, String value) {
        this(name, SPACE, value);
    }

    public HeaderField {
        // RFC 5322, section 4.5: white space may stand before the colon. Other controls are part of the name, and make
        // it none.
        name = TagList.trim(name);
    }

    /** Whether this field has the given name; names compare without case. */
    public boolean is(String otherName) {
        // Nearly all write it as we do, and that is seen much faster.
        return name.length() == otherName.length() && (name.equals(otherName) || name.equalsIgnoreCase(otherName));
    }
}
