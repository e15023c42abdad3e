package org.dmarcmilter.config;

import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The options that are set, each value checked against its {@link Form} and written in that form's plain way. The last line that
 * names an option wins. A value that is a mistake counts as not set: what it is for can still be checked.
 */
public final class ConfigFile {
    private final String name;

    /** What holds. */
    private final Map<Option, ConfigLexer.Line> lines = new EnumMap<>(Option.class);

    /** What the file and the variables say, whatever flags outrank it. */
    private final Map<Option, ConfigLexer.Line> written = new EnumMap<>(Option.class);

    private final Set<Option> mistaken = EnumSet.noneOf(Option.class);

    private ConfigFile(String name) {
        this.name = name;
    }

    /**
     * Reads a text that has no file and nothing beside it.
     *
     * @throws ConfigException if there is a mistake in it
     */
    public static ConfigFile parse(String text) throws ConfigException {
        Findings findings = new Findings();
        ConfigFile file = parse("-", text, Overrides.NONE, findings);
        findings.endIfMistaken();
        return file;
    }

    /**
     * Reads the text of a file, and what stands beside it. What a flag or a later line outranks must be right as well.
     *
     * @param name what messages call the file
     */
    public static ConfigFile parse(String name, String text, Overrides overrides, Findings to) {
        ConfigFile file = new ConfigFile(name);
        to.addAll(overrides.mistakes());
        file.put(overrides.defaults(), file.lines, to);
        file.put(ConfigLexer.lines(name, text, to), file.written, to);
        file.put(overrides.variables(), file.written, to);
        file.lines.putAll(file.written);
        file.put(overrides.flags(), file.lines, to);
        Clashes.find(file, to);
        return file;
    }

    private void put(List<ConfigLexer.Line> read, Map<Option, ConfigLexer.Line> where, Findings to) {
        for (ConfigLexer.Line line : read) {
            Optional<Option> option = Option.named(line.name());
            if (option.isEmpty()) {
                to.mistake(line, ConfigLexer.unrecognized(line.name(), "Remove the line or correct the name."));
                continue;
            }
            Optional<String> value = option.get().form().read(line, to);
            if (value.isEmpty()) {
                mistaken.add(option.get());
                continue;
            }
            ConfigLexer.Line before = where.put(
                    option.get(), new ConfigLexer.Line(line.place(), line.number(), line.name(), value.get()));
            if (before != null && before.isInFile() && line.isInFile()) {
                to.warning(before, "has no effect: the last line counts, " + line.place() + ". Remove one of them.");
            }
        }
    }

    /** What messages call the file. */
    public String name() {
        return name;
    }

    /** The options that the file or a variable sets, in the file's order. */
    public List<Option> options() {
        return written.entrySet().stream()
                .sorted(Comparator.comparingInt(
                        entry -> entry.getValue().isInFile() ? entry.getValue().number() : Integer.MAX_VALUE))
                .map(Map.Entry::getKey)
                .toList();
    }

    public boolean isSet(Option option) {
        return lines.containsKey(option);
    }

    /** Whether there is a mistake in its value, so that what it would say is not known. */
    public boolean isMistaken(Option option) {
        return mistaken.contains(option);
    }

    /** Whether it is a line of the file that sets an option. */
    public boolean isInFile(Option option) {
        ConfigLexer.Line line = lines.get(option);
        return line != null && line.isInFile();
    }

    /** What sets an option and holds; the default, placed in the file as such, if nothing does. */
    public ConfigLexer.Line line(Option option) {
        return lines.getOrDefault(option, new ConfigLexer.Line(name, option, option.defaultText()));
    }

    /** What the file or a variable says of one of {@link #options}, be it outranked. */
    public ConfigLexer.Line written(Option option) {
        return written.getOrDefault(option, line(option));
    }

    public Optional<String> text(Option option) {
        return Optional.ofNullable(lines.get(option)).map(ConfigLexer.Line::value);
    }

    /** The text, or the option's default. */
    public String textOrDefault(Option option) {
        return text(option).orElseGet(option::defaultText);
    }

    public boolean flag(Option option) {
        return Boolean.parseBoolean(textOrDefault(option));
    }

    public Optional<Integer> number(Option option) {
        return text(option).map(Integer::decode);
    }

    /** As {@link #number}, or the option's default, which must be a number. */
    public int numberOrDefault(Option option) {
        return number(option).orElseGet(() -> Integer.parseInt(option.defaultText()));
    }

    /** A time, or the option's default. */
    public Duration durationOrDefault(Option option) {
        return Form.duration(textOrDefault(option));
    }

    /** Octets, or the option's default. */
    public long octetsOrDefault(Option option) {
        return Form.octets(textOrDefault(option));
    }

    /** The items of a list; none if the option is not set. */
    public List<String> list(Option option) {
        return text(option).map(items -> List.of(items.split(", ", -1))).orElse(List.of());
    }
}
