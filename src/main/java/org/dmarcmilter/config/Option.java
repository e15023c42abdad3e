package org.dmarcmilter.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The one table of options: every name that the configuration file may use, OpenDMARC's (also those of its development
 * branch) and our own, with its value, its default, who acts on it and what it means. Names compare without case.
 *
 * <p>{@link Settings} takes defaults and bounds from here; the sample file, dmarc-milter.conf(5) and the table of the
 * documentation are written from here, and a test holds them at that. In a meaning, what a reader types stands in
 * {@code `back quotes`}, which only some of the documents show.
 */
public enum Option {
    // Who we are and whom we believe
    AUTHSERV_ID(
            "AuthservID", Topic.IDENTITY, Form.AUTHSERV_IDS, unset("the MTA's own name (macro j)", "HOSTNAME"), """
            The name in our Authentication-Results fields. `HOSTNAME` stands for the name of this machine. Of a \
            list the first item is ours, and without `TrustedAuthservIDs` all of them are believed."""),
    AUTHSERV_ID_WITH_JOB_ID("AuthservIDWithJobID", Topic.IDENTITY, Form.FLAG, is("false"), """
            Append the queue id to that name: `"NAME/QUEUEID"`."""),
    TRUSTED_AUTHSERV_IDS(
            "TrustedAuthservIDs",
            Topic.IDENTITY,
            Form.AUTHSERV_IDS,
            unset("AuthservID", "mx1.example.com, mx2.example.com"),
            """
            Names whose Authentication-Results fields are believed besides our own. Whoever adds such fields \
            must also remove the ones that come in from outside."""),

    REMOVE_FORGED_RESULTS("RemoveForgedResults", Topic.IDENTITY, Form.FLAG, is("false"), """
            Remove, and do not believe, Authentication-Results fields under our own name or a trusted one that came \
            with the message: below a `Received` field or a field such as From or Subject, or in no readable form. \
            A field that a sender puts on top of all others cannot be told from a checker's."""),

    // Whose mail is left alone
    IGNORE_AUTHENTICATED_CLIENTS("IgnoreAuthenticatedClients", Topic.EXEMPTIONS, Form.FLAG, is("false"), """
            Leave mail of users who logged in alone: they send it, they do not receive it."""),
    IGNORE_HOSTS(
            "IgnoreHosts",
            Topic.EXEMPTIONS,
            Form.LIST_FILE,
            unset("127.0.0.1 and ::1 only", "/etc/dmarc-milter/ignore.hosts"),
            """
            A file of client names, addresses and networks, one on each line, whose mail is left alone, besides \
            127.0.0.1 and ::1. What stands behind an exclamation mark is excepted; the most specific entry \
            decides."""),
    IGNORE_MAIL_FROM("IgnoreMailFrom", Topic.EXEMPTIONS, Form.DOMAINS, none("example.com"), """
            Author domains that are not evaluated."""),
    IGNORE_MAIL_TO("IgnoreMailTo", Topic.EXEMPTIONS, Form.ADDRESSES, none("list@example.com"), """
            Mail that names one of these addresses in its To field is evaluated as always, but not written to \
            `HistoryFile`, and is no reason for an aggregate report."""),

