package org.dmarcmilter.status;

import java.util.List;
import java.util.Locale;

/**
 * Messages over time as an SVG picture: a bar for each part of the time, in it the results one above the other. All that it shows is said in
 * words too: whoever does not see it has the title and the description, and the table below it.
 */
final class Plot {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 160;

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
        double scale = (double) HEIGHT / highest(parts);
        double width = (double) WIDTH / parts.size();
        for (int i = 0; i < parts.size(); i++) {
            double top = HEIGHT;
            for (Layer layer : Layer.values()) {
                double height = layer.of(parts.get(i)) * scale;
                if (height > 0) {
                    top -= height;
                    to.markup(String.format(
                            Locale.ROOT,
                            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                            layer.style(),
                            i * width,
                            top,
                            width * 0.9,
                            height));
                }
            }
        }
        to.markup("</svg>");
    }
}
