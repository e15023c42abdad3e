package org.dmarcmilter.mail;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.dmarcmilter.mail.Outcome.Accepted;
import org.dmarcmilter.mail.Outcome.Command;
import org.dmarcmilter.mail.Outcome.Refused;
import org.dmarcmilter.mail.Outcome.SenderRefused;
import org.dmarcmilter.mail.Outcome.TryLater;
import org.dmarcmilter.mail.Outcome.Unknown;
import org.dmarcmilter.mail.Outcome.Unreachable;
import org.dmarcmilter.mail.SmtpServer.Tls;
import org.dmarcmilter.text.Printable;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * One SMTP connection. The library opens it; the commands of a transaction are given here one by one, because the library's own way ends
 * in exceptions that do not always tell which command was refused, and loses a reply if the server hangs up behind it.
 */
final class SmtpConnection extends SMTPTransport {
    static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

    /** RFC 5321, section 4.5.3.2 gives a server 10 minutes at most, and 5 for most replies. */
    static final Duration REPLY_LIMIT = Duration.ofMinutes(5);

    /** Mail system full, message too large, by code or enhanced code (RFC 3463). */
    private static final String TOO_LARGE = "552";

    private static final int BUFFER = 8_192;

    private Optional<Command> command = Optional.empty();
    /** The first reply to the command under way; the library asks on (RSET) and would lose it. */
    private Optional<Reply> reply = Optional.empty();

    private boolean alive;

    /** @param code of three digits; less than that if the server speaks another language, or says nothing */
    private record Reply(int code, String text) {
        boolean isPermanent() {
            return code >= 500 && code <= 599;
        }

        boolean isTemporary() {
            return code >= 400 && code <= 499;
        }
    }

    private SmtpConnection(Properties properties, Tls tls) {
        super(Session.getInstance(properties), null, "smtp", tls == Tls.IMPLICIT);
    }

    /**
     * Connects, speaks TLS and logs in as the server's record says.
     *
     * @param sockets where the connection comes from
     * @param certificates whom to trust, if that is not the JVM's matter
     * @throws MessagingException with the server's words, or the system's
     */
    static SmtpConnection open(SmtpServer server, GuardedSockets sockets, Optional<SSLSocketFactory> certificates)
            throws MessagingException {
        try {
            return open(server, server.tls(), sockets, certificates);
        } catch (MessagingException e) {
            if (server.tls() == Tls.OPPORTUNISTIC && isTlsFailure(e)) {
                return open(server, Tls.OFF, sockets, certificates);
            }
            throw e;
        }
    }

    private static SmtpConnection open(
            SmtpServer server, Tls tls, GuardedSockets sockets, Optional<SSLSocketFactory> certificates)
            throws MessagingException {
        Properties properties = new Properties();
        properties.put("mail.smtp.socketFactory", sockets);
        properties.put("mail.smtp.socketFactory.fallback", "false");
        properties.put("mail.smtp.connectiontimeout", String.valueOf(CONNECT_LIMIT.toMillis()));
        properties.put("mail.smtp.timeout", String.valueOf(REPLY_LIMIT.toMillis()));
        properties.put("mail.smtp.quitwait", "false");
        properties.put("mail.smtp.localhost", server.localName());
        properties.put("mail.smtp.auth", String.valueOf(server.login().isPresent()));
        properties.put("mail.smtp.starttls.enable", String.valueOf(tls == Tls.OPPORTUNISTIC || tls == Tls.REQUIRED));
        properties.put("mail.smtp.starttls.required", String.valueOf(tls == Tls.REQUIRED));
        properties.put("mail.smtp.ssl.checkserveridentity", String.valueOf(server.verified()));
        if (!server.verified()) {
            properties.put("mail.smtp.ssl.trust", "*");
        } else if (certificates.isPresent()) {
            properties.put("mail.smtp.ssl.socketFactory", certificates.get());
        }
        SmtpConnection connection = new SmtpConnection(properties, tls);
        connection.connect(
                server.host(),
                server.port(),
                server.login().map(SmtpServer.Login::user).orElse(null),
                server.login().map(SmtpServer.Login::password).orElse(null));
        if (server.login().isPresent() && !connection.supportsExtension("AUTH")) {
            connection.end();
            throw new MessagingException("the server offers no AUTH, and a user is set");
        }
        connection.alive = true;
        return connection;
    }