    // What is done with it
    REJECT_FAILURES("RejectFailures", Topic.HANDLING, Form.FLAG, is("false"), """
            Reject what fails where the domain owner asks for it (p=reject). If false, results are only marked."""),
    REJECT_STRING("RejectString", Topic.HANDLING, Form.REPLY, is("rejected by DMARC policy for %s"), """
            The text of a rejection by `RejectFailures`; `%s` stands for the domain whose policy it is."""),
    HOLD_QUARANTINED_MESSAGES("HoldQuarantinedMessages", Topic.HANDLING, Form.FLAG, is("false"), """
            Have the MTA hold what fails where the domain owner asks for quarantine (p=quarantine)."""),
    REQUIRED_HEADERS("RequiredHeaders", Topic.HANDLING, Form.FLAG, is("false"), """
            Reject mail whose header section breaks RFC 5322: no From, two Subjects and the like."""),
    REQUIRED_FROM("RequiredFrom", Topic.HANDLING, Form.FLAG, is("false"), """
            Reject mail without a usable From field."""),
    REJECT_MULTI_VALUE_FROM("RejectMultiValueFrom", Topic.HANDLING, Form.FLAG, is("false"), """
            Reject mail with several author domains. If false, each is evaluated and the strictest policy among \
            those that fail counts."""),
    ON_TEMPORARY_ERROR(
            "OnTemporaryError", Topic.HANDLING, Form.oneOf("policy", "accept", "tempfail"), is("policy"), """
            What is done with mail whose result is temperror, because the DNS does not answer us or the checker that we \
            believe: `accept`; `tempfail`, so that the client tries again later; or `policy`, which is tempfail where \
            the mail would be rejected or held if it failed, and accept otherwise. \
            Where a limit of our own kept us from asking, it is always tempfail."""),
    ON_MISSING_RESULTS("OnMissingResults", Topic.HANDLING, Form.oneOf("fail", "tempfail", "accept"), is("fail"), """
            What is done with mail that would be rejected or held, where no checker that we believe said anything and we \
            did not check SPF ourselves, as when the DKIM filter is down: `fail`, like OpenDMARC; `tempfail`, so that the \
            client tries again later; or `accept`. For the latter two the filter in front must write a result into \
            each message (OpenDKIM: AlwaysAddARHeader yes)."""),
    COPY_FAILURES_TO("CopyFailuresTo", Topic.HANDLING, Form.RECIPIENTS, none("postmaster@example.com"), """
            Addresses that get a copy of failing mail."""),
    SOFTWARE_HEADER("SoftwareHeader", Topic.HANDLING, Form.FLAG, is("false"), """
            Add a field, `DMARC-Filter`, that names this program."""),
    MAX_EVALUATION_TIME(
            "MaxEvaluationTime",
            Topic.HANDLING,
            Form.number(1, 240, "Write 1 to 240 (seconds)."),
            unset("30, or DNSTimeout if that is longer", "60"),
            """
            Seconds that the evaluation of one message may take, 1 to 240; then the result is temperror. SPF alone may \
            need 20 (RFC 7208, section 4.6.4). The MTA must wait longer: Postfix's milter_content_timeout is 300."""),

    // SPF and ARC
    SPF_IGNORE_RESULTS("SPFIgnoreResults", Topic.SPF, Form.FLAG, is("false"), """
            Do not read SPF results from header fields at all."""),
    SPF_SELF_VALIDATE("SPFSelfValidate", Topic.SPF, Form.FLAG, is("false"), """
            Check SPF ourselves (RFC 7208) when no trusted field says that it passed. If false, only what a \
            Received-SPF field says in favour of the sender is checked; without another SPF checker in front of \
            us, only DKIM can make mail pass then."""),
    DKIM_SELF_VALIDATE("DKIMSelfValidate", Topic.DKIM, Form.FLAG, is("false"), """
            Verify DKIM signatures ourselves (RFC 6376, RFC 8463), so that no DKIM filter is needed in front of us, and \
            the ARC chains of the sealers of `DomainWhitelist` (RFC 8617). No DKIM or ARC result of anybody else is \
            believed then, and fields under our own name with such results, or results of DMARC, are removed. Nothing \
            that edits mail may stand before us; leave it off behind a gateway that does."""),
    DOMAIN_WHITELIST("DomainWhitelist", Topic.ARC, Form.DOMAINS, none("lists.example.org"), """
            ARC sealers (domains) that may override a failure; every sealer of the chain must be listed."""),
    DOMAIN_WHITELIST_FILE(
            "DomainWhitelistFile", Topic.ARC, Form.LIST_FILE, none("/etc/dmarc-milter/trusted-sealers"), """
            A file of such domains, one on each line."""),
    DOMAIN_WHITELIST_SIZE("DomainWhitelistSize", Form.NUMBER, unset("no limit", "3000"), "the list has no fixed size"),

