package org.dmarcmilter.config;

/**
 * One thing that an operator should know about the configuration.
 *
 * @param isMistake whether it ends the start; a warning tells of what does nothing, or not what it seems to
 * @param line of the configuration file, for the order; 0 for what stands elsewhere
 * @param where {@code FILE:LINE}, a variable or a flag
 * @param what the option, what is wrong, and what to write, in printable US-ASCII
 */
public record Finding(boolean isMistake, int line, String where, String what) {
    @Override
    public String toString() {
        return where + ": " + what;
    }
}
