package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.ReportFilter;
import org.dmarcmilter.store.StoredReport;
import org.dmarcmilter.worker.Budget;

/** {@code send}: what is due, or certain reports at once. */
final class SendVerb implements Verb {
    private static final int MOST = 10_000;

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report send [--domain DOMAIN | --report REPORTID]

                Sends the reports that are due, as a run does, without reading the journal.
                  --domain DOMAIN   those about this policy domain at once, also if they are due later
                  --report REPORTID this one at once
                Exit code: 0; 64 wrong usage; 66 there is no such report; 69 the store cannot be used; 75 a run has it;
                78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--domain", "--report");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        Optional<DomainName> domain = call.words().domain("--domain");
        Optional<String> id = call.words().value("--report");
        if (domain.isPresent() && id.isPresent()) {
            throw new UsageException("--domain and --report exclude each other");
        }
        try (OpenStore open = OpenStore.patiently(call)) {
            if (domain.isEmpty() && id.isEmpty()) {
                open.run().deliver(Budget.unlimited());
                return ExitCode.OK;
            }
            List<StoredReport> reports = new ArrayList<>();
            if (id.isPresent()) {
                open.report(id.get(), call).ifPresent(reports::add);
            } else {
                reports.addAll(open.store()
                        .reports()
                        .list(new ReportFilter(domain, Optional.empty(), Optional.empty(), MOST)));
            }
            for (StoredReport report : reports) {
                open.run().deliver(report, Budget.unlimited());
                open.tell(report, call);
            }
            return reports.isEmpty() ? ExitCode.NO_INPUT : ExitCode.OK;
        }
    }
}
