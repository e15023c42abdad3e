package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.worker.Budget;

/** {@code resend REPORTID}: again, with the same identifiers. */
final class ResendVerb implements Verb {
    @Override
    public String usage() {
        return """
                usage: dmarc-milter report resend REPORTID [--to ADDRESS]

                Sends a report again, with the same identifiers, so that who has it already can drop it.
                  --to ADDRESS      only to this one of its addresses
                Exit code: 0; 64 wrong usage; 66 there is no such report, or no such address; 69 the store cannot be used;
                75 a run has it; 78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--to");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        String id = call.words().operand("REPORTID");
        try (OpenStore open = OpenStore.patiently(call)) {
            Optional<StoredReport> report = open.report(id, call);
            if (report.isEmpty()) {
                return ExitCode.NO_INPUT;
            }
            int waiting = open.store()
                    .deliveries()
                    .again(
                            report.get(),
                            call.words().value("--to"),
                            call.clock().instant());
            if (waiting == 0) {
                call.terminal().err().println("dmarc-milter report resend: it went to no such address yet");
                return ExitCode.NO_INPUT;
            }
            open.run().deliver(report.get(), Budget.unlimited());
            open.tell(report.get(), call);
            return ExitCode.OK;
        }
    }
}
