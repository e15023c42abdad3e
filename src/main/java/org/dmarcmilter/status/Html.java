package org.dmarcmilter.status;

/**
 * HTML being written. Text comes in through {@link #text} and {@link #element} only, which leave no character that is markup, so
 * whatever anybody calls a domain is text.
 */
final class Html {
    private final StringBuilder out = new StringBuilder(32_768);

    /** The names are ours. */
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> safe.append(Character.isISOControl(c) && c != '\n' ? '\uFFFD' : c);
            }
        }
        return safe.toString();
    }

    /** Markup of ours, as it stands. */
    Html markup(String constant) {
        out.append(constant);
        return this;
    }

    /** Text of anybody's. */
    Html text(String text) {
        out.append(escaped(text));
        return this;
    }

    /** An element that holds text. */
    Html element(String name, String text) {
        return markup("<" + name + ">").text(text).markup("</" + name.split(" ", 2)[0] + ">");
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
