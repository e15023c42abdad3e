package org.dmarcmilter.cli;

import sun.misc.Signal;

/** Handlers for the signals by which an operator talks to the daemon. */
@SuppressWarnings("sunapi")
final class Signals {
    private Signals() {}

    /** Runs the task on a thread of its own each time one of the signals comes. A signal the system lacks is left out. */
    static void on(Runnable task, String... names) {
        for (String name : names) {
            try {
                Signal.handle(new Signal(name), signal -> task.run());
            } catch (IllegalArgumentException unknown) {
                // Another system, or a JVM that keeps this signal for itself.
            }
        }
    }
}