    // DNS
    NAMESERVERS("Nameservers", Topic.DNS, Form.SERVERS, unset("from /etc/resolv.conf", "127.0.0.1, [::1]:5353"), """
            Name servers as `ADDRESS[:PORT]`, separated by commas; an IPv6 address with a port stands in \
            brackets."""),
    DNS_TIMEOUT("DNSTimeout", Topic.DNS, Form.NUMBER, is("5"), """
            Seconds to wait for the answer to one question of the DNS; 0, like any number above 60, is 60."""),
    DNS_CACHE_SIZE("DNSCacheSize", Topic.DNS, Form.NUMBER, is("20000"), """
            How many answers are remembered; 0 remembers none."""),
    DMARC_STANDARD("DMARCStandard", Topic.DNS, Form.oneOf("rfc7489", "rfc9989"), is("rfc7489"), """
            The rules: `rfc7489` (public suffix list, pct) or `rfc9989` (tree walk, np, t, psd)."""),
    PUBLIC_SUFFIX_LIST(
            "PublicSuffixList",
            Topic.DNS,
            Form.LIST_FILE,
            unset("the list that comes with the program", "/usr/share/publicsuffix/public_suffix_list.dat"),
            """
            A file with the public suffix list, of which the ICANN section counts."""),
    TEST_DNS_DATA("TestDNSData", Topic.DNS, Form.LIST_FILE, none("/etc/dmarc-milter/test-dns"), """
            For tests: a file of lines NAME VALUE from which all questions for TXT records are answered."""),

    // The service
    SOCKET("Socket", Topic.SERVICE, Form.SOCKET, is("inet:8893@127.0.0.1"), """
            Where the MTA connects: `inet:PORT@HOST`, `inet6:PORT@HOST`, `local:PATH`, `unix:PATH` or a bare \
            path (a unix socket). Without effect when the service manager listens."""),
    UMASK("UMask", Topic.SERVICE, Form.MASK, unset("the process's own", "0007"), """
            The bits that a unix socket, the pid file and the history file do not get."""),
    MAX_CONNECTIONS("MaxConnections", Topic.SERVICE, Form.atLeast(1), is("2500"), """
            More connections than this are closed at once, so that memory stays bounded; the MTA then does what \
            its milter_default_action says. At least the MTA's process limit."""),
    MAX_HEADER_BYTES("MaxHeaderBytes", Topic.SERVICE, Form.atLeast(16_384), is("1048576"), """
            A header section of more octets is not evaluated: the result is permerror, or a rejection (550 \
            5.3.4) with `RejectFailures`. At least 16384."""),
    METRICS_SOCKET("MetricsSocket", Topic.SERVICE, Form.METRICS_SOCKET, none("inet:9893@127.0.0.1"), """
            Where the status page (/), counters for Prometheus (/metrics) and health checks (/health, /ready) are \
            served, and what `dmarc-milter status` asks: `inet:PORT@HOST`."""),
    PID_FILE("PidFile", Topic.SERVICE, Form.WRITTEN_FILE, none("/run/dmarc-milter/dmarc-milter.pid"), """
            The file for the process id, for scripts that want it; with `AutoRestart` that of the launcher \
            script, which passes signals on."""),
    SYSLOG("Syslog", Topic.LOGGING, Form.FLAG, is("false"), """
            Log to the system log as well. In the foreground lines also go to standard output."""),
    SYSLOG_FACILITY("SyslogFacility", Topic.LOGGING, Form.FACILITY, is("mail"), """
            The facility of those log lines: auth (or security), authpriv, cron, daemon, ftp, kern, lpr, mail, \
            news, syslog, user, uucp or local0 to local7; mail stands for any other."""),
    SYSLOG_IDENTITY("SyslogIdentity", Topic.LOGGING, Form.TEXT, is("dmarc-milter"), """
            The program name in those log lines; set it to `opendmarc` where a log parser expects that."""),
    MILTER_DEBUG("MilterDebug", Topic.LOGGING, Form.NUMBER, is("0"), """
            Above 0: log more."""),
    LOG_DETAILS("LogDetails", Topic.LOGGING, Form.oneOf("failures", "all", "none"), is("failures"), """
            For which messages a second line says what was found and done, and what `RejectFailures true` would do: \
            `failures` (all but pass and none), `all` or `none`."""),

