package org.dmarcmilter.milter;

/** Placeholder for the constants; completed with the codec. */
public final class Negotiation {
    public static final int ADD_HEADERS = 0x001;
    public static final int ADD_RECIPIENTS = 0x004;
    public static final int QUARANTINE = 0x020;
    public static final int NO_RCPT = 0x000008;
    public static final int NO_BODY = 0x000010;
    public static final int NO_UNKNOWN = 0x000100;
    public static final int NO_DATA = 0x000200;
    public static final int NR_HEADER = 0x000080;
    public static final int NR_CONNECT = 0x001000;
    public static final int NR_HELO = 0x002000;
    public static final int NR_RCPT = 0x008000;
    public static final int NR_EOH = 0x040000;

    private Negotiation() {}
}
