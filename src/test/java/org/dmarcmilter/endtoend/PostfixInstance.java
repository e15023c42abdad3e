package org.dmarcmilter.endtoend;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Postfix of the test's own: its configuration, queue, mailboxes and log are in the test's directory, it listens on
 * loopback, believes XCLIENT, delivers mail for any user of local.test, and has no way to send anything to anybody.
 */
final class PostfixInstance implements Peer {
    private static final Duration DELIVERY_LIMIT = Duration.ofSeconds(15);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Path directory;
    private final PeerProcess process;
    private final int port;

    private PostfixInstance(Path directory, PeerProcess process, int port) {
        this.directory = directory;
        this.process = process;
        this.port = port;
    }

    /**
     * Starts Postfix.
     *
     * @param directory readable for Postfix's user, as all directories above it
     * @param milters what stands in {@code smtpd_milters}, in their order
     */
    static PostfixInstance start(Path directory, List<String> milters) {
        return start(directory, milters, "", "");
    }

    /**
     * Starts Postfix with more configuration.
     *
     * @param main lines for main.cf, instead of those there with the same parameter
     * @param master lines for master.cf
     */
    static PostfixInstance start(Path directory, List<String> milters, String main, String master) {
        return startAt(Loopback.freePort(), directory, milters, main, master);
    }

