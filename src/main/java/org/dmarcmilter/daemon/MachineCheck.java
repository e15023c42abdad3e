package org.dmarcmilter.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.Findings;
import org.dmarcmilter.config.Form;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.domain.ListenAddress;
import org.dmarcmilter.files.SecretFile;
import org.dmarcmilter.journal.JournalDirectory;
import org.dmarcmilter.journal.Segment;

/**
 * Looks whether this machine has what a configuration names: users, directories, hosts, addresses. Binds nothing and writes
 * nothing, so that {@code -n}, a start and a reload find the same.
 *
 * @param user who looks
 * @param writable whether he may write a file, or into a directory
 * @param addresses those of a host; none if it is unknown
 * @param ours whether an address is one of this machine
 */
record MachineCheck(
        String user,
        Predicate<Path> writable,
        Function<String, List<InetAddress>> addresses,
        Predicate<InetAddress> ours) {
    static final MachineCheck THIS = new MachineCheck(
            System.getProperty("user.name"), Files::isWritable, MachineCheck::lookUp, MachineCheck::isOurs);

    private static final Path FOREIGN_ADDRESSES = Path.of("/proc/sys/net/ipv4/ip_nonlocal_bind");
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final int FILE_TYPE = 0170000;
    private static final int SOCKET = 0140000;

    /** @param isSeen whether the launcher script can read the file, and so acts on it */
    void find(ConfigFile file, boolean isSeen, Findings to) {
        if (isSeen || !file.isInFile(Option.USER_ID)) {
            file.text(Option.USER_ID)
                    .flatMap(Account::problem)
                    .ifPresent(what -> to.mistake(file.line(Option.USER_ID), what));
        }
        if (isSeen || !file.isInFile(Option.BASE_DIRECTORY)) {
            file.text(Option.BASE_DIRECTORY)
                    .flatMap(directory -> directoryProblem(Path.of(directory)))
                    .ifPresent(what -> to.mistake(file.line(Option.BASE_DIRECTORY), what));
        }
        if (!file.isMistaken(Option.SOCKET) && !isPassed()) {
            socket(file, Option.SOCKET, to);
        }
        if (file.isSet(Option.METRICS_SOCKET)) {
            socket(file, Option.METRICS_SOCKET, to);
        }
        for (Option option : Option.values()) {
            if (option.form().use() == Form.Use.WRITTEN_FILE && file.isSet(option)) {
                fileProblem(file, Path.of(file.textOrDefault(option)))
                        .ifPresent(what ->
                                to.warning(file.line(option), what + " Until then the daemon runs without this file."));
            }
        }
        if (file.flag(Option.AGGREGATE_REPORTS)) {
            reports(file, to);
        }
        if (file.flag(Option.FAILURE_REPORTS)) {
            String program = file.textOrDefault(Option.REPORT_COMMAND).split("\\s", 2)[0];
            if (program.startsWith("/") && !Files.isExecutable(Path.of(program))) {
                to.warning(
                        file.line(Option.REPORT_COMMAND),
                        program + " is no program, and no report can be sent. Install it, or name another.");
            }
        }
    }

    private void reports(ConfigFile file, Findings to) {
        Path state = Path.of(file.textOrDefault(Option.REPORT_STATE_DIRECTORY));
        if (isUnread(state)) {
            to.warning(
                    file.line(Option.AGGREGATE_REPORTS),
                    "nothing reads the journal in " + state
                            + ", so no report is sent. Enable dmarc-milter-report.timer,"
                            + " or run dmarc-milter report run every 5 minutes.");
        }
        (Files.exists(state) ? ownDirectoryProblem(file, state) : parentProblem(file, state.toAbsolutePath()))
                .ifPresent(what -> to.warning(
                        file.line(Option.REPORT_STATE_DIRECTORY),
                        what + " Until then nothing is recorded for reports, and none is sent."));
        file.text(Option.REPORT_ARCHIVE)
                .flatMap(name -> ownDirectoryProblem(file, Path.of(name)))
                .ifPresent(
                        what -> to.warning(file.line(Option.REPORT_ARCHIVE), what + " Until then no copies are kept."));
        file.text(Option.REPORT_SMTP_PASSWORD_FILE)
                .flatMap(name -> SecretFile.problem(Path.of(name)))
                .ifPresent(what -> to.warning(
                        file.line(Option.REPORT_SMTP_PASSWORD_FILE), what + " Until then no report is sent."));
    }

    /** Whether segments wait although the daemon has begun others an hour later; each run packs what it has read to its end. */
    private static boolean isUnread(Path state) {
        try {
            LongSummaryStatistics opened = new JournalDirectory(state)
                    .segments().stream()
                            .filter(segment -> !segment.compressed())
                            .mapToLong(Segment::opened)
                            .summaryStatistics();
            return opened.getCount() > 1 && opened.getMax() - opened.getMin() > LONGEST_WAIT.toSeconds();
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<String> ownDirectoryProblem(ConfigFile file, Path directory) {
        Optional<String> problem = directoryProblem(directory);
        return problem.isPresent() || !isJudge(file) || writable.test(directory)
                ? problem
                : Optional.of("user " + user + " cannot write into the directory " + directory
                        + ". Give it to that user, or write another path.");
    }

    /** Whether the service manager listens, so that Socket has no effect. */
    private static boolean isPassed() {
        try {
            return System.inheritedChannel() instanceof ServerSocketChannel;
        } catch (IOException e) {
            return false;
        }
    }

    private void socket(ConfigFile file, Option option, Findings to) {
        ListenAddress address = ListenAddress.parse(file.textOrDefault(option));
        Optional<String> problem = address instanceof ListenAddress.Local local
                ? localProblem(file, Path.of(local.path()).toAbsolutePath())
                : inetProblem((ListenAddress.Inet) address);
        problem.ifPresent(what -> to.mistake(file.line(option), what));
    }

    private Optional<String> localProblem(ConfigFile file, Path path) {
        if (Files.exists(path) && !isSocket(path)) {
            return Optional.of(path + " is no socket, and is left alone. Remove it, or write another path.");
        }
        return parentProblem(file, path);
    }

    private static boolean isSocket(Path path) {
        try {
            return ((Integer) Files.getAttribute(path, "unix:mode") & FILE_TYPE) == SOCKET;
        } catch (IOException e) {
            return false;
        }
    }

    private Optional<String> inetProblem(ListenAddress.Inet address) {
        if (address.host().isEmpty()) {
            return Optional.empty();
        }
        String host = address.host().get();
        int octets = address.family().bits() / Byte.SIZE;
        List<InetAddress> all = addresses.apply(host);
        if (all.isEmpty()) {
            return Optional.of("unknown host " + host + ". Write an address of this machine, such as 127.0.0.1.");
        }
        Optional<InetAddress> found = all.stream()
                .filter(candidate -> candidate.getAddress().length == octets)
                .findFirst();
        if (found.isEmpty()) {
            return Optional.of(host + " has no " + (octets == 4 ? "IPv4" : "IPv6")
                    + " address. Write inet: for IPv4, inet6: for" + " IPv6.");
        }
        return ours.test(found.get())
                ? Optional.empty()
                : Optional.of(host + " is no address of this machine. Write one that is, such as 127.0.0.1.");
    }

    private Optional<String> fileProblem(ConfigFile file, Path path) {
        if (Files.isDirectory(path)) {
            return Optional.of(path + " is a directory. Write the path of a file.");
        }
        if (!Files.exists(path)) {
            return parentProblem(file, path.toAbsolutePath());
        }
        return isJudge(file) && !writable.test(path)
                ? Optional.of("user " + user + " cannot write " + path + ". Give it to that user.")
                : Optional.empty();
    }

    private Optional<String> parentProblem(ConfigFile file, Path path) {
        Path directory = Optional.ofNullable(path.getParent()).orElse(path);
        Optional<String> problem = directoryProblem(directory);
        if (problem.isEmpty() && isJudge(file) && !writable.test(directory)) {
            return Optional.of("user " + user + " cannot write into the directory " + directory
                    + ". Give it to that user, or write another path.");
        }
        return problem;
    }

    private static Optional<String> directoryProblem(Path directory) {
        if (!Files.exists(directory)) {
            return Optional.of("the directory " + directory + " does not exist. Create it, or write another path.");
        }
        if (!Files.isDirectory(directory)) {
            return Optional.of(directory + " is no directory. Write the path of one.");
        }
        return Files.isExecutable(directory)
                ? Optional.empty()
                : Optional.of("user " + System.getProperty("user.name") + " cannot enter the directory " + directory
                        + ". Let that user in, or write another path.");
    }

    /** Whether what we may do is what the daemon may do: whether Userid makes another user of it. */
    private boolean isJudge(ConfigFile file) {
        String account = file.text(Option.USER_ID).orElse(user).split(":", 2)[0];
        return account.equals(user) || account.matches("[0-9]+");
    }

    private static List<InetAddress> lookUp(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    /** Where the kernel lets us bind what may become ours later, it may. */
    private static boolean isOurs(InetAddress address) {
        try {
            return address.isAnyLocalAddress()
                    || address.isLoopbackAddress()
                    || NetworkInterface.getByInetAddress(address) != null
                    || Files.readString(FOREIGN_ADDRESSES).startsWith("1");
        } catch (SocketException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
