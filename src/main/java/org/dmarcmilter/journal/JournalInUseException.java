package org.dmarcmilter.journal;

import java.io.IOException;
import java.nio.file.Path;

/** Another daemon writes this journal. */
public final class JournalInUseException extends IOException {
    private static final long serialVersionUID = 1;

    JournalInUseException(Path lock) {
        super("another daemon writes this journal and has " + lock
                + ". Stop it, or give this one a ReportStateDirectory of its own.");
    }
}