    /** The same on a port that others know already. */
    static PostfixInstance startAt(int port, Path directory, List<String> milters, String main, String master) {
        Path configuration = writeConfiguration(directory, port, milters);
        try {
            replaceParameters(configuration.resolve("main.cf"), main);
            Files.writeString(configuration.resolve("master.cf"), master, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PeerProcess process = PeerProcess.start(
                directory.resolve("postfix.out"),
                List.of(PeerProgram.locate("postfix").toString(), "-c", configuration.toString(), "start-fg"));
        process.awaitReady(() -> Loopback.accepts(port));
        return new PostfixInstance(directory, process, port);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(Loopback.IPV4, port);
    }

    /** The same server on ::1, or on 127.0.0.1 where there is no IPv6. */
    InetSocketAddress addressForIpv6() {
        return Loopback.hasIpv6() ? new InetSocketAddress(Loopback.literal("::1"), port) : address();
    }

    /** Waits for the message to that user. */
    DeliveredMessage delivered(String user) {
        return await("mail for " + user + " in " + directory)
                .atMost(DELIVERY_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> mailbox(user).stream().findFirst(), Optional::isPresent)
                .orElseThrow();
    }

    /** What that user has got by now. */
    List<DeliveredMessage> mailbox(String user) {
        Path mailbox = directory.resolve("mail/all/new");
        if (!Files.isDirectory(mailbox)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(mailbox)) {
            return files.map(file -> DeliveredMessage.parse(read(file)))
                    .filter(message -> message.recipient().startsWith(user + "@"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In which queue a message is ({@code hold}, {@code active}...), if it is in one. */
    Optional<String> queueOf(String queueId) {
        String list = PeerProcess.run(
                directory.resolve("postqueue." + queueId),
                List.of(
                        PeerProgram.locate("postqueue").toString(),
                        "-c",
                        directory.resolve("etc").toString(),
                        "-j"));
        return list.lines()
                .map(PostfixInstance::json)
                .filter(entry -> entry.path("queue_id").asText().equals(queueId))
                .map(entry -> entry.path("queue_name").asText())
                .findFirst();
    }

    /** The log so far. */
    String log() {
        return read(directory.resolve("mail.log"));
    }

    /** Waits for a line of the log that contains all of these. */
    String awaitLog(String... parts) {
        return await("Postfix's log: " + String.join(", ", parts))
                .atMost(DELIVERY_LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> log().lines()
                                .filter(line -> Stream.of(parts).allMatch(line::contains))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** "postfix start-fg" is a script in front of the master process, and ends with it; "postfix stop" takes 5 s. */
    @Override
    public void close() {
        ProcessHandle master = master();
        List<ProcessHandle> all =
                Stream.concat(master.descendants(), Stream.of(master)).toList();
        master.destroy();
        try {
            process.exitCode(STOP_LIMIT);
        } finally {
            all.forEach(ProcessHandle::destroyForcibly);
            process.close();
        }
    }

    private ProcessHandle master() {
        return ProcessHandle.of(Long.parseLong(
                        read(directory.resolve("queue/pid/master.pid")).strip()))
                .orElseThrow();
    }

    /**
     * A parameter that stands there twice is a warning of every process of Postfix, and these may be its death: postlogd sends its own
     * warnings to the socket that only it reads, and waits for itself for ever when the other processes have filled that socket before.
     */
    private static void replaceParameters(Path file, String lines) throws IOException {
        Set<String> replaced = lines.lines().map(PostfixInstance::parameter).collect(Collectors.toSet());
        String kept = Files.readString(file)
                .lines()
                .filter(line -> !replaced.contains(parameter(line)))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
        Files.writeString(file, kept + lines);
    }

    private static String parameter(String line) {
        return line.substring(0, line.indexOf('=')).strip();
    }

    private static Path writeConfiguration(Path directory, int port, List<String> milters) {
        try {
            Path configuration = Files.createDirectories(directory.resolve("etc"));
            Files.createDirectories(directory.resolve("queue"));
            Path data = Files.createDirectories(directory.resolve("data"));
            Path mail = Files.createDirectories(directory.resolve("mail"));
            var lookup = directory.getFileSystem().getUserPrincipalLookupService();
            Files.setOwner(data, lookup.lookupPrincipalByName("postfix"));
            Files.setOwner(mail, lookup.lookupPrincipalByName("nobody"));
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
            Files.writeString(configuration.resolve("main.cf"), """
                    compatibility_level = 3.5
                    queue_directory = %1$s/queue
                    data_directory = %1$s/data
                    maillog_file = %1$s/mail.log
                    maillog_file_prefixes = %1$s
                    myhostname = mx.example.test
                    mydestination =
                    inet_protocols = all
                    mynetworks = 127.0.0.0/8
                    smtpd_peername_lookup = no
                    smtpd_authorized_xclient_hosts = 127.0.0.0/8 [::1]
                    local_header_rewrite_clients =
                    smtpd_relay_restrictions = reject_unauth_destination
                    smtpd_client_connection_count_limit = 0
                    smtputf8_enable = yes
                    smtpd_tls_security_level = none
                    message_size_limit = 20971520
                    in_flow_delay = 0
                    local_recipient_maps =
                    alias_maps =
                    virtual_mailbox_domains = local.test
                    virtual_mailbox_maps = static:all/
                    virtual_mailbox_base = %1$s/mail
                    virtual_mailbox_limit = 0
                    virtual_minimum_uid = 1
                    virtual_uid_maps = static:%3$s
                    virtual_gid_maps = static:%3$s
                    default_transport = error:no mail leaves the test
                    relay_transport = error:no mail leaves the test
                    notify_classes =
                    smtpd_milters = %2$s
                    milter_default_action = tempfail
                    """.formatted(
                            directory, String.join(", ", milters), Files.getAttribute(mail, "unix:uid")));
            Files.writeString(
                    configuration.resolve("master.cf"),
                    "127.0.0.1:%d inet n - n - - smtpd\n".formatted(port)
                            + (Loopback.hasIpv6() ? "[::1]:%d inet n - n - - smtpd\n".formatted(port) : "")
                            + """
                            pickup    unix n - n 60   1 pickup
                            cleanup   unix n - n -    0 cleanup
                            qmgr      unix n - n 300  1 qmgr
                            rewrite   unix - - n -    - trivial-rewrite
                            bounce    unix - - n -    0 bounce
                            defer     unix - - n -    0 bounce
                            trace     unix - - n -    0 bounce
                            verify    unix - - n -    1 verify
                            flush     unix n - n 1000? 0 flush
                            proxymap  unix - - n -    - proxymap
                            showq     unix n - n -    - showq
                            error     unix - - n -    - error
                            retry     unix - - n -    - error
                            discard   unix - - n -    - discard
                            virtual   unix - n n -    - virtual
                            anvil     unix - - n -    1 anvil
                            scache    unix - - n -    1 scache
                            tlsmgr    unix - - n 1000? 1 tlsmgr
                            postlog   unix-dgram n - n - 1 postlogd
                            """);
            return configuration;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(String line) {
        try {
            return new ObjectMapper().readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
