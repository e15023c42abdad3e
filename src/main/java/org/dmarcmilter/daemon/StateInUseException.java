package org.dmarcmilter.daemon;

import java.io.IOException;

/** Another daemon has the directory of ReportStateDirectory, so this one does not start. */
public final class StateInUseException extends IOException {
    private static final long serialVersionUID = 1;

    StateInUseException(IOException cause) {
        super("ReportStateDirectory: " + cause.getMessage(), cause);
    }
}
