package org.dmarcmilter.metrics;

import java.util.List;

/**
 * One instrument and what it shows now.
 *
 * @param name as Prometheus knows it; that of a counter ends in {@code _total}
 * @param kind what the numbers do
 * @param help what it counts, for whoever reads the list
 * @param labels by which its numbers are told apart; each has few values, and no sender chooses any
 * @param samples the numbers
 */
public record Family(String name, Kind kind, String help, List<String> labels, List<Sample> samples) {
    public Family {
        labels = List.copyOf(labels);
        samples = List.copyOf(samples);
    }

    /** What the numbers of an instrument do. */
    public enum Kind {
        /** They only grow, until the program ends. */
        COUNTER,
        /** They go up and down. */
        GAUGE,
        /** Durations, counted in classes. */
        HISTOGRAM,
        /** It is 1, and the labels say something. */
        INFO
    }

    /** One number, or one histogram. */
    public sealed interface Sample {
        /** The values of the labels, in their order. */
        List<String> labels();
    }

    /** A number. */
    public record Value(List<String> labels, double value) implements Sample {
        public Value {
            labels = List.copyOf(labels);
        }
    }

    /** A histogram. */
    public record Durations(List<String> labels, Histogram.Counted counted) implements Sample {
        public Durations {
            labels = List.copyOf(labels);
        }
    }
}
