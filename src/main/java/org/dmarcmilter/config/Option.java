package org.dmarcmilter.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every name that the configuration file may use, in one table: OpenDMARC's options (also those of its development
 * branch) and our own. Names compare without case.
 */
public enum Option {
    // Who we are and whom we believe
    AUTHSERV_ID("AuthservID", Type.STRING, "the MTA's own name (macro j)"),
    AUTHSERV_ID_WITH_JOB_ID("AuthservIDWithJobID", Type.BOOLEAN, "false"),
    TRUSTED_AUTHSERV_IDS("TrustedAuthservIDs", Type.LIST, "AuthservID"),

    // Whose mail is left alone
    IGNORE_AUTHENTICATED_CLIENTS("IgnoreAuthenticatedClients", Type.BOOLEAN, "false"),
    IGNORE_HOSTS("IgnoreHosts", Type.STRING, "127.0.0.1 and ::1 only"),
    IGNORE_MAIL_FROM("IgnoreMailFrom", Type.LIST, "none"),
    IGNORE_MAIL_TO("IgnoreMailTo", Type.LIST, "none"),

    // What is done with it
    REJECT_FAILURES("RejectFailures", Type.BOOLEAN, "false"),
    REJECT_STRING("RejectString", Type.STRING, "rejected by DMARC policy for %s"),
    HOLD_QUARANTINED_MESSAGES("HoldQuarantinedMessages", Type.BOOLEAN, "false"),
    REQUIRED_HEADERS("RequiredHeaders", Type.BOOLEAN, "false"),
    REQUIRED_FROM("RequiredFrom", Type.BOOLEAN, "false"),
    REJECT_MULTI_VALUE_FROM("RejectMultiValueFrom", Type.BOOLEAN, "false"),
    ON_TEMPORARY_ERROR("OnTemporaryError", Type.STRING, "accept"),
    COPY_FAILURES_TO("CopyFailuresTo", Type.STRING, "none"),
    SOFTWARE_HEADER("SoftwareHeader", Type.BOOLEAN, "false"),
    MAX_EVALUATION_TIME("MaxEvaluationTime", Type.INTEGER, "DNSTimeout"),

    // SPF and ARC
    SPF_IGNORE_RESULTS("SPFIgnoreResults", Type.BOOLEAN, "false"),
    SPF_SELF_VALIDATE("SPFSelfValidate", Type.BOOLEAN, "false"),
    DOMAIN_WHITELIST("DomainWhitelist", Type.LIST, "none"),
    DOMAIN_WHITELIST_FILE("DomainWhitelistFile", Type.STRING, "none"),
    DOMAIN_WHITELIST_SIZE(
            "DomainWhitelistSize", Type.INTEGER, "no limit", Effect.IGNORED, "the list has no fixed size"),

    // DNS
    NAMESERVERS("Nameservers", Type.STRING, "from /etc/resolv.conf"),
    DNS_TIMEOUT("DNSTimeout", Type.INTEGER, "5"),
    DNS_CACHE_SIZE("DNSCacheSize", Type.INTEGER, "20000"),
    DMARC_STANDARD("DMARCStandard", Type.STRING, "rfc7489"),
    PUBLIC_SUFFIX_LIST("PublicSuffixList", Type.STRING, "the list that comes with the program"),
    TEST_DNS_DATA("TestDNSData", Type.STRING, "none"),

    // The service
    SOCKET("Socket", Type.STRING, "inet:8893@127.0.0.1"),
    UMASK("UMask", Type.INTEGER, "the process's own"),
    MAX_CONNECTIONS("MaxConnections", Type.INTEGER, "2500"),
    MAX_HEADER_BYTES("MaxHeaderBytes", Type.INTEGER, "1048576"),
    METRICS_SOCKET("MetricsSocket", Type.STRING, "none"),
    PID_FILE("PidFile", Type.STRING, "none"),
    SYSLOG("Syslog", Type.BOOLEAN, "false"),
    SYSLOG_FACILITY("SyslogFacility", Type.STRING, "mail"),
    SYSLOG_IDENTITY("SyslogIdentity", Type.STRING, "dmarc-milter"),
    MILTER_DEBUG("MilterDebug", Type.INTEGER, "0"),

