package org.dmarcmilter.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that is in force and where it came from.
 *
 * @param name how messages call the file
 * @param path to read again on reload; empty for standard input, a pipe and built-in defaults
 * @param overrides what stands beside the file
 */
public record Configuration(String name, Optional<Path> path, Overrides overrides, ConfigFile file, Settings settings) {
    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);
    private static final List<Path> PLACES =
            List.of(Path.of("/etc/dmarc-milter/dmarc-milter.conf"), Path.of("/etc/opendmarc.conf"));

    /**
     * Reads the configuration.
     *
     * @param given the file of {@code -c}; {@code -} is standard input; empty: the first readable of the usual places
     * @throws ConfigException with a message that begins with the file's name, or with that of a flag or variable
     */
    public static Configuration load(Optional<String> given, InputStream standardInput, Overrides overrides)
            throws ConfigException {
        if (given.isPresent() && given.get().equals("-")) {
            return parse("-", Optional.empty(), readAll(standardInput), overrides);
        }
        Optional<Path> path = given.map(Path::of)
                .or(() -> PLACES.stream().filter(Files::isReadable).findFirst());
        if (path.isEmpty()) {
            PLACES.stream()
                    .filter(Files::exists)
                    .forEach(file -> LOG.warn("{}: Permission denied; going on with built-in defaults", file));
            return parse("built-in defaults", Optional.empty(), "", overrides);
        }
        return parse(path.get().toString(), path.filter(file -> !isPipe(file)), read(path.get()), overrides);
    }

    /** The configuration as it is now, for a reload. */
    public Configuration again() throws ConfigException {
        if (path.isEmpty()) {
            throw new ConfigException("ignoring reload signal: the configuration came from "
                    + (name.equals("-") ? "standard input" : name));
        }
        return load(Optional.of(path.get().toString()), InputStream.nullInputStream(), overrides);
    }

    /** What can be read once only: a second reader of a pipe would wait for a writer that never comes. */
    private static boolean isPipe(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    private static Configuration parse(String name, Optional<Path> path, String text, Overrides overrides)
            throws ConfigException {
        try {
            ConfigFile file = ConfigFile.parse(text, overrides);
            return new Configuration(name, path, overrides, file, Settings.from(file));
        } catch (ConfigException e) {
            throw inFile(name, e);
        }
    }

    /** A mistake in the file is told with the file's name before it. */
    private static ConfigException inFile(String name, ConfigException e) {
        return e.isInFile() ? new ConfigException(name + ": " + e.getMessage()) : e;
    }

    private static String read(Path path) throws ConfigException {
        try {
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            String remedy = e instanceof AccessDeniedException
                    ? "; user " + System.getProperty("user.name") + " must be able to read it"
                    : "";
            throw new ConfigException(
                    path + ": configuration error at line 0: error reading configuration file: " + reason(e) + remedy);
        }
    }

    private static String readAll(InputStream in) throws ConfigException {
        try {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigException("-: configuration error at line 0: " + reason(e));
        }
    }

    /**
     * Looks whether the user exists whom the launcher script becomes, so that {@code -n} sees what the start would see. A reload
     * does not ask: the user that runs is there.
     *
     * @throws ConfigException if this machine has no such user or group
     */
    public void checkUser() throws ConfigException {
        // The launcher script cannot read it from standard input or a pipe.
        boolean isSeen = path.isPresent() || !file.isInFile(Option.USER_ID);
        Optional<String> problem =
                file.text(Option.USER_ID).filter(user -> isSeen).flatMap(Account::problem);
        if (problem.isPresent()) {
            throw wrong(Option.USER_ID, problem.get());
        }
    }

    /** The error for a value that can only be judged with what lies outside the file. */
    ConfigException wrong(Option option, String problem) {
        return inFile(name, file.wrong(option, problem));
    }

    /** One line for each option that is set and does not act here, for the log and for whoever starts the daemon. */
    public List<String> warnings() {
        return file.options().stream()
                .flatMap(option -> obstacle(option)
                        .map(words -> file.placeOf(option, name) + ": " + option.label() + " has no effect: " + words)
                        .stream())
                .toList();
    }

    private Optional<String> obstacle(Option option) {
        return switch (option.effect()) {
            case IGNORED -> Optional.of(option.advice());
            case LAUNCHER ->
                path.isEmpty() && file.isInFile(option)
                        ? Optional.of("the launcher script reads it from an ordinary file only; write it to one")
                        : Optional.empty();
            case WORKS -> Optional.empty();
        };
    }

    /** Why a file could not be read, in the words of the system. */
    public static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        return String.valueOf(e.getMessage());
    }
}
