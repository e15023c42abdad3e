package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.util.List;
import org.dmarcmilter.config.ConfigException;

/** One thing that {@code dmarc-milter report} can do. */
interface Verb {
    /** For {@code --help}: ends with a line end. The options that all verbs have are added. */
    String usage();

    /** Options without a value. */
    default List<String> flags() {
        return List.of();
    }

    /** Options with a value. */
    default List<String> valued() {
        return List.of();
    }

    /**
     * Does it.
     *
     * @return an exit code
     * @throws UsageException if the words do not fit together
     * @throws ConfigException if the configuration cannot be used
     * @throws IOException if files, store or server cannot
     */
    int run(Call call) throws UsageException, ConfigException, IOException;
}
