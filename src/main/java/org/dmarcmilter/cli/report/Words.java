package org.dmarcmilter.cli.report;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.text.Printable;

/**
 * What stands behind a verb.
 *
 * @param options each with its values, as often as it is given; empty texts for one that has none
 * @param operands the rest, in order
 */
public record Words(Map<String, List<String>> options, List<String> operands) {
    private static final int MAX_SHOWN = 80;
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})([smhd]?)");

    public Words {
        options = Map.copyOf(options);
        operands = List.copyOf(operands);
    }

    /**
     * Reads them.
     *
     * @param flags options that are given without a value
     * @param valued options that are given with one, as the next word or behind an equal sign
     */
    public static Words parse(List<String> words, List<String> flags, List<String> valued) throws UsageException {
        Map<String, List<String>> options = new HashMap<>();
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equal = word.startsWith("--") ? word.indexOf('=') : -1;
            String name = equal < 0 ? word : word.substring(0, equal);
            if (flags.contains(word)) {
                add(options, word, "");
            } else if (valued.contains(name)) {
                if (equal < 0 && i + 1 == words.size()) {
                    throw new UsageException(name + " needs a value");
                }
                add(options, name, equal < 0 ? words.get(++i) : word.substring(equal + 1));
            } else if (word.startsWith("-") && word.length() > 1) {
                throw new UsageException(Printable.named(word, MAX_SHOWN) + " is no option of it");
            } else {
                operands.add(word);
            }
        }
        return new Words(options, operands);
    }

    private static void add(Map<String, List<String>> options, String name, String value) {
        options.computeIfAbsent(name, first -> new ArrayList<>()).add(value);
    }

    /** Whether it is given. */
    public boolean has(String option) {
        return options.containsKey(option);
    }

    /** What it is given; the last one counts. */
    public Optional<String> value(String option) {
        List<String> values = values(option);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    /** All that it is given, in order. */
    public List<String> values(String option) {
        return options.getOrDefault(option, List.of());
    }

    /** The only operand. */
    String operand(String what) throws UsageException {
        if (operands.size() != 1) {
            throw new UsageException(operands.isEmpty() ? what + " is missing" : "too many words: one " + what);
        }
        return operands.get(0);
    }

    /** Ends it if there is any. */
    public void noOperands() throws UsageException {
        if (!operands.isEmpty()) {
            throw new UsageException(Printable.named(operands.get(0), MAX_SHOWN) + " is one word too many");
        }
    }

    Optional<DomainName> domain(String option) throws UsageException {
        Optional<String> text = value(option);
        return text.isEmpty() ? Optional.empty() : Optional.of(domainOf(text.get()));
    }

    /** Reads a domain name. */
    static DomainName domainOf(String text) throws UsageException {
        Optional<DomainName> domain = DomainName.parse(text);
        if (domain.isEmpty()) {
            throw new UsageException(Printable.named(text, MAX_SHOWN) + " is no domain name");
        }
        return domain.get();
    }

    /** The first second of a day, in UTC. */
    Optional<Instant> day(String option) throws UsageException {
        Optional<String> text = value(option);
        try {
            return text.map(
                    day -> LocalDate.parse(day).atStartOfDay(ZoneOffset.UTC).toInstant());
        } catch (DateTimeException e) {
            throw new UsageException(option + " takes a day such as 2026-11-27");
        }
    }

    Optional<Instant> instant(String option) throws UsageException {
        Optional<String> text = value(option);
        try {
            return text.map(Instant::parse);
        } catch (DateTimeException e) {
            throw new UsageException(option + " takes a time in UTC such as 2026-11-28T00:10:00Z");
        }
    }

    /** A time such as {@code 90}, {@code 5m}, {@code 4h} or {@code 7d}. */
    public Optional<Duration> duration(String option) throws UsageException {
        Optional<String> text = value(option);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher parts = DURATION.matcher(text.get());
        if (!parts.matches()) {
            throw new UsageException(option + " takes a time such as 300, 5m, 4h or 7d");
        }
        long number = Long.parseLong(parts.group(1));
        return Optional.of(
                switch (parts.group(2)) {
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofSeconds(number);
                });
    }

    /** A whole number, at least 1. */
    public Optional<Integer> number(String option) throws UsageException {
        Optional<String> text = value(option);
        if (text.isPresent() && !text.get().matches("[1-9][0-9]{0,8}")) {
            throw new UsageException(option + " takes a whole number, 1 or greater");
        }
        return text.map(Integer::valueOf);
    }
}
