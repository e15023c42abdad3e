package org.dmarcmilter.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.domain.ListenAddress;

/**
 * What the configuration says, by topic: values only, no files opened. Everything that a reload may change is read from
 * the settings that a connection captured when it began.
 */
public record Settings(
        Identity identity,
        Exemptions exemptions,
        Handling handling,
        Spf spf,
        Dkim dkim,
        Arc arc,
        Dns dns,
        Service service,
        Logging logging,
        History history,
        FailureReports failureReports,
        AggregateReports aggregateReports) {

    /**
     * Who we are and whom we believe.
     *
     * @param authservId our authserv-id; empty: the MTA's macro j. The word HOSTNAME is resolved by whoever starts us
     * @param withJobId whether the job id is appended
     * @param trusted further authserv-ids that are believed
     * @param removesForged whether fields under these names that came with the message are removed
     */
    public record Identity(
            Optional<String> authservId, boolean withJobId, List<String> trusted, boolean removesForged) {}

    /** Whose mail is left alone. */
    public record Exemptions(
            boolean authenticatedClients, Optional<String> hostsFile, List<String> mailFrom, List<String> mailTo) {}

    /**
     * What is done with a message.
     *
     * @param rejectText reply text with at most one {@code %s} for the policy domain
     * @param maxEvaluationTime after this a message gets temperror, or 451 if there was a question that was not asked by then
     */
    public record Handling(
            boolean rejectFailures,
            String rejectText,
            boolean holdQuarantined,
            boolean requiredHeaders,
            boolean requiredFrom,
            boolean rejectMultiValueFrom,
            OnTemporaryError onTemporaryError,
            OnMissingResults onMissingResults,
            List<String> copyFailuresTo,
            boolean softwareHeader,
            Duration maxEvaluationTime) {
        /** The same with RejectFailures on. */
        public Handling rejecting() {
            return new Handling(
                    true,
                    rejectText,
                    holdQuarantined,
                    requiredHeaders,
                    requiredFrom,
                    rejectMultiValueFrom,
                    onTemporaryError,
                    onMissingResults,
                    copyFailuresTo,
                    softwareHeader,
                    maxEvaluationTime);
        }
    }

    /** What is done with a temperror. */
    public enum OnTemporaryError {
        /** The client is asked to come again if a failure would keep the message away, else it is accepted. */
        POLICY,
        ACCEPT,
        TEMPFAIL;

        /** The value of the option. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What is done with mail that fails because no checker said anything. */
    public enum OnMissingResults {
        /** It fails like any other. */
        FAIL,
        TEMPFAIL,
        ACCEPT;

        /** The value of the option. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where SPF results come from. */
    public record Spf(boolean ignoreResults, boolean selfValidate) {}

    /** Where DKIM and ARC results come from: from our own check, or from fields of others. */
    public record Dkim(boolean selfValidate) {}

    /** Which ARC sealers may override a failure. */
    public record Arc(List<String> trustedSealers, Optional<String> trustedSealersFile) {}

    /** How the DNS is asked. */
    public record Dns(
            List<String> nameservers,
            Duration timeout,
            int cacheSize,
            boolean treeWalk,
            Optional<String> publicSuffixList,
            Optional<String> testData) {}

    /** How the MTA reaches us. */
    public record Service(
            ListenAddress socket,
            Optional<Integer> umask,
            int maxConnections,
            int maxHeaderBytes,
            Optional<ListenAddress.Inet> metricsSocket,
            Optional<String> pidFile) {}

    /** Where log lines go; debug lines are written if {@code debug}, the line with all facts for some messages. */
    public record Logging(boolean syslog, String facility, String identity, boolean debug, Details details) {}

    /** For which of the messages that were evaluated there is a line with all facts. */
    public enum Details {
        /** All but those that passed and those without policy. */
        FAILURES,
        ALL,
        NONE
    }

    /** What is written down about each message. */
    public record History(Optional<String> file, boolean recordAll, boolean extraKeys) {}

    /** Failure reports. */
    public record FailureReports(
            boolean enabled,
            boolean onNone,
            Optional<String> bcc,
            Optional<String> sentBy,
            String command,
            Optional<String> noReportsList) {}

    /**
     * Aggregate reports: the daemon records, another process reports.
     *
     * @param sender who reports
     * @param latest whether in the format of RFC 9990, else of RFC 7489
     * @param stateDirectory where what was seen waits
     * @param journal how it is recorded
     * @param periods when what is reported
     * @param content what stands in a report
     * @param delivery how it gets to whom
     * @param expire how long it is remembered what was sent
     */
    public record AggregateReports(
            boolean enabled,
            ReportSender sender,
            boolean latest,
            String stateDirectory,
            ReportJournal journal,
            ReportPeriods periods,
            ReportContent content,
            ReportDelivery delivery,
            Duration expire) {}

    /**
     * Who reports.
     *
     * @param email the From address; empty only while no reports are wanted
     * @param name beside it
     * @param contact the address for questions
     * @param extraContact more about that; empty for nothing
     */
    public record ReportSender(
            String email, String name, String organization, String submitter, String contact, String extraContact) {}

    /**
     * The daemon's journal.
     *
     * @param maxOctets what it may take on the disk
     * @param keep for how long, once it was read
     * @param sync whether the disk is told to keep it
     */
    public record ReportJournal(long maxOctets, Duration keep, boolean sync) {}

    /**
     * When what is reported.
     *
     * @param minimumInterval the shortest period that an owner gets who asks for it, seconds
     * @param spread the time over which the reports of a period are sent
     * @param grace for a journal that is silent
     * @param lateLimit for records that come late
     * @param giveUp for reports that cannot be sent
     */
    public record ReportPeriods(
            int minimumInterval, Duration spread, Duration grace, Duration lateLimit, Duration giveUp) {}

    /**
     * What stands in a report, and about whom there are none.
     *
     * @param maxSize octets of its mail
     * @param errorReports whether a short text is sent in place of one that is too large
     * @param envelopeTo whether the domain is told that all recipients of a message share
     */
    public record ReportContent(
            long maxSize,
            int maxRows,
            int maxFacts,
            int minimumMessages,
            boolean validate,
            boolean errorReports,
            boolean publicSuffixes,
            boolean envelopeTo,
            Optional<String> onlyDomainsFile) {}

    /**
     * How a report gets to whom.
     *
     * @param rate mails a minute
     * @param recheck whether the addresses are read again when it is due
     * @param resendUnknown whether it is sent again if a crash has hidden whether it was sent
     * @param suppressionZones DNS lists of those that get none
     * @param smtp the server; empty if ReportCommand sends
     * @param archive a directory for copies
     */
    public record ReportDelivery(
            int rate,
            boolean recheck,
            boolean resendUnknown,
            List<String> suppressionZones,
            Optional<ReportSmtp> smtp,
            List<String> bcc,
            Optional<String> archive) {}

    /** The server that takes reports. */
    public record ReportSmtp(
            String host, int port, SmtpTls tls, Optional<String> user, Optional<String> passwordFile) {}

    /** How a connection to that server is encrypted. */
    public enum SmtpTls {
        OFF,
        /** If the server offers it, whatever its certificate. */
        OPPORTUNISTIC,
        /** By STARTTLS, with a certificate that holds. */
        REQUIRED,
        /** From the first octet, with a certificate that holds. */
        IMPLICIT
    }

    private static final int LONGEST_DNS_TIMEOUT = 60;

    /**
     * 20 for SPF (RFC 7208, section 4.6.4) and time for the policy and for questions that wait for a place. Sendmail waits 5
     * minutes, Postfix each time for 5 minutes.
     */
    private static final int EVALUATION_SECONDS = 30;

    /** Reads the settings out of a file. A value that is a mistake counts as not set. */
    public static Settings from(ConfigFile file) {
        return new Settings(
                identity(file),
                new Exemptions(
                        file.flag(Option.IGNORE_AUTHENTICATED_CLIENTS),
                        file.text(Option.IGNORE_HOSTS),
                        file.list(Option.IGNORE_MAIL_FROM),
                        file.list(Option.IGNORE_MAIL_TO)),
                handling(file),
                new Spf(file.flag(Option.SPF_IGNORE_RESULTS), file.flag(Option.SPF_SELF_VALIDATE)),
                new Dkim(file.flag(Option.DKIM_SELF_VALIDATE)),
                new Arc(file.list(Option.DOMAIN_WHITELIST), file.text(Option.DOMAIN_WHITELIST_FILE)),
                dns(file),
                service(file),
                logging(file),
                new History(
                        file.text(Option.HISTORY_FILE),
                        file.flag(Option.RECORD_ALL_MESSAGES),
                        file.flag(Option.HISTORY_EXTRA_KEYS)),
                new FailureReports(
                        file.flag(Option.FAILURE_REPORTS),
                        file.flag(Option.FAILURE_REPORTS_ON_NONE),
                        file.text(Option.FAILURE_REPORTS_BCC),
                        file.text(Option.FAILURE_REPORTS_SENT_BY),
                        file.textOrDefault(Option.REPORT_COMMAND),
                        file.text(Option.NO_REPORTS_LIST)),
                aggregateReports(file));
    }

    /** AuthservID may be a list: the first item is ours, and without TrustedAuthservIDs all of them are believed. */
    private static Identity identity(ConfigFile file) {
        List<String> own = file.list(Option.AUTHSERV_ID);
        List<String> trusted = file.isSet(Option.TRUSTED_AUTHSERV_IDS) ? file.list(Option.TRUSTED_AUTHSERV_IDS) : own;
        return new Identity(
                own.isEmpty() ? Optional.empty() : Optional.of(own.get(0)),
                file.flag(Option.AUTHSERV_ID_WITH_JOB_ID),
                trusted,
                file.flag(Option.REMOVE_FORGED_RESULTS));
    }

    private static Handling handling(ConfigFile file) {
        int evaluation = file.number(Option.MAX_EVALUATION_TIME)
                .orElse(Math.max(EVALUATION_SECONDS, (int) dnsTimeout(file).toSeconds()));
        return new Handling(
                file.flag(Option.REJECT_FAILURES),
                file.textOrDefault(Option.REJECT_STRING),
                file.flag(Option.HOLD_QUARANTINED_MESSAGES),
                file.flag(Option.REQUIRED_HEADERS),
                file.flag(Option.REQUIRED_FROM),
                file.flag(Option.REJECT_MULTI_VALUE_FROM),
                OnTemporaryError.valueOf(
                        file.textOrDefault(Option.ON_TEMPORARY_ERROR).toUpperCase(Locale.ROOT)),
                OnMissingResults.valueOf(
                        file.textOrDefault(Option.ON_MISSING_RESULTS).toUpperCase(Locale.ROOT)),
                file.list(Option.COPY_FAILURES_TO),
                file.flag(Option.SOFTWARE_HEADER),
                Duration.ofSeconds(evaluation));
    }

    private static Dns dns(ConfigFile file) {
        return new Dns(
                file.list(Option.NAMESERVERS),
                dnsTimeout(file),
                file.numberOrDefault(Option.DNS_CACHE_SIZE),
                file.textOrDefault(Option.DMARC_STANDARD).equals("rfc9989"),
                file.text(Option.PUBLIC_SUFFIX_LIST),
                file.text(Option.TEST_DNS_DATA));
    }

    /** OpenDMARC documents 0 as "wait for ever"; mail must not, so 0, like any greater number, is the
     * longest time-out we know. */
    private static Duration dnsTimeout(ConfigFile file) {
        int seconds = file.numberOrDefault(Option.DNS_TIMEOUT);
        return Duration.ofSeconds(seconds == 0 ? LONGEST_DNS_TIMEOUT : Math.min(seconds, LONGEST_DNS_TIMEOUT));
    }

    private static Service service(ConfigFile file) {
        return new Service(
                ListenAddress.parse(file.textOrDefault(Option.SOCKET)),
                file.number(Option.UMASK),
                file.numberOrDefault(Option.MAX_CONNECTIONS),
                file.numberOrDefault(Option.MAX_HEADER_BYTES),
                metricsSocket(file),
                file.text(Option.PID_FILE));
    }

    private static Optional<ListenAddress.Inet> metricsSocket(ConfigFile file) {
        return file.text(Option.METRICS_SOCKET).map(ListenAddress::parse).map(ListenAddress.Inet.class::cast);
    }

    private static Logging logging(ConfigFile file) {
        return new Logging(
                file.flag(Option.SYSLOG),
                file.textOrDefault(Option.SYSLOG_FACILITY),
                file.textOrDefault(Option.SYSLOG_IDENTITY),
                file.numberOrDefault(Option.MILTER_DEBUG) > 0,
                Details.valueOf(file.textOrDefault(Option.LOG_DETAILS).toUpperCase(Locale.ROOT)));
    }

    private static AggregateReports aggregateReports(ConfigFile file) {
        return new AggregateReports(
                file.flag(Option.AGGREGATE_REPORTS),
                reportSender(file),
                file.textOrDefault(file.isSet(Option.REPORT_FORMAT) ? Option.REPORT_FORMAT : Option.DMARC_STANDARD)
                        .startsWith("rfc99"),
                file.textOrDefault(Option.REPORT_STATE_DIRECTORY),
                new ReportJournal(
                        file.octetsOrDefault(Option.REPORT_JOURNAL_MAX),
                        file.durationOrDefault(Option.REPORT_JOURNAL_KEEP),
                        file.flag(Option.REPORT_JOURNAL_SYNC)),
                new ReportPeriods(
                        file.numberOrDefault(Option.REPORT_MINIMUM_INTERVAL),
                        file.durationOrDefault(Option.REPORT_SPREAD),
                        file.durationOrDefault(Option.REPORT_GRACE),
                        file.durationOrDefault(Option.REPORT_LATE_LIMIT),
                        file.durationOrDefault(Option.REPORT_GIVE_UP)),
                new ReportContent(
                        file.octetsOrDefault(Option.REPORT_MAX_SIZE),
                        file.numberOrDefault(Option.REPORT_MAX_ROWS),
                        file.numberOrDefault(Option.REPORT_MAX_FACTS),
                        file.numberOrDefault(Option.REPORT_MINIMUM_MESSAGES),
                        file.flag(Option.REPORT_VALIDATE),
                        file.flag(Option.REPORT_ERROR_REPORTS),
                        file.flag(Option.REPORT_PUBLIC_SUFFIXES),
                        file.flag(Option.REPORT_ENVELOPE_TO),
                        file.text(Option.REPORT_ONLY_DOMAINS)),
                new ReportDelivery(
                        file.numberOrDefault(Option.REPORT_RATE),
                        file.flag(Option.REPORT_RECHECK),
                        file.flag(Option.REPORT_RESEND_UNKNOWN),
                        file.list(Option.REPORT_SUPPRESSION_ZONES),
                        file.textOrDefault(Option.REPORT_TRANSPORT).equals("smtp")
                                ? Optional.of(reportSmtp(file))
                                : Optional.empty(),
                        file.list(Option.REPORT_BCC),
                        file.text(Option.REPORT_ARCHIVE)),
                file.durationOrDefault(Option.REPORT_EXPIRE));
    }

    private static ReportSender reportSender(ConfigFile file) {
        String email = file.text(Option.REPORT_EMAIL).orElse("");
        String domain = email.substring(email.lastIndexOf('@') + 1);
        String organization = file.text(Option.REPORT_ORG).orElse(domain);
        return new ReportSender(
                email,
                file.text(Option.REPORT_FROM_NAME).orElse("DMARC reports of " + organization),
                organization,
                file.text(Option.REPORT_SUBMITTER).orElse(domain.toLowerCase(Locale.ROOT)),
                file.text(Option.REPORT_CONTACT).orElse(email),
                file.text(Option.REPORT_EXTRA_CONTACT).orElse(""));
    }

    private static ReportSmtp reportSmtp(ConfigFile file) {
        String host = file.textOrDefault(Option.REPORT_SMTP_SERVER);
        SmtpTls otherwise = isThisHost(host) ? SmtpTls.OPPORTUNISTIC : SmtpTls.REQUIRED;
        return new ReportSmtp(
                host,
                file.numberOrDefault(Option.REPORT_SMTP_PORT),
                file.text(Option.REPORT_SMTP_TLS)
                        .map(word -> SmtpTls.valueOf(word.toUpperCase(Locale.ROOT)))
                        .orElse(otherwise),
                file.text(Option.REPORT_SMTP_USER),
                file.text(Option.REPORT_SMTP_PASSWORD_FILE));
    }

    /** Whether nobody can listen between us and that server. */
    static boolean isThisHost(String host) {
        return host.equalsIgnoreCase("localhost")
                || IpAddress.parse(host).filter(IpAddress::isLoopback).isPresent();
    }
}
