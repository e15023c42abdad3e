package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.Delivery;
import org.dmarcmilter.store.ReportFilter;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoredReport;

/** {@code list}: reports with what became of them. */
final class ListVerb implements Verb {
    private static final int LIMIT = 100;

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report list [--domain DOMAIN] [--state STATE] [--since DAY] [--limit N] [--json]

                Prints reports, the newest first: a line for each address that one goes to, or one with the cause if there is none.
                  --domain DOMAIN   only about this policy domain
                  --state STATE     only due, open, done or void
                  --since DAY       only about this day (2026-11-27) or later
                  --limit N         so many reports at most; default: 100
                  --json            for programs, one report a line
                Exit code: 0; 64 wrong usage; 69 the store cannot be used; 75 a run has it; 78 configuration.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of("--json");
    }

    @Override
    public List<String> valued() {
        return List.of("--domain", "--state", "--since", "--limit");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        Words words = call.words();
        words.noOperands();
        ReportFilter filter = new ReportFilter(
                words.domain("--domain"),
                state(words),
                words.day("--since"),
                words.number("--limit").orElse(LIMIT));
        try (OpenStore open = OpenStore.patiently(call)) {
            Store store = open.store();
            List<StoredReport> reports = store.reports().list(filter);
            if (words.has("--json")) {
                for (StoredReport report : reports) {
                    call.print(json(report, store.deliveries().of(report)));
                }
            } else {
                call.print(text(reports, store));
            }
        }
        return ExitCode.OK;
    }

    private static Optional<StoredReport.State> state(Words words) throws UsageException {
        Optional<String> word = words.value("--state");
        for (StoredReport.State state : StoredReport.State.values()) {
            if (word.equals(Optional.of(state.word()))) {
                return Optional.of(state);
            }
        }
        if (word.isPresent()) {
            throw new UsageException("--state takes due, open, done or void");
        }
        return Optional.empty();
    }

    private static String text(List<StoredReport> reports, Store store) throws IOException {
        Table table = new Table("report", "domain", "period", "messages", "state", "to", "outcome", "tries");
        for (StoredReport report : reports) {
            List<Delivery> deliveries = store.deliveries().of(report);
            if (deliveries.isEmpty()) {
                row(table, report, "-", report.cause(), "");
            }
            for (Delivery delivery : deliveries) {
                row(table, report, delivery.address(), outcome(delivery), String.valueOf(delivery.attempt()));
            }
        }
        return table.isEmpty() ? "no reports\n" : table.text();
    }

    private static void row(Table table, StoredReport report, String to, String outcome, String tries) {
        table.row(
                report.identity().reportId(),
                report.policy().domain().ascii(),
                Shown.time(report.identity().begin()).substring(0, 10),
                Shown.number(report.messages()),
                report.state().word(),
                to,
                outcome,
                tries);
    }

    static String outcome(Delivery delivery) {
        return delivery.state().word()
                + (delivery.cause().isEmpty() ? "" : " (" + delivery.cause() + ")")
                + (delivery.resent() > 0 ? ", sent again" : "");
    }

    static String json(StoredReport report, List<Delivery> deliveries) throws IOException {
        return JsonLines.object(json -> {
            json.writeStringField("report_id", report.identity().reportId());
            json.writeStringField("domain", report.policy().domain().ascii());
            json.writeNumberField("begin", report.identity().begin().getEpochSecond());
            json.writeNumberField("end", report.identity().end().getEpochSecond());
            json.writeStringField("format", report.identity().format().name().toLowerCase(Locale.ROOT));
            json.writeNumberField("part", report.part());
            json.writeNumberField("parts", report.parts());
            json.writeNumberField("rows", report.rows());
            json.writeNumberField("messages", report.messages());
            json.writeStringField("state", report.state().word());
            json.writeStringField("cause", report.cause());
            json.writeNumberField("due", report.due().getEpochSecond());
            json.writeNumberField("expires", report.expires().getEpochSecond());
            json.writeArrayFieldStart("deliveries");
            for (Delivery delivery : deliveries) {
                json.writeStartObject();
                json.writeStringField("address", delivery.address());
                json.writeStringField("state", delivery.state().word());
                json.writeStringField("cause", delivery.cause());
                json.writeNumberField("attempts", delivery.attempt());
                json.writeNumberField("resent", delivery.resent());
                json.writeNumberField("next", delivery.next().getEpochSecond());
                json.writeNumberField("size", delivery.size());
                json.writeStringField("reply", delivery.reply());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }
}
