package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.StoreStatus;
import org.dmarcmilter.worker.StatusFields;

/** {@code status}: what the store holds, and how far it is. */
final class StatusVerb implements Verb {
    @Override
    public String usage() {
        return """
                usage: dmarc-milter report status [--json]

                Prints how far the journal was read, which periods are open, and how many reports wait, were sent or were not.
                  --json            for programs
                Exit code: 0; 64 wrong usage; 69 the store cannot be used; 75 a run has it; 78 configuration.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of("--json");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        try (OpenStore open = OpenStore.patiently(call)) {
            Instant now = call.clock().instant();
            StoreStatus status = open.store().status(now);
            call.print(call.words().has("--json") ? json(status, now) : text(status, now));
        }
        return ExitCode.OK;
    }

    static String text(StoreStatus status, Instant now) {
        StringBuilder out = new StringBuilder();
        Table nodes = new Table("journal", "read up to", "behind", "state");
        for (StoreStatus.Node node : status.nodes()) {
            nodes.row(node.name(), Shown.time(node.watermark()), Shown.ago(node.watermark(), now), node.state());
        }
        Table periods = new Table("period", "hours", "messages", "late", "state");
        for (StoreStatus.Period period : status.periods()) {
            periods.row(
                    Shown.time(period.begin()),
                    String.valueOf(period.seconds() / 3600),
                    Shown.number(period.messages()),
                    Shown.number(period.late()),
                    period.state());
        }
        out.append(nodes.isEmpty() ? "no journal was read yet\n" : nodes.text()).append('\n');
        out.append(periods.isEmpty() ? "no message is counted\n" : periods.text())
                .append('\n');
        Table reports = new Table("reports", "number");
        status.reports().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> reports.row(entry.getKey().word(), Shown.number(entry.getValue())));
        Table deliveries = new Table("deliveries", "cause", "number");
        for (StoreStatus.Outcome outcome : status.deliveries()) {
            deliveries.row(outcome.state().word(), outcome.cause(), Shown.number(outcome.number()));
        }
        out.append(reports.isEmpty() ? "no report was prepared yet\n" : reports.text())
                .append('\n');
        out.append(deliveries.isEmpty() ? "" : deliveries.text() + "\n");
        out.append(String.format(
                Locale.ROOT,
                "%s waiting%s, %s sent again, %s addresses suppressed, store %s (H2)\n",
                Shown.number(status.waiting()),
                status.oldestWaiting()
                        .map(oldest -> ", the oldest since " + Shown.ago(oldest, now))
                        .orElse(""),
                Shown.number(status.resent()),
                Shown.number(status.suppressed()),
                Shown.size(status.octets())));
        return out.toString();
    }

    private static String json(StoreStatus status, Instant now) throws IOException {
        return JsonLines.object(json -> {
            json.writeArrayFieldStart("nodes");
            for (StoreStatus.Node node : status.nodes()) {
                json.writeStartObject();
                json.writeStringField("node", node.name());
                json.writeNumberField("watermark", node.watermark().getEpochSecond());
                json.writeNumberField(
                        "lag_seconds", Duration.between(node.watermark(), now).toSeconds());
                json.writeStringField("state", node.state());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("periods");
            for (StoreStatus.Period period : status.periods()) {
                json.writeStartObject();
                json.writeNumberField("begin", period.begin().getEpochSecond());
                json.writeNumberField("seconds", period.seconds());
                json.writeStringField("state", period.state());
                json.writeNumberField("messages", period.messages());
                json.writeNumberField("late", period.late());
                json.writeEndObject();
            }
            json.writeEndArray();
            StatusFields.write(json, status);
        });
    }
}
