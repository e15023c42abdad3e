package org.dmarcmilter.recorded;

/** Who takes what is read. */
public interface Listener {
    /** One message, in the order of the record. */
    void message(RecordedMessage message);

    /** What cannot be used, in words fit to be shown; the rest is read on. */
    void problem(String what);

    /**
     * How far it is; called for each message.
     *
     * @param done octets of the files that were read
     * @param all octets of all files; 0 if nobody knows
     */
    void progress(long done, long all);

    /** How many messages there will be if the rest is like what was read; 0 if nobody knows. */
    static long expected(long messages, long done, long all) {
        return done > 0 ? (long) ((double) messages * all / done) : 0;
    }
}
