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
import org.dmarcmilter.config.Option;
import org.dmarcmilter.daemon.Configuration.Overrides;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    private Path directory;

    private String config(String text) throws IOException {
        return Files.writeString(directory.resolve("test.conf"), text).toString();
    }

    private static Configuration load(String file) throws ConfigException {
        return Configuration.load(Optional.of(file), InputStream.nullInputStream());
    }

    @Test
    void readsAFile() throws IOException, ConfigException {
        Path file = Files.writeString(directory.resolve("x.conf"), "Socket inet:9999\n");
        Configuration configuration = load(file.toString());
        assertEquals(file.toString(), configuration.name());
        assertEquals(Optional.of(file), configuration.path());
        assertEquals("inet:9999", configuration.settings().service().socket());
        assertEquals(List.of(Option.SOCKET), configuration.file().options());
    }

    @Test
    void readsStandardInput() throws ConfigException {
        Configuration configuration = Configuration.load(
                Optional.of("-"), new ByteArrayInputStream("Syslog yes".getBytes(StandardCharsets.US_ASCII)));
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
        ConfigException e = assertThrows(ConfigException.class, configuration::reread);
        assertEquals("ignoring reload signal: the configuration came from " + pipe, e.getMessage());
    }

    @Test
    void namesFileLineAndMistake() throws IOException {
        Path file = Files.writeString(directory.resolve("x.conf"), "Syslog yes\nSyslog on\n");
        assertEquals(
                file + ": configuration error at line 2: illegal value \"on\" for Syslog; write true or false",
                assertThrows(ConfigException.class, () -> load(file.toString())).getMessage());
    }

    @Test
    void saysWhyAFileCannotBeRead() {
        String missing = directory.resolve("missing.conf").toString();
        assertEquals(
                missing
                        + ": configuration error at line 0: error reading configuration file: No such file or directory",
                assertThrows(ConfigException.class, () -> load(missing)).getMessage());
        String aDirectory = directory.toString();
        String message =
                assertThrows(ConfigException.class, () -> load(aDirectory)).getMessage();
        assertTrue(
                message.startsWith(aDirectory + ": configuration error at line 0: error reading configuration file: "),
                message);
    }

    @Test
    void otherOctetsThanAsciiAreReadAsTheyAre() throws IOException, ConfigException {
        Path file = Files.write(directory.resolve("x.conf"), new byte[] {
            '#', (byte) 0xff, '\n', 'R', 'e', 'j', 'e', 'c', 't', 'S', 't', 'r', 'i', 'n', 'g', ' ', (byte) 0xe9, '\n'
        });
        assertEquals("\u00e9", load(file.toString()).settings().handling().rejectText());
    }

    @Test
    void reasonsAreTheSystemsWords() {
        assertEquals("Permission denied", Configuration.reason(new java.nio.file.AccessDeniedException("x")));
        assertEquals("other", Configuration.reason(new IOException("other")));
    }

    @Test
    void warnsOnceOfEachOptionWithoutEffect() throws IOException, ConfigException {
        Configuration file = Configuration.load(
                Optional.of(config("AutoRestart yes\nDMARCbisWalkMode x\nBackground no\nSocket inet:1\n")),
                InputStream.nullInputStream());
        assertEquals(
                List.of(file.name() + ": line 2: DMARCbisWalkMode has no effect: use DMARCStandard"), file.warnings());
    }

    @Test
    void theLauncherCannotReadStandardInput() throws ConfigException {
        Configuration file = Configuration.load(
                Optional.of("-"),
                new ByteArrayInputStream("AutoRestart yes\nSocket inet:1\n".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(
                List.of("-: line 1: AutoRestart has no effect: the launcher script reads it from an ordinary file only;"
                        + " write it to one"),
                file.warnings());
    }

    @Test
    void aReloadReadsTheFileAgainUnderTheSameCommandLine() throws IOException, ConfigException {
        Overrides overrides = new Overrides(Optional.of("inet:2@localhost"), Optional.empty(), false);
        String path = config("RejectFailures no\n");
        Configuration old = load(path).with(overrides);
        config("RejectFailures yes\nSocket inet:3\n");
        Configuration young = old.reread();
        assertTrue(young.settings().handling().rejectFailures());
        assertEquals("inet:2@localhost", young.settings().service().socket());
        config("Nonsense yes\n");
        assertThrows(ConfigException.class, old::reread);
        Files.delete(Path.of(path));
        assertThrows(ConfigException.class, old::reread);
    }

    @Test
    void whatCameFromStandardInputCannotBeReadAgain() throws ConfigException {
        Configuration old = Configuration.load(Optional.of("-"), InputStream.nullInputStream());
        ConfigException e = assertThrows(ConfigException.class, old::reread);
        assertEquals("ignoring reload signal: the configuration came from standard input", e.getMessage());
    }
}
