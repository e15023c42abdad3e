package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.config.ConfigLexer;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.config.Overrides;
import org.dmarcmilter.domain.ListenAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    private Path directory;

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("test.conf"), text).toString();
    }

    private static Configuration load(String file) throws ConfigException {
        return Configuration.load(Optional.of(file), InputStream.nullInputStream(), Overrides.NONE);
    }

    @Test
    void readsAFile() throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("x.conf"), "Socket inet:9999\n");
        Configuration configuration = load(file.toString());
        assertEquals(file.toString(), configuration.name());
        assertEquals(Optional.of(file), configuration.path());
        assertEquals(
                ListenAddress.parse("inet:9999"),
                configuration.settings().service().socket());
        assertEquals(List.of(Option.SOCKET), configuration.file().options());
    }

    @Test
    void readsStandardInput() throws ConfigException {
        Configuration configuration = Configuration.load(
                Optional.of("-"),
                new ByteArrayInputStream("Syslog yes".getBytes(StandardCharsets.US_ASCII)),
                Overrides.NONE);
        assertEquals("-", configuration.name());
        assertEquals(Optional.empty(), configuration.path());
        assertTrue(configuration.settings().logging().syslog());
    }

    /** A reload would wait for a writer that never comes. */
    @Test
    void aPipeIsReadOnce() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        Thread writer = new Thread(() -> {
            try {
                Files.writeString(pipe, "Syslog yes");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        writer.start();
        Configuration configuration = load(pipe.toString());
        writer.join();
        assertEquals(pipe.toString(), configuration.name());
        assertEquals(Optional.empty(), configuration.path());
        assertTrue(configuration.settings().logging().syslog());
        ConfigException e = assertThrows(ConfigException.class, configuration::again);
        assertEquals("ignoring reload signal: the configuration came from " + pipe, e.getMessage());
    }

    @Test
    void namesFileLineAndMistake() throws IOException {
        Path file = Files.writeString(directory.resolve("x.conf"), "Syslog yes\nSyslog on\n");
        assertEquals(
                file + ":2: Syslog: illegal value \"on\". Write true or false.",
                assertThrows(ConfigException.class, () -> load(file.toString())).getMessage());
    }

    @Test
    void saysWhyAFileCannotBeRead() {
        String missing = directory.resolve("missing.conf").toString();
        assertEquals(
                missing + ": error reading configuration file: No such file or directory.",
                assertThrows(ConfigException.class, () -> load(missing)).getMessage());
        String aDirectory = directory.toString();
        String message =
                assertThrows(ConfigException.class, () -> load(aDirectory)).getMessage();
        assertTrue(message.startsWith(aDirectory + ": error reading configuration file: "), message);
    }

    @Test
    void otherOctetsThanAsciiAreReadAsTheyAre() throws IOException, ConfigException {
        Path file = Files.write(directory.resolve("x.conf"), new byte[] {
            '#', (byte) 0xff, '\n', 'R', 'e', 'j', 'e', 'c', 't', 'S', 't', 'r', 'i', 'n', 'g', ' ', (byte) 0xe9, '\n'
        });
        assertEquals("\u00e9", load(file.toString()).settings().handling().rejectText());
    }

    @Test
    void warnsOnceOfEachOptionWithoutEffect() throws IOException, ConfigException {
        Configuration file = Configuration.load(
                Optional.of(config("AutoRestart yes\nDMARCbisWalkMode x\nBackground no\nSocket inet:1\n")),
                InputStream.nullInputStream(),
                Overrides.NONE);
        assertEquals(List.of(file.name() + ":2: DMARCbisWalkMode has no effect: use DMARCStandard"), file.warnings());
    }

    @Test
    void theLauncherCannotReadStandardInput() throws ConfigException {
        Configuration file = Configuration.load(
                Optional.of("-"),
                new ByteArrayInputStream("AutoRestart yes\nSocket inet:1\n".getBytes(StandardCharsets.US_ASCII)),
                Overrides.NONE);
        assertEquals(
                List.of("-:1: AutoRestart has no effect: the launcher script reads it from an ordinary file only;"
                        + " write it to one"),
                file.warnings());
    }

    @Test
    void aReloadReadsTheFileAgainUnderTheSameCommandLine() throws IOException, ConfigException {
        Overrides overrides = new Overrides(
                List.of(),
                List.of(),
                List.of(new ConfigLexer.Line("-p", Option.SOCKET, "inet:2@localhost")),
                List.of());
        String path = config("RejectFailures no\n");
        Configuration old = Configuration.load(Optional.of(path), InputStream.nullInputStream(), overrides);
        config("RejectFailures yes\nSocket inet:3\n");
        Configuration young = old.again();
        assertTrue(young.settings().handling().rejectFailures());
        assertEquals(
                ListenAddress.parse("inet:2@localhost"),
                young.settings().service().socket());
        config("Nonsense yes\n");
        assertThrows(ConfigException.class, old::again);
        Files.delete(Path.of(path));
        assertThrows(ConfigException.class, old::again);
    }

    @Test
    void whatCameFromStandardInputCannotBeReadAgain() throws ConfigException {
        Configuration old = Configuration.load(Optional.of("-"), InputStream.nullInputStream(), Overrides.NONE);
        ConfigException e = assertThrows(ConfigException.class, old::again);
        assertEquals("ignoring reload signal: the configuration came from standard input", e.getMessage());
    }
}