    // History and reports
    HISTORY_FILE("HistoryFile", Topic.HISTORY, Form.WRITTEN_FILE, none("/var/lib/dmarc-milter/dmarc-milter.dat"), """
            The file for what was seen, in the format of OpenDMARC, for opendmarc-import; written at least once \
            a second."""),
    RECORD_ALL_MESSAGES("RecordAllMessages", Topic.HISTORY, Form.FLAG, is("false"), """
            Also record mail of domains without a DMARC record."""),
    HISTORY_EXTRA_KEYS("HistoryExtraKeys", Topic.HISTORY, Form.FLAG, is("false"), """
            Also write the keys `spf_scope` and `fo`, for the importer of OpenDMARC's development version; that of \
            1.4.2 does not know them and says so twice a message."""),
    FAILURE_REPORTS("FailureReports", Topic.FAILURE_REPORTS, Form.FLAG, is("false"), """
            Send failure reports to domain owners who ask for them (ruf=). Their fo= is honoured, the addresses \
            of other domains are verified, and at most 30 an hour go to one address and 300 to all. With \
            `ReportCommand` sendmail under systemd see failure-reports.conf in /usr/share/dmarc-milter."""),
    FAILURE_REPORTS_BCC(
            "FailureReportsBcc", Topic.FAILURE_REPORTS, Form.RECIPIENTS, none("postmaster@example.com"), """
            Addresses that get each failure report as well."""),
    FAILURE_REPORTS_ON_NONE("FailureReportsOnNone", Topic.FAILURE_REPORTS, Form.FLAG, is("false"), """
            Also report failures where the policy is none."""),
    FAILURE_REPORTS_SENT_BY(
            "FailureReportsSentBy",
            Topic.FAILURE_REPORTS,
            Form.MAILBOX,
            unset("OpenDMARC Filter <USER@MTA>", "postmaster@example.com"),
            """
            The From field of failure reports. In its default, USER is the user that the daemon runs as, and MTA \
            is the name of the MTA."""),
    REPORT_COMMAND("ReportCommand", Topic.FAILURE_REPORTS, Form.TEXT, is("/usr/sbin/sendmail -t -odq"), """
            The command that sends a failure report, which it reads from standard input."""),
    NO_REPORTS_LIST("NoReportsList", Topic.FAILURE_REPORTS, Form.LIST_FILE, none("/etc/dmarc-milter/no-reports"), """
            A file of who gets no reports, one on each line: user@host, @host, or a domain, for its addresses and for reports about it."""),

