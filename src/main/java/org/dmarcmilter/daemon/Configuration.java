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
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.milter.ListenAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that is in force and where it came from.
 *
 * @param name how messages call the file
 * @param path to read again on reload; empty for standard input, a pipe and built-in defaults
 * @param overrides what the command line says instead
 * @param settings what is in force: the file's, with the overrides
 */
public record Configuration(String name, Optional<Path> path, ConfigFile file, Overrides overrides, Settings settings) {
    /**
     * What the command line says instead of the file, at the start and at each reload.
     *
     * @param socket {@code -p}
     * @param pidFile {@code -P}
     * @param syslog {@code -l}
     */
    public record Overrides(Optional<String> socket, Optional<String> pidFile, boolean syslog) {
        /** The file alone counts. */
        public static final Overrides NONE = new Overrides(Optional.empty(), Optional.empty(), false);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);
    private static final List<Path> PLACES =
            List.of(Path.of("/etc/dmarc-milter/dmarc-milter.conf"), Path.of("/etc/opendmarc.conf"));

    /**
     * Reads the configuration.
     *
     * @param given the file of {@code -c}; {@code -} is standard input; empty: the first readable of the usual places
     * @throws ConfigException with a message that begins with the file's name
     */
    public static Configuration load(Optional<String> given, InputStream standardInput) throws ConfigException {
        if (given.isPresent() && given.get().equals("-")) {
            return parse("-", Optional.empty(), readAll(standardInput));
        }
        Optional<Path> path = given.map(Path::of)
                .or(() -> PLACES.stream().filter(Files::isReadable).findFirst());
        if (path.isEmpty()) {
            PLACES.stream()
                    .filter(Files::exists)
                    .forEach(file -> LOG.warn("{}: Permission denied; going on with built-in defaults", file));
            return parse("built-in defaults", Optional.empty(), "");
        }
        return parse(path.get().toString(), path.filter(file -> !isPipe(file)), read(path.get()));
    }

    /** The configuration as its file is now, under the same command line, for a reload. */
    Configuration reread() throws ConfigException {
        if (path.isEmpty()) {
            throw new ConfigException("ignoring reload signal: the configuration came from "
                    + (name.equals("-") ? "standard input" : name));
        }
        return load(Optional.of(path.get().toString()), InputStream.nullInputStream())
                .with(overrides);
    }

    /**
     * The command line wins over the file.
     *
     * @throws ConfigException if the socket, of either, is none
     */
    public Configuration with(Overrides commandLine) throws ConfigException {
        Settings.Service service = settings.service();
        String socket = commandLine.socket().orElse(service.socket());
        try {
            ListenAddress.parse(socket);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(
                    commandLine.socket().isPresent()
                            ? "-p: " + e.getMessage()
                            : name + ": configuration error at line " + file.lineOf(Option.SOCKET) + ": "
                                    + e.getMessage());
        }
        Settings.Logging logging = settings.logging();
        return new Configuration(
                name,
                path,
                file,
                commandLine,
                new Settings(
                        settings.identity(),
                        settings.exemptions(),
                        settings.handling(),
                        settings.spf(),
                        settings.arc(),
                        settings.dns(),
                        new Settings.Service(
                                socket,
                                service.umask(),
                                service.maxConnections(),
                                service.maxHeaderBytes(),
                                service.metricsSocket(),
                                commandLine.pidFile().or(service::pidFile)),
                        new Settings.Logging(
                                logging.syslog() || commandLine.syslog(),
                                logging.facility(),
                                logging.identity(),
                                logging.debug()),
                        settings.history(),
                        settings.failureReports()));
    }

    /** One line for each option that is set and does not act here, for the log and for whoever starts the daemon. */
    public List<String> warnings() {
        return file.options().stream()
                .flatMap(option -> obstacle(option)
                        .map(words -> name + ": line " + file.lineOf(option) + ": " + option.label()
                                + " has no effect: " + words)
                        .stream())
                .toList();
    }

    private Optional<String> obstacle(Option option) {
        return switch (option.effect()) {
            case IGNORED -> Optional.of(option.advice());
            case LAUNCHER ->
                path.isEmpty()
                        ? Optional.of("the launcher script reads it from an ordinary file only; write it to one")
                        : Optional.empty();
            case WORKS -> Optional.empty();
        };
    }

    /** What can be read once only: a second reader of a pipe would wait for a writer that never comes. */
    private static boolean isPipe(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    private static Configuration parse(String name, Optional<Path> path, String text) throws ConfigException {
        try {
            ConfigFile file = ConfigFile.parse(text);
            return new Configuration(name, path, file, Overrides.NONE, Settings.from(file));
        } catch (ConfigException e) {
            throw new ConfigException(name + ": " + e.getMessage());
        }
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
