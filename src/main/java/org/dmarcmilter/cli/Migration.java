package org.dmarcmilter.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.daemon.Assembly;
import org.dmarcmilter.daemon.Configuration;

/** What {@code -n} says about a configuration file, line by line: what is taken over, what acts differently from OpenDMARC, and what is ignored. */
final class Migration {
    private final Configuration configuration;

    Migration(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Lines for the operator: each option in the order of the file, then what is in force, then the verdict. */
    List<String> report() {
        ConfigFile file = configuration.file();
        List<String> lines = new ArrayList<>();
        for (Option option : file.options()) {
            String place = file.written(option).place();
            String holds = file.line(option).place();
            lines.add(place + ": " + option.label() + " " + file.written(option).value() + " "
                    + (place.equals(holds) ? remark(option) : "is outranked by " + holds));
        }
        configuration.doubts().forEach(doubt -> lines.add("warning: " + doubt));
        Settings settings = configuration.settings();
        if (!settings.spf().selfValidate() && !settings.spf().ignoreResults()) {
            lines.add(
                    configuration.name() + ": note: SPFSelfValidate is off: SPF counts only if another checker on this"
                            + " host adds its result; without one, set SPFSelfValidate true");
        }
        lines.add("listening: " + settings.service().socket());
        lines.add("believed: " + believed(settings.identity()));
        int number = configuration.doubts().size();
        lines.add(configuration.name() + ": no mistakes, " + (number == 0 ? "no" : number) + " warning"
                + (number == 1 ? "" : "s") + ": the daemon starts with it");
        return lines;
    }

    /** Whose fields count: our own id, and those of TrustedAuthservIDs. */
    private static String believed(Settings.Identity identity) {
        return Stream.concat(
                        Stream.of(identity.authservId().orElse("the MTA's own name (macro j)")),
                        identity.trusted().stream())
                .map(name -> name.equalsIgnoreCase("HOSTNAME") ? Assembly.machineName() : name)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String remark(Option option) {
        return switch (option.effect()) {
            case IGNORED -> "is ignored: " + option.advice();
            case LAUNCHER -> "is taken over by the launcher script: " + option.advice();
            case WORKS -> difference(option);
        };
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
