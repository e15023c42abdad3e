package org.dmarcmilter.endtoend;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** pypolicyd-spf as Postfix's policy service: it asks the test's name server. */
final class PolicydSpf {
    /** For master.cf. */
    final String service;

    /** For main.cf. */
    final String restriction;

    private PolicydSpf(String service, String restriction) {
        this.service = service;
        this.restriction = restriction;
    }

    /** Writes its configuration; Postfix starts it. It writes Authentication-Results. */
    static PolicydSpf in(Path directory, NameServer dns, String authservId) {
        return configured(directory, dns, "Header_Type = AR\nAuthserv_Id = " + authservId);
    }

    /** The same, but it writes Received-SPF, as it does by default. */
    static PolicydSpf withReceivedSpf(Path directory, NameServer dns) {
        return configured(directory, dns, "Header_Type = SPF");
    }

    private static PolicydSpf configured(Path directory, NameServer dns, String header) {
        try {
            Path configuration = Files.writeString(directory.resolve("policyd-spf.conf"), """
                    debugLevel = 0
                    HELO_reject = False
                    Mail_From_reject = False
                    %s
                    skip_addresses = 127.0.0.0/8
                    """.formatted(header));
            // The program has no option for the name server.
            Path program =
                    Files.writeString(directory.resolve("policyd-spf.py"), """
                    import sys
                    import DNS
                    from spf_engine.policyd_spf import main
                    DNS.defaults['server'] = ['127.0.0.1']
                    DNS.defaults['port'] = %d
                    sys.argv = ['policyd-spf', '%s']
                    sys.exit(main())
                    """.formatted(dns.port(), configuration));
            PeerProcess.run(
                    directory.resolve("policyd-spf.out"), List.of("/usr/bin/python3", "-c", "import spf_engine"));
            return new PolicydSpf(
                    "policyd-spf unix - n n - 0 spawn user=nobody argv=/usr/bin/python3 " + program + "\n",
                    "check_policy_service unix:private/policyd-spf");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