    // Aggregate reports
    AGGREGATE_REPORTS("AggregateReports", Topic.REPORTS, Form.FLAG, is("false"), """
            Remember what was seen of each domain whose owner asks for aggregate reports (rua=), and send him one a day. \
            Needs `ReportEmail`, and `dmarc-milter report run` every few minutes, which a timer of the packages does."""),
    REPORT_EMAIL("ReportEmail", Topic.REPORTS, Form.ADDRESS, none("dmarc-reports@example.com"), """
            The address that aggregate reports are from. Mail from its domain must pass DMARC: SPF for this host, or \
            a signature of the MTA."""),
    REPORT_FROM_NAME(
            "ReportFromName",
            Topic.REPORTS,
            Form.line(100),
            unset("DMARC reports of ReportOrg", "Example DMARC reports"),
            """
            The name beside that address."""),
    REPORT_ORG("ReportOrg", Topic.REPORTS, Form.line(255), unset("the domain of ReportEmail", "Example, Inc."), """
            The organization that reports."""),
    REPORT_SUBMITTER(
            "ReportSubmitter", Topic.REPORTS, Form.DOMAIN, unset("the domain of ReportEmail", "mx.example.com"), """
            The domain that reports, in their subjects and the names of their files."""),
    REPORT_CONTACT("ReportContact", Topic.REPORTS, Form.ADDRESS, unset("ReportEmail", "postmaster@example.com"), """
            The address in a report for questions about it."""),
    REPORT_EXTRA_CONTACT("ReportExtraContact", Topic.REPORTS, Form.line(255), none("https://example.com/dmarc"), """
            More about whom to ask, such as a web page."""),
    REPORT_FORMAT(
            "ReportFormat",
            Topic.REPORTS,
            Form.oneOf("rfc7489", "rfc9990"),
            unset("rfc7489, or rfc9990 with DMARCStandard rfc9989", "rfc9990"),
            """
            The format of reports. Some readers refuse the newer one."""),
    REPORT_STATE_DIRECTORY(
            "ReportStateDirectory", Topic.REPORTS, Form.DIRECTORY, is("/var/lib/dmarc-milter/reports"), """
            Where what was seen waits for its report: the journal of the daemon, the database, files on their way. \
            One daemon has it for itself. It is created if the directory above it is there."""),
    REPORT_JOURNAL_MAX("ReportJournalMax", Topic.REPORTS, Form.SIZE, is("2g"), """
            What the journal may take on the disk; with more the daemon records nothing and says so, and mail flows on."""),
    REPORT_JOURNAL_KEEP("ReportJournalKeep", Topic.REPORTS, Form.duration("1d", "90d"), is("5d"), """
            How long the journal is kept, compressed, after it was read: from it the database is built anew if it is \
            damaged. At least a day, `ReportGrace` and `ReportGiveUp` together."""),
    REPORT_JOURNAL_SYNC("ReportJournalSync", Topic.REPORTS, Form.FLAG, is("true"), """
            Have the disk keep what was recorded each second, so that a power failure costs no more than that."""),
    REPORT_MINIMUM_INTERVAL(
            "ReportMinimumInterval",
            Topic.REPORTS,
            Form.number(3_600, 86_400, "Write 3600 to 86400 (seconds)."),
            is("86400"),
            """
            Owners who ask for more than one report a day (`ri=`, RFC 7489) get one after so many seconds at the \
            earliest, 3600 to 86400: periods have 1, 2, 3, 4, 6, 8, 12 or 24 hours."""),
    REPORT_SPREAD("ReportSpread", Topic.REPORTS, Form.duration("0", "12h"), is("4h"), """
            The time after a period over which its reports are spread."""),
    REPORT_GRACE("ReportGrace", Topic.REPORTS, Form.duration("0", "12h"), is("2h"), """
            How long a period waits for a journal that is silent."""),
    REPORT_LATE_LIMIT("ReportLateLimit", Topic.REPORTS, Form.duration("0", "30d"), is("48h"), """
            What is read so much later than it was recorded counts in no report; what is less late, in the one of the \
            day on which it is read."""),
    REPORT_GIVE_UP("ReportGiveUp", Topic.REPORTS, Form.duration("1h", "30d"), is("72h"), """
            How long after its period a report is tried."""),
    REPORT_RATE("ReportRate", Topic.REPORTS, Form.number(1, 100_000, "Write 1 to 100000."), is("60"), """
            So many reports are sent in a minute at most, and 10 to one host."""),
    REPORT_MAX_SIZE("ReportMaxSize", Topic.REPORTS, Form.SIZE, is("10m"), """
            No report is sent in a larger mail; it is split."""),
    REPORT_MAX_ROWS(
            "ReportMaxRows", Topic.REPORTS, Form.number(100, 10_000_000, "Write 100 to 10000000."), is("200000"), """
            A report of more rows is split."""),
    REPORT_MAX_FACTS(
            "ReportMaxFacts", Topic.REPORTS, Form.number(100, 10_000_000, "Write 100 to 10000000."), is("20000"), """
            So many different results are kept of a domain in a period; more are told with less detail."""),
    REPORT_MINIMUM_MESSAGES("ReportMinimumMessages", Topic.REPORTS, Form.atLeast(1), is("1"), """
            With fewer messages in a period there is no report."""),
    REPORT_RECHECK("ReportRecheck", Topic.REPORTS, Form.FLAG, is("true"), """
            Read the addresses again when a report is due, so that whoever asks no more gets none."""),
    REPORT_VALIDATE("ReportValidate", Topic.REPORTS, Form.FLAG, is("true"), """
            Check each report against the schema of its format before it is sent."""),
    REPORT_RESEND_UNKNOWN("ReportResendUnknown", Topic.REPORTS, Form.FLAG, is("true"), """
            Send a report again of which a crash has hidden whether it was sent; its identifiers stay the same. If \
            false, it is not sent again."""),
    REPORT_ERROR_REPORTS("ReportErrorReports", Topic.REPORTS, Form.FLAG, is("false"), """
            Send a short text in place of a report that is too large for all who want it (RFC 7489, section 7.2.2)."""),
    REPORT_PUBLIC_SUFFIXES("ReportPublicSuffixes", Topic.REPORTS, Form.FLAG, is("true"), """
            Send reports to the owners of public suffixes, such as top-level domains, too."""),
    REPORT_ENVELOPE_TO("ReportEnvelopeTo", Topic.REPORTS, Form.FLAG, is("false"), """
            Tell in reports for which domain a message was (`envelope_to`), where all its recipients share one. The MTA is asked for \
            the recipients then."""),
    REPORT_ONLY_DOMAINS("ReportOnlyDomains", Topic.REPORTS, Form.LIST_FILE, none("/etc/dmarc-milter/report-only"), """
            A file of domains, one on each line: there are reports only about these and the ones below."""),
    REPORT_SUPPRESSION_ZONES("ReportSuppressionZones", Topic.REPORTS, Form.DOMAINS, none("noreport.example.net"), """
            DNS lists of domains that get no reports: NAME.ZONE has an address in 127.0.0.0/8."""),
    REPORT_TRANSPORT("ReportTransport", Topic.REPORTS, Form.oneOf("smtp", "command"), is("smtp"), """
            How reports are sent: `smtp`, to `ReportSMTPServer`, or `command`, by `ReportCommand`."""),
    REPORT_SMTP_SERVER("ReportSMTPServer", Topic.REPORTS, Form.HOST, is("127.0.0.1"), """
            The server that takes reports, and signs them if their domain has no SPF for it."""),
    REPORT_SMTP_PORT("ReportSMTPPort", Topic.REPORTS, Form.number(1, 65_535, "Write 1 to 65535."), is("25"), """
            Its port."""),
    REPORT_SMTP_TLS(
            "ReportSMTPTLS",
            Topic.REPORTS,
            Form.oneOf("off", "opportunistic", "required", "implicit"),
            unset("opportunistic to this host, else required", "required"),
            """
            TLS to that server: `off`; `opportunistic`, if it offers it, with any certificate; `required`, by STARTTLS; \
            `implicit`, from the first octet."""),
    REPORT_SMTP_USER("ReportSMTPUser", Topic.REPORTS, Form.line(255), none("dmarc-reports"), """
            Who logs in there."""),
    REPORT_SMTP_PASSWORD_FILE(
            "ReportSMTPPasswordFile", Topic.REPORTS, Form.LIST_FILE, none("/etc/dmarc-milter/smtp-password"), """
            The file whose first line is the password. Nobody else may be able to read it."""),
    REPORT_BCC("ReportBcc", Topic.REPORTS, Form.PLAIN_RECIPIENTS, none("postmaster@example.com"), """
            Addresses that get a copy of each report."""),
    REPORT_ARCHIVE("ReportArchive", Topic.REPORTS, Form.DIRECTORY, none("/var/lib/dmarc-milter/sent-reports"), """
            A directory that keeps a copy of each mail that was sent."""),
    REPORT_EXPIRE("ReportExpire", Topic.REPORTS, Form.duration("1d", "10000d"), is("180d"), """
            How long it is remembered, and kept there, which reports were sent."""),

