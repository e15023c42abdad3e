package org.dmarcmilter.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecordParser;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.explain.CheckReport;

/** {@code check DOMAIN...}: what {@code opendmarc-check} prints, and on request what is behind it. */
final class CheckCommand {
    private static final String USAGE = """
            usage: dmarc-milter check [--verbose] [--json] [-c FILE] DOMAIN...

            Prints the DMARC policy that applies to each domain, as opendmarc-check does.
              --verbose   also where the record was found, its text, and each mistake in it
              --json      the same for programs, one object a line
              -c FILE     take Nameservers, DMARCStandard and PublicSuffixList from this configuration
            Exit code: 0; 64 wrong usage; 70 a domain has no usable record (the rest is still looked up); 78 configuration.
            """;

    private final Terminal terminal;
    private final Map<String, String> environment;

    CheckCommand(Terminal terminal, Map<String, String> environment) {
        this.terminal = terminal;
        this.environment = environment;
    }

    int run(List<String> arguments) {
        boolean verbose = false;
        boolean json = false;
        Optional<String> configFile = Optional.empty();
        List<String> domains = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            switch (argument) {
                case "--version" -> {
                    return terminal.version();
                }
                case "-h", "--help" -> {
                    terminal.out().print(USAGE);
                    return ExitCode.OK;
                }
                case "--verbose", "-v" -> verbose = true;
                case "--json" -> json = true;
                case "-c" -> {
                    if (i + 1 == arguments.size()) {
                        return usage();
                    }
                    configFile = Optional.of(arguments.get(++i));
                }
                default -> {
                    if (argument.startsWith("-")) {
                        return usage();
                    }
                    domains.add(argument);
                }
            }
        }
        return domains.isEmpty() ? usage() : check(domains, configFile, verbose, json);
    }

    private int usage() {
        terminal.err().print(USAGE);
        return ExitCode.USAGE;
    }

    private int check(List<String> names, Optional<String> configFile, boolean verbose, boolean json) {
        try {
            Configuration configuration =
                    Configuration.load(configFile, terminal.in(), Overrides.of(environment, List.of()));
            Assembled assembled = new Assembly().assemble(configuration);
            boolean allFound = true;
            boolean first = true;
            for (String name : names) {
                CheckReport report = look(name, assembled);
                if (json) {
                    terminal.out().println(report.json());
                } else if (report.isUsable()) {
                    terminal.out().print(first ? "" : "\n");
                    first = false;
                    terminal.out().print(verbose ? report.text() + report.details() : report.text());
                } else {
                    terminal.err().println("dmarc-milter check: " + report.problem());
                    if (verbose) {
                        terminal.err().print(report.details());
                    }
                }
                allFound &= report.isUsable();
            }
            return allFound ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (ConfigException e) {
            e.mistakes().forEach(mistake -> terminal.err().println("dmarc-milter check: " + mistake));
            return ExitCode.CONFIGURATION;
        } catch (IOException e) {
            terminal.err().println("dmarc-milter check: " + e.getMessage());
            return ExitCode.SOFTWARE;
        }
    }

    private static CheckReport look(String name, Assembled assembled) {
        Optional<DomainName> domain = DomainName.parse(name.substring(name.lastIndexOf('@') + 1));
        if (domain.isEmpty()) {
            return new CheckReport(name, Optional.empty(), List.of());
        }
        Discovery discovery = assembled
                .rules()
                .dmarc()
                .discover(domain.get(), assembled.rules().dns())
                .toCompletableFuture()
                .join();
        Optional<DomainName> place = placeOf(discovery, domain.get());
        List<CheckReport.SeenRecord> seen = new ArrayList<>();
        place.flatMap(at -> at.prefixed("_dmarc")).ifPresent(at -> {
            DnsAnswer answer = assembled
                    .rules()
                    .dns()
                    .query(DnsQuestion.txt(at.ascii()))
                    .toCompletableFuture()
                    .join();
            if (answer instanceof DnsAnswer.Found found) {
                Standard standard = assembled.rules().settings().dns().treeWalk() ? Standard.RFC9989 : Standard.RFC7489;
                found.records()
                        .forEach(text -> seen.add(
                                new CheckReport.SeenRecord(at.ascii(), text, DmarcRecordParser.parse(text, standard))));
            }
        });
        return new CheckReport(name, Optional.of(discovery), seen);
    }

    private static Optional<DomainName> placeOf(Discovery discovery, DomainName domain) {
        if (discovery instanceof Discovery.Found found) {
            return Optional.of(found.domain());
        }
        if (discovery instanceof Discovery.BadRecord bad) {
            return Optional.of(bad.domain());
        }
        return Optional.of(domain);
    }
}
