package org.dmarcmilter.http;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the daemon counts, in Prometheus' terms. Safe from any thread, and cheap enough for each message. */
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();

    /**
     * Shows a number that only grows and that is counted here, in pieces told apart by two labels.
     *
     * @return counts one; takes the values of the labels
     */
    public BiConsumer<String, String> counter(String name, String help, String first, String second) {
        Counter counter = Counter.builder()
                .name(name)
                .help(help)
                .labelNames(first, second)
                .register(registry);
        Map<String, Map<String, CounterDataPoint>> cells = new ConcurrentHashMap<>();
        return (one, other) -> {
            Map<String, CounterDataPoint> row = cells.computeIfAbsent(one, value -> new ConcurrentHashMap<>());
            @Nullable CounterDataPoint cell = row.get(other);
            (cell == null ? row.computeIfAbsent(other, value -> counter.labelValues(one, value)) : cell).inc();
        };
    }

    /** Shows a number that only grows and that somebody else counts. */
    public void counter(String name, String help, LongSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    /** Shows a number that goes up and down. */
    public void gauge(String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call((double) value.getAsLong()))
                .register(registry);
    }

    /** All of it in the Prometheus text format. */
    public String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