    // History and reports
    HISTORY_FILE("HistoryFile", Type.STRING, "none"),
    RECORD_ALL_MESSAGES("RecordAllMessages", Type.BOOLEAN, "false"),
    FAILURE_REPORTS("FailureReports", Type.BOOLEAN, "false"),
    FAILURE_REPORTS_BCC("FailureReportsBcc", Type.STRING, "none"),
    FAILURE_REPORTS_ON_NONE("FailureReportsOnNone", Type.BOOLEAN, "false"),
    FAILURE_REPORTS_SENT_BY("FailureReportsSentBy", Type.STRING, "dmarc-milter <USER@HOST>"),
    REPORT_COMMAND("ReportCommand", Type.STRING, "/usr/sbin/sendmail -t -odq"),
    NO_REPORTS_LIST("NoReportsList", Type.STRING, "none"),

    // Taken over by the launcher script or the service manager: a JVM can neither fork nor change its user or root
    BACKGROUND("Background", Type.BOOLEAN, "true", Effect.LAUNCHER, "the launcher script detaches the daemon"),
    USER_ID("Userid", Type.STRING, "unchanged", Effect.LAUNCHER, "the launcher script drops to this user"),
    BASE_DIRECTORY(
            "BaseDirectory", Type.STRING, "the current directory", Effect.LAUNCHER, "the launcher script goes there"),
    AUTO_RESTART(
            "AutoRestart",
            Type.BOOLEAN,
            "false",
            Effect.LAUNCHER,
            "the launcher script starts the daemon again; under systemd (Type=notify) Restart= does"),
    AUTO_RESTART_COUNT(
            "AutoRestartCount",
            Type.INTEGER,
            "0",
            Effect.LAUNCHER,
            "with AutoRestart; under systemd (Type=notify) use StartLimitBurst="),
    AUTO_RESTART_RATE(
            "AutoRestartRate",
            Type.STRING,
            "none",
            Effect.LAUNCHER,
            "with AutoRestart; under systemd (Type=notify) use StartLimitIntervalSec="),
    CHANGE_ROOT_DIRECTORY(
            "ChangeRootDirectory",
            Type.STRING,
            "none",
            Effect.IGNORED,
            "a JVM cannot change its root, so the daemon is not confined to this directory, and paths mean the whole"
                    + " file system; confine it by the service unit (ProtectSystem=strict) or a container, and remove the line"),
    ENABLE_CORE_DUMPS(
            "EnableCoredumps", Type.BOOLEAN, "false", Effect.LAUNCHER, "the launcher script raises the limit"),

    // Known from newer OpenDMARC versions
    DMARCBIS_WALK_MODE("DMARCbisWalkMode", Type.STRING, "none", Effect.IGNORED, "use DMARCStandard"),
    DMARCBIS_WALK_MODE_FALLBACK("DMARCbisWalkModeFallback", Type.STRING, "none", Effect.IGNORED, "use DMARCStandard"),
    DMARCBIS_IGNORE_PCT(
            "DMARCbisIgnorePct", Type.BOOLEAN, "false", Effect.IGNORED, "DMARCStandard rfc9989 ignores pct"),
    LOG_SPF_DNS("LogSPFDNS", Type.BOOLEAN, "false", Effect.IGNORED, "failure reports hold SPF-DNS without it"),
    READ_CANONICALIZED_DATA(
            "ReadCanonicalizedData",
            Type.BOOLEAN,
            "false",
            Effect.IGNORED,
            "failure reports carry no canonicalized data");

    /** How a value is read. */
    public enum Type {
        STRING,
        BOOLEAN,
        INTEGER,
        LIST
    }

    /** Who acts on an option. */
    public enum Effect {
        /** This program. */
        WORKS,
        /** The script that starts the JVM. */
        LAUNCHER,
        /** Nobody: accepted, so that an existing file loads, and answered with one warning line. */
        IGNORED
    }

    private static final Map<String, Option> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(o -> key(o.label), Function.identity()));

    private final String label;
    private final Type type;
    private final String defaultText;
    private final Effect effect;
    private final String advice;

    Option(String label, Type type, String defaultText) {
        this(label, type, defaultText, Effect.WORKS, "");
    }

    Option(String label, Type type, String defaultText, Effect effect, String advice) {
        this.label = label;
        this.type = type;
        this.defaultText = defaultText;
        this.effect = effect;
        this.advice = advice;
    }

    /** The option of that name, in any case. */
    public static Optional<Option> named(String name) {
        return Optional.ofNullable(BY_NAME.get(key(name)));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The name as the documentation spells it. */
    public String label() {
        return label;
    }

    public Type type() {
        return type;
    }

    /** What holds when the option is not set, in words. */
    public String defaultText() {
        return defaultText;
    }

    public Effect effect() {
        return effect;
    }

    /** For options without effect: what to do instead. */
    public String advice() {
        return advice;
    }
}
