package org.dmarcmilter.cli;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationTest {
    @TempDir
    private Path directory;

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
        ConfigException e = assertThrows(
                ConfigException.class, () -> DaemonCommand.reload(configuration, DaemonArguments.parse(List.of())));
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
}
