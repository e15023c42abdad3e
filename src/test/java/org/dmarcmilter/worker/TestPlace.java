package org.dmarcmilter.worker;

import java.nio.file.Path;
import java.util.List;
import org.dmarcmilter.aggregate.ReportScope;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Findings;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dmarc.SuffixListDiscovery;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.report.AggregateRecipients;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.report.SuppressionZones;
import org.dmarcmilter.testing.Zone;

/** Where a run works in a test. */
public final class TestPlace {
    private TestPlace() {}

    /**
     * A place whose reports go to a server on loopback.
     *
     * @param directory the state directory
     * @param more lines of a configuration
     * @param policies as {@link Zone#policies} takes them
     */
    public static Place of(Path directory, int smtpPort, String more, String policies) throws ConfigException {
        Findings findings = new Findings();
        ConfigFile file = ConfigFile.parse(
                "test",
                "AggregateReports true\nReportEmail r@rep.example\nReportStateDirectory " + directory
                        + "\nReportSMTPPort " + smtpPort + "\n" + more,
                Overrides.NONE,
                findings);
        findings.endIfMistaken();
        return new Place(
                Settings.from(file).aggregateReports(),
                "true",
                ReportScope.ALL,
                new AggregateRecipients(
                        Zone.policies(policies),
                        new SuffixListDiscovery(PublicSuffixList.bundled()),
                        NoReportsList.NONE,
                        new SuppressionZones(List.of())),
                "rep.example");
    }
}
