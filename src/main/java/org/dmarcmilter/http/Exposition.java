package org.dmarcmilter.http;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.dmarcmilter.metrics.Family;
import org.dmarcmilter.metrics.Histogram;

/** What was counted, in Prometheus' text format. */
public final class Exposition {
    /** What the answer says it is. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private Exposition() {}

    /** Writes all of it; the format's writer sorts it by name. */
    public static String text(List<Family> families) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(16_384);
        try {
            PrometheusTextFormatWriter.create()
                    .write(
                            out,
                            new MetricSnapshots(
                                    families.stream().map(Exposition::snapshot).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static MetricSnapshot snapshot(Family family) {
        String name = family.name();
        return switch (family.kind()) {
            case COUNTER -> {
                CounterSnapshot.Builder counter =
                        CounterSnapshot.builder().name(without(name, "_total")).help(family.help());
                numbers(
                        family,
                        counter::dataPoint,
                        number -> CounterDataPointSnapshot.builder()
                                .labels(labels(family, number))
                                .value(number.value())
                                .build());
                yield counter.build();
            }
            case GAUGE -> {
                GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(family.help());
                numbers(
                        family,
                        gauge::dataPoint,
                        number -> GaugeDataPointSnapshot.builder()
                                .labels(labels(family, number))
                                .value(number.value())
                                .build());
                yield gauge.build();
            }
            case INFO -> {
                InfoSnapshot.Builder info =
                        InfoSnapshot.builder().name(without(name, "_info")).help(family.help());
                numbers(
                        family,
                        info::dataPoint,
                        number -> InfoDataPointSnapshot.builder()
                                .labels(labels(family, number))
                                .build());
                yield info.build();
            }
            case HISTOGRAM -> histogram(family);
        };
    }

    private static HistogramSnapshot histogram(Family family) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(family.name()).help(family.help());
        for (Family.Sample sample : family.samples()) {
            if (sample instanceof Family.Durations durations) {
                Histogram.Counted counted = durations.counted();
                List<Double> bounds = new ArrayList<>(counted.bounds());
                bounds.add(Double.POSITIVE_INFINITY);
                histogram.dataPoint(HistogramDataPointSnapshot.builder()
                        .labels(labels(family, sample))
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, counted.counts()))
                        .sum(counted.sum())
                        .build());
            }
        }
        return histogram.build();
    }

    private static <P> void numbers(Family family, Consumer<P> to, Function<Family.Value, P> point) {
        for (Family.Sample sample : family.samples()) {
            if (sample instanceof Family.Value number) {
                to.accept(point.apply(number));
            }
        }
    }

    private static Labels labels(Family family, Family.Sample sample) {
        return Labels.of(family.labels(), sample.labels());
    }

    /** The library writes what stands at the end of a name by itself. */
    private static String without(String name, String end) {
        return name.endsWith(end) ? name.substring(0, name.length() - end.length()) : name;
    }
}
