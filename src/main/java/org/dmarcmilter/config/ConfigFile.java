package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options that are set, each value checked against its type. The last line that names an option wins. */
public final class ConfigFile {
    /** What holds. */
    private final Map<Option, ConfigLexer.Line> lines;

    /** What the file and the variables say, whatever flags outrank it. */
    private final Map<Option, ConfigLexer.Line> written;

    private ConfigFile(Map<Option, ConfigLexer.Line> lines, Map<Option, ConfigLexer.Line> written) {
        this.lines = lines;
        this.written = written;
    }

    /** Reads the text of a file; the first mistake ends it. */
    public static ConfigFile parse(String text) throws ConfigException {
        return parse(text, Overrides.NONE);
    }

    /** As {@link #parse(String)}, with what stands beside the file. */
    public static ConfigFile parse(String text, Overrides overrides) throws ConfigException {
        Map<Option, ConfigLexer.Line> written = new EnumMap<>(Option.class);
        for (ConfigLexer.Line line : ConfigLexer.lines(text)) {
            Option option = Option.named(line.name())
                    .orElseThrow(() -> ConfigException.at(
                            line,
                            "unrecognized parameter " + ConfigLexer.printable(line.name())
                                    + "; remove the line or correct the name (dmarc-milter.conf(5) lists them)"));
            written.put(option, line);
        }
        put(overrides.variables(), written);
        Map<Option, ConfigLexer.Line> set = new EnumMap<>(Option.class);
        put(overrides.defaults(), set);
        set.putAll(written);
        put(overrides.flags(), set);
        ConfigFile file = new ConfigFile(set, written);
        // What a flag outranks must be right as well.
        for (ConfigFile values : List.of(new ConfigFile(written, written), file)) {
            for (Option option : values.lines.keySet()) {
                values.check(option);
            }
        }
        return file;
    }

    private static void put(List<ConfigLexer.Line> lines, Map<Option, ConfigLexer.Line> to) {
        for (ConfigLexer.Line line : lines) {
            to.put(Option.named(line.name()).orElseThrow(), line);
        }
    }

    private void check(Option option) throws ConfigException {
        switch (option.type()) {
            case BOOLEAN -> flag(option);
            case INTEGER -> number(option);
            case LIST -> list(option);
            case STRING -> textOrDefault(option);
        }
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

    /** Whether it is a line of the file that sets an option. */
    public boolean isInFile(Option option) {
        ConfigLexer.Line line = lines.get(option);
        return line != null && line.isInFile();
    }

    /**
     * Where one of {@link #options} is set, as an operator calls it.
     *
     * @param name the file's
     */
    public String placeOf(Option option, String name) {
        ConfigLexer.Line line = written.get(option);
        return line == null || line.isInFile() ? name + (line == null ? "" : ": " + line.place()) : line.place();
    }

    public Optional<String> text(Option option) {
        return Optional.ofNullable(lines.get(option)).map(ConfigLexer.Line::value);
    }

    /** A boolean: the first letter decides, as OpenDMARC reads it. */
    public boolean flag(Option option) throws ConfigException {
        ConfigLexer.Line line = lines.get(option);
        if (line == null) {
            return Boolean.parseBoolean(option.defaultText());
        }
        char first = Character.toLowerCase(line.value().charAt(0));
        if ("ty1".indexOf(first) >= 0) {
            return true;
        }
        if ("fn0".indexOf(first) >= 0) {
            return false;
        }
        throw illegal(line, option.form().remedy());
    }

    /** As {@link #number}, or the option's default, which must be a number. */
    public int numberOrDefault(Option option) throws ConfigException {
        return number(option).orElseGet(() -> Integer.parseInt(option.defaultText()));
    }

    /** An integer as C reads it: {@code 010} is octal, {@code 0x10} hexadecimal. Within the bounds of the option. */
    public Optional<Integer> number(Option option) throws ConfigException {
        ConfigLexer.Line line = lines.get(option);
        if (line == null) {
            return Optional.empty();
        }
        Form form = option.form();
        try {
            int value = Integer.decode(line.value());
            if (value >= form.least() && value <= form.most()) {
                return Optional.of(value);
            }
            throw illegal(line, value < 0 ? Form.NUMBER.remedy() : form.remedy());
        } catch (NumberFormatException e) {
            throw illegal(line, Form.NUMBER.remedy());
        }
    }

    /** A list by commas; of each item the first word counts. */
    public List<String> list(Option option) throws ConfigException {
        ConfigLexer.Line line = lines.get(option);
        if (line == null) {
            return List.of();
        }
        List<String> items = new ArrayList<>();
        Arrays.stream(line.value().split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .map(item -> item.split("\\s", 2)[0])
                .forEach(items::add);
        if (items.isEmpty()) {
            throw illegal(line, option.form().remedy());
        }
        return items;
    }

    /** The text, or the option's default; of an option that takes some words only, the word as the table spells it. */
    public String textOrDefault(Option option) throws ConfigException {
        ConfigLexer.Line line = lines.get(option);
        if (line == null) {
            return option.defaultText();
        }
        Form form = option.form();
        for (String word : form.words()) {
            if (word.equalsIgnoreCase(line.value())) {
                return word;
            }
        }
        if (form.words().isEmpty() && line.value().matches(form.pattern())) {
            return line.value();
        }
        throw illegal(line, form.remedy());
    }

    /** The error for a value that is wrong in a way of its own. */
    public ConfigException wrong(Option option, String problem) {
        ConfigLexer.Line line = lines.get(option);
        return line == null ? new ConfigException(option.label() + ": " + problem) : ConfigException.at(line, problem);
    }

    /** The error for a value that does not fit. */
    public ConfigException illegal(Option option, String remedy) {
        ConfigLexer.Line line = lines.get(option);
        return line == null ? new ConfigException(option.label() + ": " + remedy) : illegal(line, remedy);
    }

    private static ConfigException illegal(ConfigLexer.Line line, String remedy) {
        return ConfigException.at(
                line, "illegal value " + ConfigLexer.printable(line.value()) + " for " + line.name() + "; " + remedy);
    }
}
