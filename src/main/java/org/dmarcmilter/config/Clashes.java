package org.dmarcmilter.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmarcmilter.domain.ListenAddress;

/** What is wrong with two options although each of them is right. Looks at the values only. */
final class Clashes {
    /** Those that do nothing while another is not set, or false. */
    private static final Map<Option, List<Option>> NEEDED_BY = Map.of(
            Option.HISTORY_FILE, List.of(Option.RECORD_ALL_MESSAGES, Option.IGNORE_MAIL_TO),
            Option.AUTO_RESTART, List.of(Option.AUTO_RESTART_COUNT, Option.AUTO_RESTART_RATE),
            Option.FAILURE_REPORTS,
                    List.of(
                            Option.FAILURE_REPORTS_BCC,
                            Option.FAILURE_REPORTS_ON_NONE,
                            Option.FAILURE_REPORTS_SENT_BY,
                            Option.REPORT_COMMAND,
                            Option.NO_REPORTS_LIST));

    private Clashes() {}

    static void find(ConfigFile file, Findings to) {
        sockets(file, to);
        files(file, to);
        NEEDED_BY.forEach((needed, options) -> options.forEach(option -> {
            boolean works = needed.type() == Option.Type.BOOLEAN ? file.flag(needed) : file.isSet(needed);
            boolean asks = file.isSet(option) && !(option.type() == Option.Type.BOOLEAN && !file.flag(option));
            if (asks && !works && !file.isMistaken(needed)) {
                to.warning(file.line(option), "has no effect without " + needed.label() + ".");
            }
        }));
        if (file.flag(Option.SPF_IGNORE_RESULTS)
                && !file.flag(Option.SPF_SELF_VALIDATE)
                && !file.isMistaken(Option.SPF_SELF_VALIDATE)) {
            to.warning(
                    file.line(Option.SPF_IGNORE_RESULTS),
                    "SPF never counts, as we do not check it either. Write SPFSelfValidate true, or remove this line.");
        }
        if (file.isSet(Option.PUBLIC_SUFFIX_LIST)
                && file.textOrDefault(Option.DMARC_STANDARD).equals("rfc9989")) {
            to.warning(
                    file.line(Option.PUBLIC_SUFFIX_LIST),
                    "has no effect with DMARCStandard rfc9989, which needs no list.");
        }
        if (file.text(Option.AUTHSERV_ID).filter(ids -> ids.contains(", ")).isPresent()
                && file.isSet(Option.TRUSTED_AUTHSERV_IDS)) {
            to.warning(
                    file.line(Option.AUTHSERV_ID),
                    "of the list only " + file.list(Option.AUTHSERV_ID).get(0)
                            + " counts, as TrustedAuthservIDs is set. Write the others there.");
        }
    }

    private static void sockets(ConfigFile file, Findings to) {
        if (!file.isSet(Option.METRICS_SOCKET) || file.isMistaken(Option.SOCKET)) {
            return;
        }
        if (ListenAddress.parse(file.textOrDefault(Option.SOCKET)) instanceof ListenAddress.Inet socket
                && ListenAddress.parse(file.textOrDefault(Option.METRICS_SOCKET)) instanceof ListenAddress.Inet metrics
                && socket.port() == metrics.port()
                && socket.port() != 0
                && (isAny(socket) || isAny(metrics) || socket.host().equals(metrics.host()))) {
            to.mistake(
                    file.line(Option.METRICS_SOCKET),
                    "the port " + metrics.port() + " is that of Socket. Write another, such as inet:9893@127.0.0.1.");
        }
    }

    private static boolean isAny(ListenAddress.Inet address) {
        return address.host()
                .filter(host -> !host.matches("0\\.0\\.0\\.0|::|0:0:0:0:0:0:0:0"))
                .isEmpty();
    }

    /** Two options that name one file, of which one would overwrite the other's. */
    private static void files(ConfigFile file, Findings to) {
        Map<Path, String> taken = new HashMap<>();
        path(file.name()).ifPresent(path -> taken.put(path, "the configuration file itself"));
        List<Option> lists = new ArrayList<>();
        for (Option option : Option.values()) {
            if (!file.isSet(option)) {
                continue;
            }
            switch (option.form().use()) {
                case LIST_FILE -> {
                    lists.add(option);
                    relative(file, option, file.textOrDefault(option), to);
                }
                case WRITTEN_FILE -> take(file, option, file.textOrDefault(option), taken, to);
                case NOTHING, DIRECTORY -> {
                    if (option == Option.SOCKET
                            && ListenAddress.parse(file.textOrDefault(option)) instanceof ListenAddress.Local local) {
                        take(file, option, local.path(), taken, to);
                    }
                }
            }
        }
        // Two lists in one file overwrite nothing, but a list in a file that is written does not stay one.
        lists.forEach(option -> path(file.textOrDefault(option))
                .map(taken::get)
                .ifPresent(other -> to.mistake(file.line(option), sameFile(other))));
    }

    /** A service's own directory is set beside the file, so this is no mistake. */
    private static void relative(ConfigFile file, Option option, String text, Findings to) {
        if (path(text).isPresent() && !Path.of(text).isAbsolute() && !file.isSet(Option.BASE_DIRECTORY)) {
            to.warning(
                    file.line(option),
                    text
                            + " is looked for where the daemon is started. Write a path that begins with /, or BaseDirectory.");
        }
    }

    private static void take(ConfigFile file, Option option, String text, Map<Path, String> taken, Findings to) {
        relative(file, option, text, to);
        path(text).ifPresent(path -> {
            String other = taken.putIfAbsent(path, "that of " + option.label());
            if (other != null) {
                to.mistake(file.line(option), sameFile(other));
            }
        });
    }

    private static String sameFile(String other) {
        return "the file is " + other + ". Write another.";
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(Path.of(text).toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
