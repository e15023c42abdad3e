package org.dmarcmilter.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.evidence.MessageFacts;
import org.dmarcmilter.explain.Explanation;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.message.AuthorDomain;
import org.dmarcmilter.message.ReversePath;

/** {@code explain MESSAGE}: judges a message file with the daemon's own code and prints each step and its reason. */
final class ExplainCommand {
    private static final String USAGE = """
            usage: dmarc-milter explain MESSAGE --client-ip ADDRESS --mail-from SENDER [options]
                   dmarc-milter explain --queue-id ID [--history FILE] [-c FILE] [--json]

            Judges a message (a file; "-" reads standard input) as the daemon would and prints each step.
              --client-ip ADDRESS  the SMTP client's IP address
              --mail-from SENDER   the envelope sender; "<>" for a bounce
              --helo NAME          what the client greeted with
              --client-name NAME   the client's host name
              --mta-name NAME      the MTA's host name (macro j); default: this machine's
              --queue-id ID        the job id; without MESSAGE: prints what is recorded about it in HistoryFile
              --history FILE       look for it in this history file; may be repeated
              -c FILE              the configuration; default: the daemon's
              --json               for programs
            Exit code: 0; 64 wrong usage; 66 the message cannot be read, or is not recorded; 78 configuration.
            """;
    private static final List<String> WITH_VALUE =
            List.of("--client-ip", "--mail-from", "--helo", "--client-name", "--mta-name", "--queue-id", "-c");

    private final Terminal terminal;
    private final Map<String, String> environment;

    ExplainCommand(Terminal terminal, Map<String, String> environment) {
        this.terminal = terminal;
        this.environment = environment;
    }

    int run(List<String> arguments) {
        Map<String, String> options = new HashMap<>();
        List<String> files = new ArrayList<>();
        List<String> histories = new ArrayList<>();
        boolean json = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--version")) {
                return terminal.version();
            } else if (argument.equals("-h") || argument.equals("--help")) {
                terminal.out().print(USAGE);
                return ExitCode.OK;
            } else if (argument.equals("--json")) {
                json = true;
            } else if (argument.equals("--history") && i + 1 < arguments.size()) {
                histories.add(arguments.get(++i));
            } else if (WITH_VALUE.contains(argument) && i + 1 < arguments.size()) {
                options.put(argument, arguments.get(++i));
            } else if (argument.startsWith("-") && argument.length() > 1) {
                return usage("unknown option or missing value: " + argument);
            } else {
                files.add(argument);
            }
        }
        boolean recorded = options.containsKey("--queue-id")
                && !options.containsKey("--client-ip")
                && !options.containsKey("--mail-from");
        if (files.isEmpty() && recorded) {
            return new ExplainRecorded(terminal, environment)
                    .run(
                            options.getOrDefault("--queue-id", ""),
                            Optional.ofNullable(options.get("-c")),
                            histories,
                            json);
        }
        if (files.size() != 1 || !options.containsKey("--client-ip") || !options.containsKey("--mail-from")) {
            return usage("one message, --client-ip and --mail-from are needed");
        }
        Optional<IpAddress> client = IpAddress.parse(options.get("--client-ip"));
        return client.isPresent()
                ? explain(files.get(0), client.get(), options, json)
                : usage("--client-ip takes an IPv4 or IPv6 address");
    }

    private int usage(String problem) {
        terminal.err().println("dmarc-milter explain: " + problem);
        terminal.err().print(USAGE);
        return ExitCode.USAGE;
    }

    private int explain(String file, IpAddress client, Map<String, String> options, boolean json) {
        try {
            Configuration configuration = Configuration.load(
                    Optional.ofNullable(options.get("-c")), terminal.in(), Overrides.of(environment, List.of()));
            try (MessageFile message = MessageFile.read(
                    file, terminal.in(), configuration.settings().service().maxHeaderBytes())) {
                Explanation explanation = explain(configuration, message, client, options);
                terminal.out().print(json ? explanation.json() : explanation.text());
            }
            return ExitCode.OK;
        } catch (ConfigException e) {
            return terminal.tell("dmarc-milter explain: ", e);
        } catch (MessageFile.MalformedLineException e) {
            terminal.err().println("dmarc-milter explain: " + file + ": " + e.getMessage());
            return ExitCode.NO_INPUT;
        } catch (IOException e) {
            terminal.err().println("dmarc-milter explain: " + file + ": " + FileProblem.reason(e));
            return ExitCode.NO_INPUT;
        }
    }

    private static Explanation explain(
            Configuration configuration, MessageFile message, IpAddress client, Map<String, String> options)
            throws IOException {
        Rules rules = new Assembly().assemble(configuration).rules();
        MessageFacts facts = new MessageFacts(
                options.getOrDefault("--queue-id", "EXPLAIN"),
                options.getOrDefault("--mta-name", rules.hostName()),
                new MessageFacts.Client(
                        options.getOrDefault("--client-name", "[" + client.text() + "]"),
                        Optional.of(client),
                        OptionalInt.empty(),
                        options.getOrDefault("--helo", "")),
                ReversePath.parse(options.getOrDefault("--mail-from", "")),
                Optional.empty(),
                message.headers(),
                AuthorDomain.of(message.headers()),
                message.incomplete());
        boolean ignored = rules.ignoreHosts()
                .ignores(facts.client().host(), facts.client().address());
        OneMessage judged = OneMessage.judge(rules, facts, message);
        return new Explanation(
                configuration.name(),
                rules,
                facts,
                judged.judgement(),
                judged.asked(),
                OneMessage.spfExplanation(rules, judged.judgement()),
                ignored);
    }
}
