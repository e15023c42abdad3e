package org.dmarcmilter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.dmarcmilter.metrics.Family;
import org.dmarcmilter.metrics.Family.Kind;
import org.dmarcmilter.metrics.Histogram;
import org.junit.jupiter.api.Test;

class ExpositionTest {
    @Test
    void writesEachKind() {
        Histogram histogram = Histogram.ofMicros(1_000, 10_000);
        histogram.count(500_000);
        histogram.count(2_000_000_000);
        assertEquals(
                """
                # HELP a_total Things
                # TYPE a_total counter
                a_total{kind="\\"quoted\\" \\\\ \\n line"} 3.0
                # HELP b Now
                # TYPE b gauge
                b 1.5
                # HELP c_info Who
                # TYPE c_info gauge
                c_info{version="1.0"} 1
                # HELP d_seconds How long
                # TYPE d_seconds histogram
                d_seconds_bucket{le="0.001"} 1
                d_seconds_bucket{le="0.01"} 1
                d_seconds_bucket{le="+Inf"} 2
                d_seconds_count 2
                d_seconds_sum 2.0005
                """,
                Exposition.text(List.of(
                        family(
                                "d_seconds",
                                Kind.HISTOGRAM,
                                "How long",
                                List.of(),
                                new Family.Durations(List.of(), histogram.counted())),
                        family("c_info", Kind.INFO, "Who", List.of("version"), new Family.Value(List.of("1.0"), 1)),
                        family("b", Kind.GAUGE, "Now", List.of(), new Family.Value(List.of(), 1.5)),
                        family(
                                "a_total",
                                Kind.COUNTER,
                                "Things",
                                List.of("kind"),
                                new Family.Value(List.of("\"quoted\" \\ \n line"), 3)))));
    }

    private static Family family(String name, Kind kind, String help, List<String> labels, Family.Sample sample) {
        return new Family(name, kind, help, labels, List.of(sample));
    }
}
