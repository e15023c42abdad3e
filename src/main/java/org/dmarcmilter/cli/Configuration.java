package org.dmarcmilter.cli;

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
import org.dmarcmilter.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that is in force and where it came from.
 *
 * @param name how messages call the file
 * @param path to read again on reload; empty for standard input, a pipe and built-in defaults
 */
record Configuration(String name, Optional<Path> path, ConfigFile file, Settings settings) {
    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);
    private static final List<Path> PLACES =
            List.of(Path.of("/etc/dmarc-milter/dmarc-milter.conf"), Path.of("/etc/opendmarc.conf"));

    /**
     * Reads the configuration.
     *
     * @param given the file of {@code -c}; {@code -} is standard input; empty: the first readable of the usual places
     * @throws ConfigException with a message that begins with the file's name
     */
    static Configuration load(Optional<String> given, InputStream standardInput) throws ConfigException {
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

    /** What can be read once only: a second reader of a pipe would wait for a writer that never comes. */
    private static boolean isPipe(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    private static Configuration parse(String name, Optional<Path> path, String text) throws ConfigException {
        try {
            ConfigFile file = ConfigFile.parse(text);
            return new Configuration(name, path, file, Settings.from(file));
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
    static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof AccessDeniedException) {
            return "Permission denied";
        }
        return String.valueOf(e.getMessage());
    }
}
