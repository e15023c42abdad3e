package org.dmarcmilter.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * A program in the place of systemd-notify, which writes down its arguments.
 *
 * @param program its path
 * @param record where it writes
 */
record FakeSystemdNotify(String program, Path record) {
    /** @param version what it says of itself */
    static FakeSystemdNotify in(Path folder, String version) throws IOException {
        Path record = folder.resolve("sent");
        Path script = Files.write(
                folder.resolve("systemd-notify"),
                List.of(
                        "#!/bin/sh",
                        "[ \"$1\" != --version ] || exec echo '" + version + "'",
                        "echo \"$@\" >>'" + record + "'"));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new FakeSystemdNotify(script.toString(), record);
    }

    /** One line for each call. */
    String sent() throws IOException {
        return Files.exists(record) ? Files.readString(record) : "";
    }
}