    // Taken over by the launcher script or the service manager: a JVM can neither fork nor change its user or root
    BACKGROUND(
            "Background",
            Topic.START,
            Form.FLAG,
            is("true"),
            Effect.LAUNCHER,
            "the launcher script detaches the daemon",
            """
            Detach from the terminal; the flag -f wins."""),
    USER_ID(
            "Userid",
            Topic.START,
            Form.TEXT,
            unset("unchanged", "dmarc-milter"),
            Effect.LAUNCHER,
            "the launcher script drops to this user",
            """
            The user, or user:group, to run as, when started as root. Under systemd use User= of the unit."""),
    BASE_DIRECTORY(
            "BaseDirectory",
            Topic.START,
            Form.DIRECTORY,
            unset("the current directory", "/var/lib/dmarc-milter"),
            Effect.LAUNCHER,
            "the launcher script goes there",
            """
            The working directory."""),
    AUTO_RESTART(
            "AutoRestart",
            Topic.START,
            Form.FLAG,
            is("false"),
            Effect.LAUNCHER,
            "the launcher script starts the daemon again; under systemd (Type=notify) Restart= does",
            """
            Start the daemon again when it ends without being told to (the flag -A says so too), and log why it \
            ended; the exit codes 64, 70, 77 and 78 end it for good, and so does a first start that fails. A \
            start that follows quickly on another waits, 60 seconds at most. SIGTERM, SIGINT, SIGHUP and SIGUSR1 \
            are passed on. Left to systemd in a service of Type=notify."""),
    AUTO_RESTART_COUNT(
            "AutoRestartCount",
            Topic.START,
            Form.NUMBER,
            is("0"),
            Effect.LAUNCHER,
            "with AutoRestart; under systemd (Type=notify) use StartLimitBurst=",
            """
            How often `AutoRestart` starts the daemon in all, the first time included; 0 has no limit. Then the \
            script exits with 69."""),
    AUTO_RESTART_RATE(
            "AutoRestartRate",
            Topic.START,
            Form.RATE,
            none("10/1h"),
            Effect.LAUNCHER,
            "with AutoRestart; under systemd (Type=notify) use StartLimitIntervalSec=",
            """
            How often `AutoRestart` may start the daemon again within a time, as in 10/1h; the units are s, m, h \
            and d. When it would be more the script exits with 69."""),
    CHANGE_ROOT_DIRECTORY(
            "ChangeRootDirectory",
            Form.TEXT,
            none("/var/lib/dmarc-milter"),
            "a JVM cannot change its root, so the daemon is not confined to this directory, and paths mean the whole file system; confine it by the service unit (ProtectSystem=strict) or a container, and remove the line"),
    ENABLE_CORE_DUMPS(
            "EnableCoredumps",
            Topic.START,
            Form.FLAG,
            is("false"),
            Effect.LAUNCHER,
            "the launcher script raises the limit",
            """
            Have a crash leave a core file, as far as the limit may be raised."""),

