package org.dmarcmilter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.ConfigLexer;
import org.dmarcmilter.config.Option;

/**
 * The daemon's flags, OpenDMARC's letters.
 *
 * @param configFile {@code -c}; {@code -} reads standard input
 * @param foreground {@code -f}
 * @param syslog {@code -l}
 * @param checkOnly {@code -n}
 * @param socket {@code -p}, overrides Socket
 * @param pidFile {@code -P}, overrides PidFile
 * @param user {@code -u}; the launcher script acted on it before the JVM began
 * @param testFiles {@code -t}, a comma list
 * @param verbosity how often {@code -v} was given
 * @param action what the flags ask for
 * @param mistake what getopt would say before the usage; empty if it would say nothing
 */
record DaemonArguments(
        Optional<String> configFile,
        boolean foreground,
        boolean syslog,
        boolean checkOnly,
        Optional<String> socket,
        Optional<String> pidFile,
        Optional<String> user,
        Optional<String> testFiles,
        int verbosity,
        Action action,
        String mistake) {
    enum Action {
        RUN,
        SHOW_VERSION,
        SHOW_HELP,
        SHOW_USAGE
    }

    /** What the flags say in place of the configuration file. */
    List<ConfigLexer.Line> overrides() {
        List<ConfigLexer.Line> lines = new ArrayList<>();
        socket.ifPresent(value -> lines.add(new ConfigLexer.Line("-p", Option.SOCKET, value)));
        pidFile.ifPresent(value -> lines.add(new ConfigLexer.Line("-P", Option.PID_FILE, value)));
        user.ifPresent(value -> lines.add(new ConfigLexer.Line("-u", Option.USER_ID, value)));
        if (syslog) {
            lines.add(new ConfigLexer.Line("-l", Option.SYSLOG, "true"));
        }
        return lines;
    }

    private static final String WITH_VALUE = "cpPtu";

    /**
     * Reads the arguments as getopt does: letters may be joined, values may be attached, two hyphens end the flags. The
     * first that ends the program wins, whatever stands behind it.
     */
    static DaemonArguments parse(List<String> arguments) {
        Parser parser = new Parser();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--help") || argument.equals("--version")) {
                return parser.result(argument.equals("--help") ? Action.SHOW_HELP : Action.SHOW_VERSION);
            }
            if (argument.equals("--") && i + 1 == arguments.size()) {
                break;
            }
            if (argument.length() < 2 || argument.charAt(0) != '-' || argument.equals("--")) {
                return parser.result(Action.SHOW_USAGE);
            }
            for (int letter = 1; letter < argument.length(); letter++) {
                char flag = argument.charAt(letter);
                if (WITH_VALUE.indexOf(flag) >= 0) {
                    boolean attached = letter + 1 < argument.length();
                    if (!attached && i + 1 == arguments.size()) {
                        return parser.wrong("option requires an argument -- '" + flag + "'");
                    }
                    String value = attached ? argument.substring(letter + 1) : arguments.get(++i);
                    if (value.isEmpty()) {
                        return parser.result(Action.SHOW_USAGE);
                    }
                    parser.value(flag, value);
                    break;
                }
                if (flag == 'V' || flag == 'h') {
                    return parser.result(flag == 'V' ? Action.SHOW_VERSION : Action.SHOW_HELP);
                }
                if (!parser.flag(flag)) {
                    return parser.wrong("invalid option -- '" + flag + "'");
                }
            }
        }
        return parser.result(Action.RUN);
    }

    private static final class Parser {
        private Optional<String> configFile = Optional.empty();
        private Optional<String> socket = Optional.empty();
        private Optional<String> pidFile = Optional.empty();
        private Optional<String> user = Optional.empty();
        private Optional<String> testFiles = Optional.empty();
        private boolean foreground;
        private boolean syslog;
        private boolean checkOnly;
        private int verbosity;

        boolean flag(char letter) {
            switch (letter) {
                case 'f' -> foreground = true;
                case 'l' -> syslog = true;
                case 'n' -> checkOnly = true;
                case 'v' -> verbosity++;
                case 'A' -> {
                    // The launcher script restarts us.
                }
                default -> {
                    return false;
                }
            }
            return true;
        }

        void value(char letter, String value) {
            switch (letter) {
                case 'c' -> configFile = Optional.of(value);
                case 'p' -> socket = Optional.of(value);
                case 'P' -> pidFile = Optional.of(value);
                case 't' -> testFiles = Optional.of(value);
                default -> user = Optional.of(value);
            }
        }

        DaemonArguments result(Action action) {
            return result(action, "");
        }

        DaemonArguments wrong(String mistake) {
            return result(Action.SHOW_USAGE, mistake);
        }

        private DaemonArguments result(Action action, String mistake) {
            return new DaemonArguments(
                    configFile,
                    foreground,
                    syslog,
                    checkOnly,
                    socket,
                    pidFile,
                    user,
                    testFiles,
                    verbosity,
                    action,
                    mistake);
        }
    }
}
