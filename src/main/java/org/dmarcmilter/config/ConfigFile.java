package org.dmarcmilter.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options that are set, each value checked against its type. The last line that names an option wins. */
public final class ConfigFile {
    private final Map<Option, ConfigLexer.Line> lines;

    private ConfigFile(Map<Option, ConfigLexer.Line> lines) {
        this.lines = lines;
    }

    /** A configuration in which nothing is set. */
    public static ConfigFile empty() {
        return new ConfigFile(new EnumMap<>(Option.class));
    }

    /** Reads the text of a file; the first mistake ends it. */
    public static ConfigFile parse(String text) throws ConfigException {
        Map<Option, ConfigLexer.Line> set = new EnumMap<>(Option.class);
        for (ConfigLexer.Line line : ConfigLexer.lines(text)) {
            Optional<Option> option = Option.named(line.name());
            if (option.isEmpty()) {
                throw ConfigException.atLine(
                        line.number(),
                        "unrecognized parameter " + ConfigLexer.printable(line.name())
                                + "; remove the line or correct the name (dmarc-milter.conf(5) lists them)");
            }
            set.put(option.get(), line);
        }
        ConfigFile file = new ConfigFile(set);
        for (Option option : set.keySet()) {
            file.check(option);
        }
        return file;
    }

    private void check(Option option) throws ConfigException {
        switch (option.type()) {
            case BOOLEAN -> flag(option);
            case INTEGER -> number(option);
            case LIST -> list(option);
            case STRING -> text(option);
        }
    }

    /** The options that are set, in the table's order. */
    public List<Option> options() {
        return List.copyOf(lines.keySet());
    }

    public boolean isSet(Option option) {
        return lines.containsKey(option);
    }

    /** The line that set an option; 0 if none did. */
    public int lineOf(Option option) {
        ConfigLexer.Line line = lines.get(option);
        return line == null ? 0 : line.number();
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
        throw illegal(line, "write true or false");
    }

    /** An integer as C reads it: {@code 010} is octal, {@code 0x10} hexadecimal. Never negative. */
    public Optional<Integer> number(Option option) throws ConfigException {
        ConfigLexer.Line line = lines.get(option);
        if (line == null) {
            return Optional.empty();
        }
        try {
            int value = Integer.decode(line.value());
            if (value >= 0) {
                return Optional.of(value);
            }
        } catch (NumberFormatException e) {
            // falls through to the one error message
        }
        throw illegal(line, "write a whole number, 0 or greater");
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
            throw illegal(line, "the list has no items");
        }
        return items;
    }

    /** One of several words, without case. */
    public String choice(Option option, String... words) throws ConfigException {
        ConfigLexer.Line line = lines.get(option);
        if (line == null) {
            return option.defaultText();
        }
        for (String word : words) {
            if (word.equalsIgnoreCase(line.value())) {
                return word;
            }
        }
        throw illegal(line, "write one of " + String.join(", ", words));
    }

    /** The error for a value that does not fit. */
    public ConfigException illegal(Option option, String remedy) {
        ConfigLexer.Line line = lines.get(option);
        return line == null ? new ConfigException(option.label() + ": " + remedy) : illegal(line, remedy);
    }

    private static ConfigException illegal(ConfigLexer.Line line, String remedy) {
        return ConfigException.atLine(
                line.number(),
                "illegal value " + ConfigLexer.printable(line.value()) + " for " + line.name() + "; " + remedy);
    }
}
