package org.dmarcmilter.journal;

import java.io.IOException;

/** A segment of a form that this program does not know: it is left alone, for a newer one. */
public final class UnreadableSegmentException extends IOException {
    private static final long serialVersionUID = 1;

    UnreadableSegmentException(Segment segment, String what) {
        super(segment.path() + ": " + what
                + "; it is left alone. Read it with the version of the program that wrote it.");
    }
}
