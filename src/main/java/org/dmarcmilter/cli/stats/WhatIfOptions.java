package org.dmarcmilter.cli.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.dmarcmilter.cli.report.UsageException;
import org.dmarcmilter.config.ConfigLexer;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.text.Printable;

/** What {@code --what-if} may set: options that decide what becomes of a message, and of which a record can tell something. */
final class WhatIfOptions {
    private static final int MAX_SHOWN = 80;

    static final Set<Option> KNOWN = Set.of(
            Option.REJECT_FAILURES,
            Option.HOLD_QUARANTINED_MESSAGES,
            Option.ON_TEMPORARY_ERROR,
            Option.ON_MISSING_RESULTS,
            Option.TRUSTED_AUTHSERV_IDS,
            Option.DMARC_STANDARD);

    private WhatIfOptions() {}

    /** Lines for the configuration, each {@code OPTION=VALUE}. */
    static List<ConfigLexer.Line> lines(List<String> words) throws UsageException {
        List<ConfigLexer.Line> lines = new ArrayList<>();
        for (String word : words) {
            int equalSign = word.indexOf('=');
            Optional<Option> option = equalSign < 0 ? Optional.empty() : Option.named(word.substring(0, equalSign));
            if (option.filter(KNOWN::contains).isEmpty()) {
                throw new UsageException(
                        "--what-if takes OPTION=VALUE of " + names() + ", not " + Printable.named(word, MAX_SHOWN));
            }
            String value = word.substring(equalSign + 1).strip();
            if (value.isEmpty()) {
                throw new UsageException("--what-if " + option.get().label() + "= needs a value");
            }
            lines.add(new ConfigLexer.Line("--what-if", option.get(), value));
        }
        return lines;
    }

    private static String names() {
        return KNOWN.stream().map(Option::label).sorted().collect(Collectors.joining(", "));
    }
}
