package org.dmarcmilter.status;

import java.util.List;
import java.util.Locale;

/**
 * Messages over time as an SVG picture: a bar for each part of the time, in it the results one above the other. All that it shows is said in
 * words too: whoever does not see it has the title and the description, and the table below it.
 */
final class Plot {
    /** A multiple of the numbers of parts, 60 and 96; how large it is shown is for the style sheet to say. */
    private static final int WIDTH = 960;

    private static final int HEIGHT = 1_600;

    /** Between two bars. */
    private static final int GAP = 1;

    /** What is shown in one colour, from the bottom up. */
    enum Layer {
        PASS("pass"),
        NONE("none"),
        FAIL("fail"),
        OPEN("temperror or permerror"),
        UNEVALUATED("unevaluated");

        private final String words;

        Layer(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        /** The class in the style sheet. */
        String style() {
            return "layer-" + name().toLowerCase(Locale.ROOT);
        }

        long of(Amounts amounts) {
            return switch (this) {
                case PASS -> amounts.of(Measure.PASS);
                case NONE -> amounts.of(Measure.NONE);
                case FAIL -> amounts.of(Measure.FAIL);
                case OPEN -> amounts.of(Measure.TEMPERROR) + amounts.of(Measure.PERMERROR);
                case UNEVALUATED -> amounts.of(Measure.UNEVALUATED);
            };
        }
    }

    private Plot() {}

    /** The highest bar; at least 1. */
    static long highest(List<Amounts> parts) {
        return Math.max(1, parts.stream().mapToLong(Amounts::messages).max().orElse(0));
    }

    /**
     * Draws it.
     *
     * @param id begins the names of its elements
     * @param title what it shows
     * @param description the same in numbers
     */
    static void draw(Html to, String id, String title, String description, List<Amounts> parts) {
        to.markup("<svg class=\"plot\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT
                        + "\" preserveAspectRatio=\"none\" role=\"img\"" + " aria-labelledby=\"" + id + "-title " + id
                        + "-desc\"><title id=\"" + id + "-title\">")
                .text(title)
                .markup("</title><desc id=\"" + id + "-desc\">")
                .text(description)
                .markup("</desc>");
        int width = WIDTH / parts.size();
        long highest = highest(parts);
        for (int i = 0; i < parts.size(); i++) {
            long below = 0;
            for (Layer layer : Layer.values()) {
                long number = layer.of(parts.get(i));
                if (number > 0) {
                    int bottom = height(below, highest);
                    below += number;
                    int top = height(below, highest);
                    to.markup("<rect class=\"" + layer.style() + "\" x=\"" + i * width + "\" y=\"" + (HEIGHT - top)
                            + "\" width=\"" + (width - GAP) + "\" height=\"" + (top - bottom) + "\"/>");
                }
            }
        }
        to.markup("</svg>");
    }

    private static int height(long number, long highest) {
        return (int) Math.round((double) HEIGHT * number / highest);
    }
}
