package org.dmarcmilter.sidebyside;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The configurations under which the two programs are compared; each runs one pair of daemons. */
enum OptionSet {
    DEFAULTS("AuthservID mx.test"),
    REJECT("AuthservID mx.test", "RejectFailures true"),
    HOLD("AuthservID mx.test", "RejectFailures true", "HoldQuarantinedMessages true", "SoftwareHeader true"),
    HOLD_ALONE("AuthservID mx.test", "HoldQuarantinedMessages true", "RecordAllMessages true"),
    REQUIRED_HEADERS("AuthservID mx.test", "RequiredHeaders true", "SoftwareHeader true"),
    MULTI_VALUE_FROM("AuthservID mx.test", "RejectMultiValueFrom true", "RejectFailures true"),
    JOB_ID("AuthservID mx.test", "AuthservIDWithJobID true", "RecordAllMessages true", "RejectFailures true"),
    IGNORE(
            "AuthservID mx.test",
            "IgnoreAuthenticatedClients true",
            "IgnoreHosts %DIR%/ignore-hosts",
            "IgnoreMailFrom ignored.example,other.example"),
    COPY("AuthservID mx.test", "CopyFailuresTo postmaster@receiver.test", "RejectFailures true"),
    COPY_ALONE("AuthservID mx.test", "CopyFailuresTo postmaster@receiver.test", "SoftwareHeader true"),
    TRUSTED("AuthservID MX.test", "TrustedAuthservIDs checker.test,Other.Test", "RejectFailures true"),
    IMPLICIT_ID("SoftwareHeader true"),
    SPF_SELF("AuthservID mx.test", "SPFSelfValidate true", "RejectFailures true", "RecordAllMessages true"),
    SPF_SELF_ONLY("AuthservID mx.test", "SPFSelfValidate true", "SPFIgnoreResults true"),
    SPF_IGNORE("AuthservID mx.test", "SPFIgnoreResults true", "RecordAllMessages true"),
    ARC(
            "AuthservID mx.test",
            "DomainWhitelist relay.test,list.test",
            "RejectFailures true",
            "HoldQuarantinedMessages true",
            "RejectString no mail from %s without authentication"),
    TEST_DNS("AuthservID mx.test", "TestDNSData %DIR%/test-dns", "RejectFailures true", "RecordAllMessages true"),
    NO_SUFFIX_LIST("AuthservID mx.test", "RejectFailures true");

    private final List<String> lines;

    OptionSet(String... lines) {
        this.lines = Arrays.asList(lines);
    }

    /** The lines of the configuration file, the same for both, with these folders' files. */
    List<String> lines(Path directory) {
        List<String> all = new ArrayList<>();
        lines.forEach(line -> all.add(line.replace("%DIR%", directory.toString())));
        if (this != NO_SUFFIX_LIST) {
            all.add("PublicSuffixList " + directory.resolve("suffixes"));
        }
        return all;
    }
}
