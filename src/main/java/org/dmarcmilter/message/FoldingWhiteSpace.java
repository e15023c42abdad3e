package org.dmarcmilter.message;

/** The white space of header fields: space, tab, and the CR and LF of folds (RFC 5322, section 3.2.2). */
public final class FoldingWhiteSpace {
    private FoldingWhiteSpace() {}

    /** The text without such white space around it; other controls stay. */
    public static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isOne(text.charAt(start))) {
            start++;
        }
        while (end > start && isOne(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isOne(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
    }
}
