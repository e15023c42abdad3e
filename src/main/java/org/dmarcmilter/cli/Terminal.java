package org.dmarcmilter.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.dmarcmilter.ProgramVersion;

/** The standard streams, so that commands can be tested. */
public record Terminal(InputStream in, PrintStream out, PrintStream err) {
    /** Those of this process. */
    public static Terminal standard() {
        return new Terminal(System.in, stream(FileDescriptor.out), stream(FileDescriptor.err));
    }

    /** {@code --version} of each command. */
    public int version() {
        out.println("dmarc-milter: " + ProgramVersion.NAME_AND_VERSION);
        return ExitCode.OK;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    /** Writes out what waits. */
    public void flush() {
        out.flush();
        err.flush();
    }
}
