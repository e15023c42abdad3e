package org.dmarcmilter.config;

import java.util.List;

/**
 * What may be written as the value of an option, as far as one value can tell.
 *
 * @param type how the value is read
 * @param least the smallest number
 * @param most the greatest number
 * @param words those of which the value must be one, without case; empty for all other values
 * @param pattern what a text must match
 * @param remedy what to write instead of something else
 */
record Form(Option.Type type, int least, int most, List<String> words, String pattern, String remedy) {
    private static final int ANY = Integer.MAX_VALUE;

    static final Form TEXT = matching(".*", "write a text");
    static final Form FLAG = of(Option.Type.BOOLEAN, "write true or false");
    static final Form LIST = of(Option.Type.LIST, "the list has no items");
    static final Form NUMBER = number(0, ANY, "write a whole number, 0 or greater");

    private static Form of(Option.Type type, String remedy) {
        return new Form(type, 0, ANY, List.of(), "", remedy);
    }

    static Form number(int least, int most, String remedy) {
        return new Form(Option.Type.INTEGER, least, most, List.of(), "", remedy);
    }

    static Form matching(String pattern, String remedy) {
        return new Form(Option.Type.STRING, 0, ANY, List.of(), pattern, remedy);
    }

    static Form atLeast(int least) {
        return number(least, ANY, "write " + least + " or more");
    }

    static Form oneOf(String... words) {
        return new Form(Option.Type.STRING, 0, ANY, List.of(words), ".*", "write one of " + String.join(", ", words));
    }

    /** As the documents call it. */
    String shown() {
        return switch (type) {
            case STRING -> words.isEmpty() ? "text" : String.join(" or ", words);
            case BOOLEAN -> "true or false";
            case INTEGER -> "number";
            case LIST -> "list, separated by commas";
        };
    }
}
