package org.dmarcmilter.documents;

import java.util.List;
import java.util.Locale;

/**
 * Figures as horizontal bars, in groups, as an SVG picture that can be read on a light and on a dark ground.
 *
 * @param title what it shows
 * @param description the same for who does not see it
 */
record BarChart(String title, String description, List<Group> groups) {
    private static final int WIDTH = 860;
    private static final int LABELS = 250;
    private static final int NUMBERS = 70;
    private static final int BAR = 16;
    private static final int STEP = 22;
    private static final int GROUP_GAP = 14;
    private static final int TOP = 40;

    /** Bars that belong together, below one name. */
    record Group(String name, List<Bar> bars) {}

    /**
     * One figure.
     *
     * @param style one of the classes {@code ours}, {@code other}, {@code more}
     * @param shown as it stands in the table
     */
    record Bar(String label, String style, String shown) {
        double value() {
            return Double.parseDouble(shown.replace(",", ""));
        }
    }

    String svg() {
        double most = groups.stream()
                .flatMap(group -> group.bars().stream())
                .mapToDouble(Bar::value)
                .max()
                .orElseThrow();
        StringBuilder drawn = new StringBuilder();
        int y = TOP;
        for (Group group : groups) {
            drawn.append(String.format(
                    Locale.ROOT, "  <text class=\"bold\" x=\"10\" y=\"%d\">%s</text>%n", y + 13, group.name()));
            y += STEP;
            for (Bar bar : group.bars()) {
                double width = Math.max(1, bar.value() / most * (WIDTH - LABELS - NUMBERS));
                drawn.append(String.format(
                        Locale.ROOT,
                        """
                          <text class="small" x="%1$d" y="%2$d" text-anchor="end">%3$s</text>
                          <rect class="%4$s" x="%5$d" y="%6$d" width="%7$.1f" height="%8$d"/>
                          <text class="small" x="%9$.1f" y="%2$d">%10$s</text>
                        """,
                        LABELS - 8,
                        y + 13,
                        bar.label(),
                        bar.style(),
                        LABELS,
                        y,
                        width,
                        BAR,
                        LABELS + width + 6,
                        bar.shown()));
                y += STEP;
            }
            y += GROUP_GAP;
        }
        return String.format(Locale.ROOT, """
                        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img" \
                        aria-labelledby="title what" font-family="system-ui, sans-serif" font-size="14">
                          <title id="title">%3$s</title>
                          <desc id="what">%4$s</desc>
                          <style>
                            .ours { fill: #1d4ed8 } .other { fill: #c2410c } .more { fill: #57606a }
                            text { fill: #1f2328 } .small { font-size: 12px; fill: #57606a } .bold { font-weight: 600 }
                            @media (prefers-color-scheme: dark) {
                              .ours { fill: #6ea8fe } .other { fill: #fb923c } .more { fill: #9da7b3 }
                              text { fill: #e6edf3 } .small { fill: #9da7b3 }
                            }
                          </style>
                          <text class="bold" x="10" y="20">%3$s</text>
                        """, WIDTH, y, title, description) + drawn + "</svg>\n";
    }
}
