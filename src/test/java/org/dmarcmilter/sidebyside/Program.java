package org.dmarcmilter.sidebyside;

import java.nio.file.Path;
import java.util.List;

/** One of the two programs while it runs. */
interface Program extends AutoCloseable {
    Path socket();

    /** Its log lines, with the syslog level in front: {@code <6>S01M001: example.com pass}. */
    List<String> log();

    Path history();

    /** Asks it to end, so that everything is written. */
    void stop();

    @Override
    void close();
}
