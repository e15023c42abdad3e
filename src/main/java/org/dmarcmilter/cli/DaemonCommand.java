package org.dmarcmilter.cli;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.daemon.Daemon;
import org.dmarcmilter.daemon.StateInUseException;

/** The daemon's command line: reads flags and configuration, then runs the {@link Daemon}, a check or a test. */
final class DaemonCommand {
    private static final String USAGE = """
            dmarc-milter: usage: dmarc-milter [options]
            \t-A         \tenable auto-restart
            \t-c file    \tconfiguration file
            \t-f         \trun in the foreground
            \t-l         \tlog to syslog
            \t-n         \ttest configuration and exit
            \t-p sockspec\tspecify milter socket
            \t-P file    \twrite process ID to specified file
            \t-t file    \tevaluate a single message
            \t-u user    \ttry to become the named user
            \t-v         \tincrease verbose output
            \t-V         \tprint version and exit
            """;
    private static final String COMMANDS = """

            dmarc-milter -h, --help          print this; behind a command, how that is used
            dmarc-milter --version           as -V
            dmarc-milter check DOMAIN...     print the DMARC policy of domains
            dmarc-milter status              how the running daemon is
            dmarc-milter report VERB         aggregate reports
            dmarc-milter explain MESSAGE     judge a message file and print each step
            dmarc-milter stats               count what was recorded, and what other options would change
            dmarc-milter make-class-archive  have the daemon start sooner with the installed Java
            """;

    private final Terminal terminal;
    private final Map<String, String> environment;
    private final BiConsumer<Daemon, SocketAddress> listening;

    DaemonCommand(Terminal terminal, Map<String, String> environment) {
        this(terminal, environment, (daemon, address) -> {});
    }

    /** @param listening what to do with the daemon as soon as the MTA can connect to that address */
    DaemonCommand(Terminal terminal, Map<String, String> environment, BiConsumer<Daemon, SocketAddress> listening) {
        this.terminal = terminal;
        this.environment = environment;
        this.listening = listening;
    }

    int run(List<String> words) {
        DaemonArguments arguments = DaemonArguments.parse(words);
        return switch (arguments.action()) {
            case SHOW_HELP -> {
                terminal.out().print(USAGE + COMMANDS);
                yield ExitCode.OK;
            }
            case SHOW_USAGE -> {
                if (!arguments.mistake().isEmpty()) {
                    terminal.err().println("dmarc-milter: " + arguments.mistake());
                }
                terminal.err().print(USAGE);
                yield ExitCode.USAGE;
            }
            case SHOW_VERSION -> terminal.version();
            case RUN -> start(arguments, words);
        };
    }

    private int start(DaemonArguments arguments, List<String> words) {
        try {
            Overrides overrides = Overrides.of(environment, arguments.overrides());
            if (arguments.testFiles().isPresent() && !arguments.checkOnly()) {
                return new TestMode(terminal, environment, arguments.verbosity())
                        .run(
                                Configuration.load(arguments.configFile(), terminal.in(), overrides),
                                List.of(arguments.testFiles().get().split(",")));
            }
            Configuration configuration = Configuration.loadForDaemon(arguments.configFile(), terminal.in(), overrides);
            if (arguments.checkOnly()) {
                new Migration(configuration).report().forEach(terminal.out()::println);
                return ExitCode.OK;
            }
            Optional<String> user = unheededUser(configuration.file(), arguments, System.getProperty("user.name"));
            if (user.isPresent()) {
                terminal.err()
                        .println("dmarc-milter: " + configuration.name() + ": still root, and not " + user.get()
                                + ": only the launcher script changes the user, and it reads Userid from an ordinary"
                                + " file only; add -u " + user.get());
                return ExitCode.NO_PERMISSION;
            }
            if (Daemon.isBackground(environment)) {
                configuration.warnings().forEach(warning -> terminal.err().println("dmarc-milter: " + warning));
            }
            Daemon daemon = new Daemon(environment, configuration);
            return code(daemon.run(words, address -> {
                tellLauncher();
                listening.accept(daemon, address);
            }));
        } catch (ConfigException e) {
            e.mistakes().forEach(mistake -> terminal.err().println("dmarc-milter: " + mistake));
            if (arguments.checkOnly()) {
                e.warnings().forEach(warning -> terminal.err().println("dmarc-milter: warning: " + warning));
                int number = e.mistakes().size();
                terminal.err()
                        .println("dmarc-milter: " + number + (number == 1 ? " mistake" : " mistakes")
                                + ": the daemon does not start with it, exit code " + ExitCode.CONFIGURATION);
            }
            return ExitCode.CONFIGURATION;
        } catch (StateInUseException e) {
            terminal.err().println("dmarc-milter: " + e.getMessage());
            return ExitCode.CANNOT_CREATE;
        } catch (IOException e) {
            terminal.err().println("dmarc-milter: " + e.getMessage());
            return ExitCode.UNAVAILABLE;
        }
    }

    static int code(Daemon.End end) {
        return switch (end) {
            case TOLD -> ExitCode.OK;
            case DNS_LOST -> ExitCode.TRY_AGAIN;
        };
    }

    /** The launcher script waits for this word before it leaves the daemon alone in the background. */
    private void tellLauncher() {
        if (Daemon.isBackground(environment)) {
            terminal.out().println("ready");
        }
    }

    /** Who we should be by the configuration, where the launcher script did not see it and left us root. */
    static Optional<String> unheededUser(ConfigFile file, DaemonArguments arguments, String runningAs) {
        return file.text(Option.USER_ID)
                .filter(user -> arguments.user().isEmpty() && runningAs.equals("root"))
                .filter(user -> !user.split(":", 2)[0].matches("root|0"));
    }
}
