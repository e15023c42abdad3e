package org.dmarcmilter.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import org.dmarcmilter.ProgramVersion;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.files.FileProblem;

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

    /**
     * Tells what is wrong with the configuration, a line for each mistake.
     *
     * @param who the command, with what stands between it and what it says
     * @return the exit code for it
     */
    public int tell(String who, ConfigException e) {
        e.mistakes().forEach(mistake -> err.println(who + mistake));
        return ExitCode.CONFIGURATION;
    }

    /**
     * Tells what could not be read, with the name of the file where it is known.
     *
     * @return the exit code for input that cannot be read
     */
    public int tell(String who, IOException e) {
        err.println(who + (e instanceof FileSystemException file ? file.getFile() + ": " : "") + FileProblem.reason(e));
        return ExitCode.NO_INPUT;
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
