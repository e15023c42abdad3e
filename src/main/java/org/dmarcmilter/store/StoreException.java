package org.dmarcmilter.store;

import java.io.IOException;

/**
 * The store cannot do what was asked. The message says which file and what to do; after this the store should be closed. Its
 * subclasses are what a caller may treat differently.
 */
public class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreException(String message) {
        super(message);
    }

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Another process has it open: try again later. */
    public static final class InUse extends StoreException {
        private static final long serialVersionUID = 1L;

        InUse(String message) {
            super(message);
        }
    }

    /** A newer version of this program made it. */
    public static final class TooNew extends StoreException {
        private static final long serialVersionUID = 1L;

        TooNew(String message) {
            super(message);
        }
    }

    /**
     * The engine wanted more memory than there is. A damaged page can ask for it: if it happens again after the store was looked over,
     * the store counts as damaged.
     */
    public static final class OutOfMemory extends StoreException {
        private static final long serialVersionUID = 1L;

        OutOfMemory(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The file holds something else than what was written, and is rebuilt when it is opened the next time. */
    public static final class Damaged extends StoreException {
        private static final long serialVersionUID = 1L;

        Damaged(String message, Throwable cause) {
            super(message, cause);
        }

        Damaged(String message) {
            super(message);
        }
    }
}