    private static boolean isTlsFailure(MessagingException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /** Whether another mail may be tried on it. */
    boolean isAlive() {
        return alive;
    }

    /** Whether the whole mail went out without a reply, or the connection broke before that. */
    private Outcome broken(Exception e) {
        alive = false;
        String reason = "connection lost at " + command.map(Enum::name).orElse("?") + ": " + shown(e.getMessage());
        return command.equals(Optional.of(Command.END)) ? new Unknown(reason) : new Unreachable(reason);
    }

    /**
     * One transaction.
     *
     * @param mail the whole mail with CRLF
     * @param size its octets
     * @throws IOException if {@code mail} throws it; the connection is closed then, and the server has nothing
     */
    synchronized Outcome send(Envelope envelope, InputStream mail, long size) throws IOException {
        String limit = supportsExtension("SIZE") ? getExtensionParameter("SIZE") : null;
        if (limit != null && limit.matches("[1-9][0-9]{0,17}") && size > Long.parseLong(limit)) {
            return new Refused(Command.MAIL, "the server takes at most " + limit + " octets, and the mail has " + size);
        }
        boolean dsn = supportsExtension("DSN");
        try {
            Optional<Outcome> refused = command(
                    Command.MAIL,
                    "MAIL FROM:<" + envelope.from() + ">"
                            + (supportsExtension("SIZE") ? " SIZE=" + size : "")
                            + (dsn ? " RET=HDRS" : ""));
            if (refused.isEmpty()) {
                refused = command(Command.RCPT, "RCPT TO:<" + envelope.to() + ">" + (dsn ? " NOTIFY=FAILURE" : ""));
            }
            if (refused.isPresent()) {
                reset();
                return refused.get();
            }
            return data(mail);
        } catch (MessagingException e) {
            return broken(e);
        }
    }

    private Optional<Outcome> command(Command next, String line) throws MessagingException {
        begin(next);
        simpleCommand(line);
        Reply answer = reply.orElseThrow();
        return answer.code() >= 200 && answer.code() <= 299 ? Optional.empty() : Optional.of(failure(next, answer));
    }

    private void begin(Command next) {
        command = Optional.of(next);
        reply = Optional.empty();
    }

    private Outcome data(InputStream mail) throws IOException {
        begin(Command.DATA);
        OutputStream out;
        try {
            out = data();
        } catch (MessagingException e) {
            return reply.filter(answer -> answer.code() > 0)
                    .map(answer -> failure(Command.DATA, answer))
                    .orElseGet(() -> broken(e));
        }
        byte[] buffer = new byte[BUFFER];
        for (int read = read(mail, buffer); read > 0; read = read(mail, buffer)) {
            try {
                out.write(buffer, 0, read);
            } catch (IOException e) {
                return broken(e);
            }
        }
        begin(Command.END);
        try {
            finishData();
            return new Accepted(shown(reply.orElseThrow().text()));
        } catch (MessagingException | IOException e) {
            return reply.filter(answer -> answer.code() > 0)
                    .map(answer -> failure(Command.END, answer))
                    .orElseGet(() -> broken(e));
        }
    }

    /** Without the end of the mail the server forgets it. */
    private int read(InputStream mail, byte[] buffer) throws IOException {
        try {
            return mail.read(buffer);
        } catch (IOException e) {
            alive = false;
            throw e;
        }
    }

    private Outcome failure(Command at, Reply answer) {
        String text = shown(answer.text());
        if (answer.isPermanent()) {
            boolean tooLarge =
                    answer.text().startsWith(TOO_LARGE) || answer.text().contains(" 5.3.4 ");
            return at == Command.MAIL && !tooLarge ? new SenderRefused(text) : new Refused(at, text);
        }
        if (answer.isTemporary()) {
            boolean closing = answer.code() == 421;
            alive &= !closing;
            return new TryLater(at, text, closing);
        }
        // Neither yes nor no, or nothing at all.
        return broken(new IOException(answer.code() > 0 ? text : "no reply"));
    }

    /** So that the next mail begins anew; a server that minds gets a new connection. */
    private void reset() {
        if (alive) {
            try {
                alive = simpleCommand("RSET") == 250;
            } catch (MessagingException e) {
                alive = false;
            }
        }
    }

    @Override
    protected int readServerResponse() throws MessagingException {
        int code = super.readServerResponse();
        if (reply.isEmpty()) {
            String text = getLastServerResponse();
            reply = Optional.of(new Reply(code, text == null ? "" : text));
        }
        return code;
    }

    /** Says QUIT to a server that listens; closes in any case. */
    void end() {
        try {
            close();
        } catch (MessagingException e) {
            // It is closed, and nobody needs it any more.
        }
    }

    /** On one line, printable, bounded. */
    static String shown(@Nullable String text) {
        if (text == null) {
            return "no reason given";
        }
        // Cut before the search, which takes time by the square of the white space in a reply.
        String beginning = text.substring(0, Math.min(text.length(), 4 * Outcome.MAX_REPLY));
        return Printable.of(beginning.strip().replaceAll("\\s*[\\r\\n]+", " "), Outcome.MAX_REPLY);
    }
}
