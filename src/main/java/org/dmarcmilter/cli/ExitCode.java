package org.dmarcmilter.cli;

/** Exit codes of the commands, those of OpenDMARC (sysexits.h). */
final class ExitCode {
    static final int OK = 0;
    static final int USAGE = 64;
    static final int MALFORMED_INPUT = 65;
    static final int NO_INPUT = 66;
    static final int UNAVAILABLE = 69;
    static final int SOFTWARE = 70;
    static final int CANNOT_CREATE = 73;
    /** Another start may do better: whoever supervises the daemon makes one. */
    static final int TRY_AGAIN = 75;

    static final int NO_PERMISSION = 77;
    static final int CONFIGURATION = 78;

    private ExitCode() {}
}
