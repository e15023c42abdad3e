package org.dmarcmilter.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/** What the daemon counts, in Prometheus' terms. Safe from any thread, and cheap enough for each message. */
public final class Metrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Counter messages = Counter.builder()
            .name("dmarc_milter_messages_total")
            .help("Messages judged, by DMARC result and by what was done")
            .labelNames("result", "action")
            .register(registry);

    /**
     * Counts one message.
     *
     * @param result the word of the Authentication-Results field
     * @param action accept, reject, quarantine or tempfail
     */
    public void countMessage(String result, String action) {
        messages.labelValues(result, action).inc();
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
