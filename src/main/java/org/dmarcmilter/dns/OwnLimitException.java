package org.dmarcmilter.dns;

import java.io.IOException;

/** A question could not be asked, or not be waited for, because of a limit of ours: nothing is known about the server. */
final class OwnLimitException extends IOException {
    private static final long serialVersionUID = 1;

    OwnLimitException(String message) {
        super(message);
    }

    /** The system has no file descriptor left for us, and no server is to blame. */
    static OwnLimitException noSocket(IOException cause) {
        return new OwnLimitException("no socket (" + cause.getMessage() + ")");
    }
}