    // Known from newer OpenDMARC versions
    DMARCBIS_WALK_MODE("DMARCbisWalkMode", Form.TEXT, none("AUTO"), "use DMARCStandard"),
    DMARCBIS_WALK_MODE_FALLBACK("DMARCbisWalkModeFallback", Form.TEXT, none("PSL"), "use DMARCStandard"),
    DMARCBIS_IGNORE_PCT("DMARCbisIgnorePct", Form.FLAG, is("false"), "DMARCStandard rfc9989 ignores pct"),
    LOG_SPF_DNS("LogSPFDNS", Form.FLAG, is("false"), "failure reports hold SPF-DNS without it"),
    READ_CANONICALIZED_DATA(
            "ReadCanonicalizedData", Form.FLAG, is("false"), "failure reports carry no canonicalized data");

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

    /**
     * What holds when an option is not set.
     *
     * @param text a value, or words where no value says it
     * @param example a value to show where {@code text} is words
     */
    private record Default(String text, Optional<String> example) {}

    private static final Map<String, Option> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(o -> key(o.label), Function.identity()));

    private final String label;
    private final Topic topic;

    // Records of strings, numbers and unmodifiable lists.
    @SuppressWarnings("ImmutableEnumChecker")
    private final Form form;

    @SuppressWarnings("ImmutableEnumChecker")
    private final Default otherwise;

    private final Effect effect;
    private final String advice;
    private final String meaning;

    /** An option of this program. */
    Option(String label, Topic topic, Form form, Default otherwise, String meaning) {
        this(label, topic, form, otherwise, Effect.WORKS, "", meaning);
    }

    /** An option that does nothing here. */
    Option(String label, Form form, Default otherwise, String advice) {
        this(label, Topic.OPENDMARC, form, otherwise, Effect.IGNORED, advice, "");
    }

    Option(String label, Topic topic, Form form, Default otherwise, Effect effect, String advice, String meaning) {
        this.label = label;
        this.topic = topic;
        this.form = form;
        this.otherwise = otherwise;
        this.effect = effect;
        this.advice = advice;
        this.meaning = meaning;
    }

    /** A default that could as well be written. */
    private static Default is(String value) {
        return new Default(value, Optional.empty());
    }

    /** A default in words. */
    private static Default unset(String words, String example) {
        return new Default(words, Optional.of(example));
    }

    /** Nothing is the default. */
    private static Default none(String example) {
        return unset("none", example);
    }

    /** The option of that name, in any case. */
    public static Optional<Option> named(String name) {
        return Optional.ofNullable(BY_NAME.get(key(name)));
    }

    /** The option that a mistyped name may stand for: at most two letters more, less or other ones. */
    static Optional<Option> likest(String name) {
        return Arrays.stream(values())
                .filter(option -> distance(key(name), key(option.label)) <= 2)
                .min(Comparator.comparingInt(option -> distance(key(name), key(option.label))));
    }

    /** Levenshtein's. */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[other.length()];
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** The name as the documentation spells it. */
    public String label() {
        return label;
    }

    public Topic topic() {
        return topic;
    }

    public Type type() {
        return form.type();
    }

    /** What may be written. */
    public Form form() {
        return form;
    }

    /** What can never match in an item of such a list, or does not do what it seems to. */
    public List<String> doubts(String item) {
        Findings findings = new Findings();
        form.read(new ConfigLexer.Line("", this, item), findings);
        return findings.warnings().stream()
                .map(finding -> finding.what().substring(label.length() + ": ".length()))
                .toList();
    }

    /** What holds when the option is not set: a value, or words where there is {@linkplain #example() an example}. */
    public String defaultText() {
        return otherwise.text();
    }

    /** A value to show where the default is none. */
    public Optional<String> example() {
        return otherwise.example();
    }

    public Effect effect() {
        return effect;
    }

    /** For options on which this program does not act: who does, or what to do instead. */
    public String advice() {
        return advice;
    }

    /** What it is for, in a sentence or a few; empty for an option that does nothing. */
    public String meaning() {
        return meaning;
    }
}
