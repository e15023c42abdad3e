package org.dmarcmilter.cli;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Configuration;

/** What {@code -n} says about a configuration file, line by line: what is taken over, what acts differently from OpenDMARC, and what is ignored. */
final class Migration {
    private final Configuration configuration;

    Migration(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Lines for the operator, in the order of the file. */
    List<String> report() {
        ConfigFile file = configuration.file();
        List<Option> inFileOrder = new ArrayList<>(file.options());
        inFileOrder.sort((a, b) -> Integer.compare(file.lineOf(a), file.lineOf(b)));
        List<String> lines = new ArrayList<>();
        for (Option option : inFileOrder) {
            lines.add(configuration.name() + ": line " + file.lineOf(option) + ": " + option.label() + " "
                    + remark(option));
        }
        Settings settings = configuration.settings();
        if (!settings.spf().selfValidate() && !settings.spf().ignoreResults()) {
            lines.add(
                    configuration.name() + ": note: SPFSelfValidate is off: SPF counts only if another checker on this"
                            + " host adds its result; without one, set SPFSelfValidate true");
        }
        return lines;
    }

    private String remark(Option option) {
        return switch (option.effect()) {
            case IGNORED -> "is ignored: " + option.advice();
            case LAUNCHER -> "is taken over by the launcher script: " + option.advice();
            case WORKS -> option == Option.SYSLOG_FACILITY ? facility() : difference(option);
        };
    }

    /** OpenDMARC takes an unknown name for mail without a word. */
    private String facility() {
        boolean isMail = configuration.settings().logging().facility().equals("mail");
        boolean isNamedSo = configuration
                .file()
                .text(Option.SYSLOG_FACILITY)
                .filter("mail"::equalsIgnoreCase)
                .isPresent();
        return isMail && !isNamedSo ? "names no facility of syslog(3), mail is used" : "is taken over";
    }

    /** Where OpenDMARC did something else with the same line. */
    private static String difference(Option option) {
        return switch (option) {
            case DNS_TIMEOUT -> "acts differently: it works (OpenDMARC never reads it)";
            case TRUSTED_AUTHSERV_IDS -> "acts differently: names compare without case, and HOSTNAME works";
            case SPF_SELF_VALIDATE -> "acts differently: the check follows RFC 7208 and writes the words of RFC 8601";
            case HOLD_QUARANTINED_MESSAGES -> "acts differently: it does not need RejectFailures";
            case HISTORY_FILE -> "acts differently: mail flows on while the file cannot be written";
            case FAILURE_REPORTS ->
                "acts differently: fo= is honoured, external addresses are verified, mail never waits";
            case REJECT_MULTI_VALUE_FROM -> "acts differently: when off, each author domain is evaluated";
            case PUBLIC_SUFFIX_LIST ->
                "acts differently: without a usable file our own list counts, and only the ICANN section";
            default -> "is taken over";
        };
    }
}
