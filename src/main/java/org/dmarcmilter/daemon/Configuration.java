package org.dmarcmilter.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Finding;
import org.dmarcmilter.config.Findings;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.config.Settings;
import org.dmarcmilter.dns.ResolvConf;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.text.Printable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that is in force and where it came from. What is wrong with it is found here, and all at once, for {@code -n},
 * for the start and for a reload alike.
 *
 * @param name how messages call the file
 * @param path to read again on reload; empty for standard input, a pipe and built-in defaults
 * @param mount what is mounted on that path, if anything is
 * @param overrides what stands beside the file
 * @param machine what a daemon needs beside the files; empty for a command that is none
 * @param lists the files that it names
 * @param doubts what does nothing, or not what it seems to
 */
public record Configuration(
        String name,
        Optional<Path> path,
        Optional<String> mount,
        Overrides overrides,
        Optional<MachineCheck> machine,
        ConfigFile file,
        Settings settings,
        ListFiles lists,
        List<Finding> doubts) {
    private static final int MAX_SHOWN = 200;
    private static final Logger LOG = LoggerFactory.getLogger(Configuration.class);
    private static final List<Path> PLACES =
            List.of(Path.of("/etc/dmarc-milter/dmarc-milter.conf"), Path.of("/etc/opendmarc.conf"));

    /**
     * Reads the configuration for a command that looks at mail or at the DNS.
     *
     * @param given the file of {@code -c}; {@code -} is standard input; empty: the first readable of the usual places
     * @throws ConfigException with all that is wrong with it
     */
    public static Configuration load(Optional<String> given, InputStream standardInput, Overrides overrides)
            throws ConfigException {
        Configuration configuration = load(given, standardInput, overrides, Optional.empty());
        configuration.doubts().forEach(doubt -> LOG.warn("{}", doubt));
        return configuration;
    }

    /** As {@link #load}, for a command that is started again and again: it does not repeat what the daemon says about doubtful values. */
    public static Configuration loadQuietly(Optional<String> given, InputStream standardInput, Overrides overrides)
            throws ConfigException {
        return load(given, standardInput, overrides, Optional.empty());
    }

    /** As {@link #load}, for the daemon: users, directories, hosts and addresses are looked at as well. */
    public static Configuration loadForDaemon(Optional<String> given, InputStream standardInput, Overrides overrides)
            throws ConfigException {
        return load(given, standardInput, overrides, Optional.of(MachineCheck.THIS));
    }

    static Configuration load(
            Optional<String> given, InputStream standardInput, Overrides overrides, Optional<MachineCheck> machine)
            throws ConfigException {
        if (given.isPresent() && given.get().equals("-")) {
            return parse("-", Optional.empty(), readAll(standardInput), overrides, machine);
        }
        Optional<Path> path = given.isPresent()
                ? Optional.of(pathOf(given.get()))
                : PLACES.stream().filter(Files::isReadable).findFirst();
        if (path.isEmpty()) {
            PLACES.stream()
                    .filter(Files::exists)
                    .forEach(file -> LOG.warn("{}: Permission denied; going on with built-in defaults", file));
            return parse("built-in defaults", Optional.empty(), "", overrides, machine);
        }
        String name = path.get().toString();
        return parse(name, path.filter(file -> !isPipe(file)), read(path.get()), overrides, machine);
    }

    /** The configuration as it is now, for a reload. */
    public Configuration again() throws ConfigException {
        if (path.isEmpty()) {
            throw new ConfigException("ignoring reload signal: the configuration came from "
                    + (name.equals("-") ? "standard input" : name));
        }
        if (!MountedFile.source(path.get()).equals(mount)) {
            throw new ConfigException(
                    path.get() + ": another file has taken its place where it is mounted from, and only the old"
                            + " one can be seen here. Mount its directory instead, or restart the container.");
        }
        return load(Optional.of(path.get().toString()), InputStream.nullInputStream(), overrides, machine);
    }

    private static Path pathOf(String name) throws ConfigException {
        try {
            return FileProblem.path(name);
        } catch (IOException e) {
            throw new ConfigException(Printable.named(name, MAX_SHOWN) + ": " + FileProblem.reason(e) + ".");
        }
    }

    /** What can be read once only: a second reader of a pipe would wait for a writer that never comes. */
    private static boolean isPipe(Path path) {
        return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
    }

    private static Configuration parse(
            String name, Optional<Path> path, String text, Overrides overrides, Optional<MachineCheck> machine)
            throws ConfigException {
        Findings findings = new Findings();
        ConfigFile file = ConfigFile.parse(name, text, overrides, findings);
        Settings settings = Settings.from(file);
        for (String server : settings.dns().nameservers()) {
            try {
                ResolvConf.parseNameservers(server);
            } catch (IllegalArgumentException e) {
                findings.mistake(file.line(Option.NAMESERVERS), String.valueOf(e.getMessage()));
            }
        }
        ListFiles lists = ListFiles.open(file, findings);
        machine.ifPresent(check -> check.find(file, path.isPresent(), findings));
        findings.endIfMistaken();
        return new Configuration(
                name,
                path,
                path.flatMap(MountedFile::source),
                overrides,
                machine,
                file,
                settings,
                lists,
                findings.warnings());
    }

    private static String read(Path path) throws ConfigException {
        try {
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            String remedy = e instanceof AccessDeniedException
                    ? " User " + System.getProperty("user.name") + " must be able to read it."
                    : "";
            throw new ConfigException(
                    path + ": error reading configuration file: " + FileProblem.reason(e) + "." + remedy);
        }
    }

    private static String readAll(InputStream in) throws ConfigException {
        try {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new ConfigException("-: error reading configuration file: " + FileProblem.reason(e));
        }
    }

    /** Who wants no reports. */
    public NoReportsList noReports() {
        return lists.noReports();
    }

    /** About which policy domains alone there are aggregate reports; empty for all. */
    public Set<DomainName> reportOnly() {
        return lists.reportOnly();
    }

    /** One line for each option that is set and does not act here, and for each doubt: for the log and for whoever starts the daemon. */
    public List<String> warnings() {
        return Stream.concat(
                        file.options().stream()
                                .flatMap(option -> obstacle(option).stream()
                                        .map(words -> file.written(option).place() + ": " + option.label()
                                                + " has no effect: " + words)),
                        doubts.stream().map(Finding::toString))
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
}
