package org.dmarcmilter.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** For tests of commands: a configuration whose DNS is a file, so that nothing is asked on the network. */
abstract class CommandTest {
    @TempDir
    Path directory;

    /** The name of the configuration file. */
    String config = "";

    @BeforeEach
    void writeZone() throws IOException {
        Path zone = Files.writeString(directory.resolve("zone"), """
                _dmarc.example.com       v=DMARC1; p=reject; rua=mailto:a@example.com
                _dmarc.full.example      v=DMARC1; p=quarantine; sp=none; pct=50; adkim=s; aspf=s; rua=mailto:a@x.example,mailto:b@x.example; ruf=mailto:f@x.example; fo=1:d
                _dmarc.none.example      v=DMARC1; p=none
                _dmarc.held.example      v=DMARC1; p=quarantine
                _dmarc.bad.example       v=DMARC1; p=bogus
                _dmarc.mistakes.example  v=DMARC1; p=none; pct=abc
                _dmarc.two.example       v=DMARC1; p=none
                _dmarc.two.example       v=DMARC1; p=reject
                _dmarc.other.example     some text
                example.com              v=spf1 ip4:192.0.2.10 -all
                """);
        config = configuration("TestDNSData " + zone);
    }

    /** Adds lines to the configuration. */
    String configuration(String... lines) throws IOException {
        Path file = directory.resolve("dmarc-milter.conf");
        String before =
                Files.exists(file) ? Files.readString(file) : "Nameservers 127.0.0.1:1\nAuthservID mx.example.net\n";
        return Files.writeString(file, before + String.join("\n", lines) + "\n").toString();
    }

    Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
