package org.dmarcmilter.cli;

/** Exit codes of the commands, those of OpenDMARC (sysexits.h). */
public final class ExitCode {
    public static final int OK = 0;
    public static final int USAGE = 64;
    public static final int MALFORMED_INPUT = 65;
    public static final int NO_INPUT = 66;
    public static final int UNAVAILABLE = 69;
    public static final int SOFTWARE = 70;
    public static final int CANNOT_CREATE = 73;

    /** Another start may do better: whoever supervises the daemon makes one. */
    public static final int TRY_AGAIN = 75;

    public static final int NO_PERMISSION = 77;
    public static final int CONFIGURATION = 78;

    private ExitCode() {}
}
