package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.util.List;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.store.JournalImport;
import org.dmarcmilter.worker.Budget;

/** {@code import}: the first step of a run by itself. */
final class ImportVerb implements Verb {
    @Override
    public String usage() {
        return """
                usage: dmarc-milter report import

                Reads what stands in the daemon's journal and counts it, as a run does.
                Exit code: 0; 64 wrong usage; 69 store or journal cannot be used; 75 a run has the store; 78 configuration.

                """;
    }

    @Override
    public List<String> flags() {
        return List.of();
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        try (OpenStore open = OpenStore.patiently(call)) {
            JournalImport.Summary summary = open.run().importJournal(Budget.unlimited());
            call.print(Shown.number(summary.messages()) + " messages counted, "
                    + Shown.number(summary.late()) + " of them late, "
                    + Shown.number(summary.skipped()) + " not counted\n");
        }
        return ExitCode.OK;
    }
}
