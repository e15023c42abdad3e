package org.dmarcmilter.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.dmarcmilter.metrics.Family;
import org.dmarcmilter.metrics.Histogram;

/**
 * What was counted, in Prometheus' text format (version 0.0.4): two lines that say what a family is, and a line for each of its numbers.
 * Written by hand, as the program must take no more memory for being watched.
 */
public final class Exposition {
    /** What the answer says it is. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder out = new StringBuilder(16_384);

    private Exposition() {}

    /** Writes all of it, sorted by name. */
    public static String text(List<Family> families) {
        List<Family> sorted = new ArrayList<>(families);
        sorted.sort(Comparator.comparing(Family::name));
        Exposition exposition = new Exposition();
        for (Family family : sorted) {
            exposition.write(family);
        }
        return exposition.out.toString();
    }

    /** A family without numbers is left out, as one that nobody asked about. */
    private void write(Family family) {
        if (family.samples().isEmpty()) {
            return;
        }
        out.append("# HELP ").append(family.name()).append(' ');
        escape(family.help(), false);
        out.append("\n# TYPE ")
                .append(family.name())
                .append(' ')
                .append(type(family.kind()))
                .append('\n');
        for (Family.Sample sample : family.samples()) {
            if (sample instanceof Family.Durations durations) {
                histogram(family, durations);
            } else if (sample instanceof Family.Value number) {
                begin(family, "", sample, "");
                if (family.kind() == Family.Kind.INFO) {
                    out.append("1\n");
                } else {
                    out.append(number.value()).append('\n');
                }
            }
        }
    }

    /** This version of the format has no word for a family that only says something. */
    private static String type(Family.Kind kind) {
        return kind == Family.Kind.INFO ? "gauge" : kind.name().toLowerCase(Locale.ROOT);
    }

    private void histogram(Family family, Family.Durations durations) {
        Histogram.Counted counted = durations.counted();
        long all = 0;
        for (int i = 0; i < counted.counts().size(); i++) {
            all += counted.counts().get(i);
            String bound = i < counted.bounds().size() ? counted.bounds().get(i).toString() : "+Inf";
            begin(family, "_bucket", durations, bound);
            out.append(all).append('\n');
        }
        begin(family, "_count", durations, "");
        out.append(all).append('\n');
        begin(family, "_sum", durations, "");
        out.append(counted.sum()).append('\n');
    }

    /** All of a line up to its number; the labels are sorted, too. */
    private void begin(Family family, String end, Family.Sample sample, String bound) {
        out.append(family.name()).append(end);
        Map<String, String> labels = new TreeMap<>();
        for (int i = 0; i < family.labels().size(); i++) {
            labels.put(family.labels().get(i), sample.labels().get(i));
        }
        char mark = '{';
        for (Map.Entry<String, String> label : labels.entrySet()) {
            mark = label(mark, label.getKey(), label.getValue());
        }
        if (!bound.isEmpty()) {
            mark = label(mark, "le", bound);
        }
        out.append(mark == '{' ? " " : "} ");
    }

    private char label(char mark, String name, String value) {
        out.append(mark).append(name).append("=\"");
        escape(value, true);
        out.append('"');
        return ',';
    }

    private void escape(String text, boolean quoted) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '"' -> out.append(quoted ? "\\\"" : "\"");
                default -> out.append(c);
            }
        }
    }
}
