package org.dmarcmilter.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Assembly.Assembled;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.dkim.JudgedKey;
import org.dmarcmilter.dmarc.Discovery;
import org.dmarcmilter.dmarc.DmarcRecordParser;
import org.dmarcmilter.dmarc.Standard;
import org.dmarcmilter.dns.DnsAnswer;
import org.dmarcmilter.dns.DnsQuestion;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.explain.CheckReport;
import org.dmarcmilter.explain.KeyReport;

/** {@code check DOMAIN...}: what {@code opendmarc-check} prints, and on request what is behind it. */
final class CheckCommand {
    private static final String USAGE = """
            usage: dmarc-milter check [--verbose] [--json] [-c FILE] DOMAIN...
                   dmarc-milter check --dkim SELECTOR [--json] [-c FILE] DOMAIN

            Prints the DMARC policy that applies to each domain, as opendmarc-check does; with --dkim the domain's DKIM key
            of that selector, and what becomes of signatures by it.
              --verbose   also where the record was found, its text, and each mistake in it
              --json      the same for programs, one object a line
              -c FILE     take Nameservers, DMARCStandard and PublicSuffixList from this configuration
            Exit code: 0; 64 wrong usage; 70 a domain has no usable record or key (the rest is still looked up); 78 configuration.
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
        Optional<String> selector = Optional.empty();
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
                case "-c", "--dkim" -> {
                    if (i + 1 == arguments.size()) {
                        return usage();
                    }
                    Optional<String> value = Optional.of(arguments.get(++i));
                    configFile = argument.equals("-c") ? value : configFile;
                    selector = argument.equals("-c") ? selector : value;
                }
                default -> {
                    if (argument.startsWith("-")) {
                        return usage();
                    }
                    domains.add(argument);
                }
            }
        }
        if (domains.isEmpty() || (selector.isPresent() && domains.size() > 1)) {
            return usage();
        }
        return selector.isPresent()
                ? checkKey(selector.get(), domains.get(0), configFile, json)
                : check(domains, configFile, verbose, json);
    }

    private int checkKey(String selector, String domain, Optional<String> configFile, boolean json) {
        try {
            KeyReport report = lookAtKey(selector, domain, assembled(configFile));
            if (json) {
                terminal.out().println(report.json());
            } else if (report.problem().isPresent()) {
                terminal.err().println("dmarc-milter check: " + report.problem().get());
            } else {
                terminal.out().print(report.text());
            }
            return report.isUsable() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (ConfigException e) {
            return terminal.tell("dmarc-milter check: ", e);
        } catch (IOException e) {
            terminal.err().println("dmarc-milter check: " + e.getMessage());
            return ExitCode.SOFTWARE;
        }
    }

    private static KeyReport lookAtKey(String selector, String domain, Assembled assembled) {
        String asked = selector + "." + domain;
        Optional<DomainName> name =
                DomainName.parse(domain).flatMap(signer -> JudgedKey.name(octets(selector), signer));
        if (name.isEmpty()) {
            return new KeyReport(asked, Optional.empty(), new DnsAnswer.NoSuchName());
        }
        DnsAnswer answer = assembled
                .rules()
                .dns()
                .query(DnsQuestion.txt(name.get().ascii()))
                .toCompletableFuture()
                .join();
        return new KeyReport(asked, Optional.of(name.get().ascii()), answer);
    }

    /** As a header field would have it. */
    private static String octets(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private Assembled assembled(Optional<String> configFile) throws ConfigException, IOException {
        return new Assembly()
                .assemble(Configuration.load(configFile, terminal.in(), Overrides.of(environment, List.of())));
    }

    private int usage() {
        terminal.err().print(USAGE);
        return ExitCode.USAGE;
    }

    private int check(List<String> names, Optional<String> configFile, boolean verbose, boolean json) {
        try {
            Assembled assembled = assembled(configFile);
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
            return terminal.tell("dmarc-milter check: ", e);
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
