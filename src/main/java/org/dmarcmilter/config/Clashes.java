package org.dmarcmilter.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.dmarcmilter.domain.ListenAddress;

/** What is wrong with two options although each of them is right. Looks at the values only. */
final class Clashes {
    /** Those that do nothing while none of some others is set and true. */
    private static final Map<List<Option>, List<Option>> NEEDED_BY = Map.of(
            List.of(Option.HISTORY_FILE), List.of(Option.RECORD_ALL_MESSAGES),
            List.of(Option.HISTORY_FILE, Option.AGGREGATE_REPORTS), List.of(Option.IGNORE_MAIL_TO),
            List.of(Option.AUTO_RESTART), List.of(Option.AUTO_RESTART_COUNT, Option.AUTO_RESTART_RATE),
            List.of(Option.FAILURE_REPORTS),
                    List.of(Option.FAILURE_REPORTS_BCC, Option.FAILURE_REPORTS_ON_NONE, Option.FAILURE_REPORTS_SENT_BY),
            List.of(Option.FAILURE_REPORTS, Option.AGGREGATE_REPORTS),
                    List.of(Option.REPORT_COMMAND, Option.NO_REPORTS_LIST),
            List.of(Option.AGGREGATE_REPORTS),
                    Arrays.stream(Option.values())
                            .filter(option -> option.topic() == Topic.REPORTS && option != Option.AGGREGATE_REPORTS)
                            .toList());

    private Clashes() {}

    static void find(ConfigFile file, Findings to) {
        sockets(file, to);
        files(file, to);
        NEEDED_BY.forEach((needed, options) -> options.forEach(option -> needed(file, option, needed, to)));
        reports(file, to);
        if (file.flag(Option.SPF_IGNORE_RESULTS)
                && !file.flag(Option.SPF_SELF_VALIDATE)
                && !file.isMistaken(Option.SPF_SELF_VALIDATE)) {
            to.warning(
                    file.line(Option.SPF_IGNORE_RESULTS),
                    "SPF never counts, as we do not check it either. Write SPFSelfValidate true, or remove this line.");
        }
        ownDkim(file, to);
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

    private static void ownDkim(ConfigFile file, Findings to) {
        if (!file.flag(Option.DKIM_SELF_VALIDATE)) {
            return;
        }
        if (file.isSet(Option.TRUSTED_AUTHSERV_IDS)
                && file.flag(Option.SPF_IGNORE_RESULTS)
                && !file.flag(Option.REMOVE_FORGED_RESULTS)) {
            to.warning(
                    file.line(Option.TRUSTED_AUTHSERV_IDS),
                    "has no effect, as with DKIMSelfValidate and SPFIgnoreResults no Authentication-Results field is"
                            + " believed. Remove this line.");
        }
        if (file.isSet(Option.ON_MISSING_RESULTS)
                && !file.textOrDefault(Option.ON_MISSING_RESULTS).equals("fail")) {
            to.warning(
                    file.line(Option.ON_MISSING_RESULTS),
                    "has no effect with DKIMSelfValidate, as then we check each message. Remove this line.");
        }
    }

    private static void needed(ConfigFile file, Option option, List<Option> needed, Findings to) {
        boolean asks = file.isSet(option) && !(option.type() == Option.Type.BOOLEAN && !file.flag(option));
        if (asks && needed.stream().noneMatch(other -> works(file, other) || file.isMistaken(other))) {
            to.warning(
                    file.line(option),
                    "has no effect without "
                            + needed.stream().map(Option::label).collect(Collectors.joining(" or ")) + ".");
        }
    }

    private static boolean works(ConfigFile file, Option option) {
        return option.type() == Option.Type.BOOLEAN ? file.flag(option) : file.isSet(option);
    }

    private static void reports(ConfigFile file, Findings to) {
        if (!file.flag(Option.AGGREGATE_REPORTS)) {
            return;
        }
        if (!file.isSet(Option.REPORT_EMAIL) && !file.isMistaken(Option.REPORT_EMAIL)) {
            to.mistake(
                    file.line(Option.AGGREGATE_REPORTS),
                    "needs ReportEmail, the address that reports are from. Write ReportEmail USER@DOMAIN.");
        }
        Duration needed = Duration.ofDays(1)
                .plus(file.durationOrDefault(Option.REPORT_GRACE))
                .plus(file.durationOrDefault(Option.REPORT_GIVE_UP));
        if (file.durationOrDefault(Option.REPORT_JOURNAL_KEEP).compareTo(needed) < 0) {
            to.warning(
                    file.line(Option.REPORT_JOURNAL_KEEP),
                    "a database that is damaged could not be built anew, as its reports may take a day, ReportGrace and"
                            + " ReportGiveUp. Write " + needed.plusMinutes(59).toHours() + "h or more.");
        }
        if (file.textOrDefault(Option.REPORT_TRANSPORT).equals("smtp")) {
            smtp(file, to);
        }
    }

    private static void smtp(ConfigFile file, Findings to) {
        boolean user = file.isSet(Option.REPORT_SMTP_USER);
        if (user && !file.isSet(Option.REPORT_SMTP_PASSWORD_FILE)) {
            to.mistake(
                    file.line(Option.REPORT_SMTP_USER), "needs ReportSMTPPasswordFile. Write it, or remove this line.");
        }
        if (!user && file.isSet(Option.REPORT_SMTP_PASSWORD_FILE)) {
            to.warning(file.line(Option.REPORT_SMTP_PASSWORD_FILE), "has no effect without ReportSMTPUser.");
        }
        boolean open = file.textOrDefault(Option.REPORT_SMTP_TLS).matches("off|opportunistic");
        if (user && open && !Settings.isThisHost(file.textOrDefault(Option.REPORT_SMTP_SERVER))) {
            to.mistake(
                    file.line(Option.REPORT_SMTP_TLS),
                    "the password would go over the network for all to read. Write required or implicit.");
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
