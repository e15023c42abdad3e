package org.dmarcmilter.mail;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import org.dmarcmilter.mail.Outcome.Unreachable;

/**
 * Hands mails to one SMTP server, one at a time, over one connection as long as it lasts. Nothing is queued and nothing is tried again:
 * that is for whoever knows what the mail is. For one thread.
 */
public final class MailSender implements AutoCloseable {
    /** Servers count mails of a connection; Postfix forgets a client's good name after some. */
    static final int MAILS_OF_A_CONNECTION = 100;

    private final SmtpServer server;
    private final Optional<SSLSocketFactory> certificates;
    private final GuardedSockets sockets = new GuardedSockets();
    private final ScheduledExecutorService watchdog = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "smtp-watchdog");
        thread.setDaemon(true);
        return thread;
    });
    private Optional<SmtpConnection> connection = Optional.empty();
    private int mails;

    /** Connects with the first mail. Certificates are checked against the JVM's trust store. */
    public MailSender(SmtpServer server) {
        this(server, Optional.empty());
    }

    MailSender(SmtpServer server, Optional<SSLSocketFactory> certificates) {
        this.server = server;
        this.certificates = certificates;
    }

    /**
     * Sends one mail.
     *
     * @param mail a file with the whole mail, lines ended by CRLF
     * @param limit when the connection is closed from outside, whatever the server does; longer than {@link SmtpConnection#REPLY_LIMIT}
     *     is of no use
     * @throws IOException if the file cannot be read; the server has nothing then
     */
    public Outcome send(Envelope envelope, Path mail, Duration limit) throws IOException {
        Future<?> alarm = watchdog.schedule(sockets::close, limit.toMillis(), TimeUnit.MILLISECONDS);
        try {
            boolean reused = connection.isPresent();
            Outcome outcome = attempt(envelope, mail);
            // The server may have hung up while there was nothing to send.
            if (reused && outcome instanceof Unreachable && !alarm.isDone()) {
                outcome = attempt(envelope, mail);
            }
            return outcome;
        } finally {
            alarm.cancel(false);
        }
    }

    private Outcome attempt(Envelope envelope, Path mail) throws IOException {
        try (InputStream in = Files.newInputStream(mail)) {
            SmtpConnection open = connection();
            mails++;
            return open.send(envelope, in, Files.size(mail));
        } catch (AuthenticationFailedException e) {
            return new Unreachable(where() + ": the login was refused: " + SmtpConnection.shown(e.getMessage()));
        } catch (MessagingException e) {
            return new Unreachable(where() + ": " + reason(e));
        } finally {
            if (connection.isPresent() && (!connection.get().isAlive() || mails >= MAILS_OF_A_CONNECTION)) {
                disconnect();
            }
        }
    }

    private SmtpConnection connection() throws MessagingException {
        if (connection.isEmpty()) {
            mails = 0;
            connection = Optional.of(SmtpConnection.open(server, sockets, certificates));
        }
        return connection.get();
    }

    private String where() {
        return server.host() + ":" + server.port();
    }

    /** The library says that it could not connect; below it the system says why. */
    private static String reason(MessagingException e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return SmtpConnection.shown(
                deepest.getMessage() == null ? deepest.getClass().getSimpleName() : deepest.getMessage());
    }

    private void disconnect() {
        if (connection.isPresent() && !connection.get().isAlive()) {
            sockets.close(); // In the middle of a mail a goodbye would be a line of it.
        }
        connection.ifPresent(SmtpConnection::end);
        connection = Optional.empty();
        sockets.close();
    }

    /** Says goodbye to the server. */
    @Override
    public void close() {
        disconnect();
        watchdog.shutdownNow();
    }
}
