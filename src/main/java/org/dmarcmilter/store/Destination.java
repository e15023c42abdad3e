package org.dmarcmilter.store;

/**
 * Where a report is to go, as it was resolved.
 *
 * @param address at most 320 characters
 * @param maxSize octets that the owner takes; 0 for no limit
 * @param skipped why nothing is sent there, at most 40 characters; empty if something is
 */
public record Destination(String address, long maxSize, String skipped) {
    static final int MAX_ADDRESS = 320;

    public Destination {
        if (address.isEmpty() || address.length() > MAX_ADDRESS || maxSize < 0) {
            throw new IllegalArgumentException("no destination: " + address.length() + " characters, limit " + maxSize);
        }
    }
}
