package org.dmarcmilter.config;

import java.util.List;

/**
 * What may be written as the value of an option, as far as one value can tell.
 *
 * @param type how the value is read
 * @param least the smallest number
 * @param most the greatest number
 * @param words those of which the value must be one, without case; empty for all other values
 * @param remedy what to write instead of something else
 */
record Form(Option.Type type, int least, int most, List<String> words, String remedy) {
    private static final int ANY = Integer.MAX_VALUE;

    static final Form TEXT = new Form(Option.Type.STRING, 0, ANY, List.of(), "write a text");
    static final Form FLAG = new Form(Option.Type.BOOLEAN, 0, ANY, List.of(), "write true or false");
    static final Form LIST = new Form(Option.Type.LIST, 0, ANY, List.of(), "the list has no items");
    static final Form NUMBER = number(0, ANY, "write a whole number, 0 or greater");

    static Form number(int least, int most, String remedy) {
        return new Form(Option.Type.INTEGER, least, most, List.of(), remedy);
    }

    static Form atLeast(int least) {
        return number(least, ANY, "write " + least + " or more");
    }

    static Form oneOf(String... words) {
        return new Form(Option.Type.STRING, 0, ANY, List.of(words), "write one of " + String.join(", ", words));
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
