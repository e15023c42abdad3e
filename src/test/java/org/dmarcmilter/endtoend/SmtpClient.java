package org.dmarcmilter.endtoend;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** A plain SMTP client: one command, one reply. */
public final class SmtpClient implements AutoCloseable {
    private static final int REPLY_LIMIT_MILLIS = 60_000;

    private final Socket socket;
    private final BufferedReader replies;
    private Charset charset = StandardCharsets.UTF_8;

    private SmtpClient(Socket socket) throws IOException {
        this.socket = socket;
        this.replies = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Connects from {@code local}, an address of this machine, and reads the greeting. */
    public static SmtpClient connect(InetAddress local, InetSocketAddress server) {
        try {
            Socket socket = new Socket(server.getAddress(), server.getPort(), local, 0);
            socket.setSoTimeout(REPLY_LIMIT_MILLIS);
            SmtpClient client = new SmtpClient(socket);
            client.read().expect(220);
            return client;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public SmtpReply command(String line) {
        write(line + "\r\n");
        return read();
    }

    public SmtpClient ehlo(String name) {
        command("EHLO " + name).expect(250);
        return this;
    }

    /** Postfix's XCLIENT: from here on the server takes us for that client. Greets anew, as the extension wants. */
    public SmtpClient xclient(String attributes) {
        command("XCLIENT " + attributes).expect(220);
        return ehlo("client.example");
    }

    /** From here on, what is sent holds one character per octet. */
    public SmtpClient octets() {
        charset = StandardCharsets.ISO_8859_1;
        return this;
    }

    /** One message: MAIL, RCPT, DATA and the text; the reply to the text, or the first refusal. */
    public SmtpReply send(String sender, String recipient, String message) {
        return send(sender, "", recipient, message);
    }

    /** The same with parameters for MAIL, for example {@code SMTPUTF8}. */
    public SmtpReply send(String sender, String parameters, String recipient, String message) {
        SmtpReply mail = command(("MAIL FROM:<" + sender + "> " + parameters).strip());
        if (mail.code() != 250) {
            return mail;
        }
        SmtpReply rcpt = command("RCPT TO:<" + recipient + ">");
        if (rcpt.code() != 250) {
            return rcpt;
        }
        command("DATA").expect(354);
        write(message.replaceAll("(?dm)^\\.", ".."));
        return command(message.endsWith("\r\n") ? "." : "\r\n.");
    }

    /** Text after DATA, as it is, and no end of it. */
    public void text(String text) {
        write(text);
    }

    @Override
    public void close() {
        try (socket) {
            if (socket.isConnected()) {
                socket.getOutputStream().write("QUIT\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException serverLeftFirst) {
            // Then there is nobody to take leave of.
        }
    }

    private void write(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(charset));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SmtpReply read() {
        StringBuilder text = new StringBuilder();
        try {
            while (true) {
                String line = replies.readLine();
                if (line == null) {
                    throw new EOFException("the server closed the connection after: " + text);
                }
                text.append(line.substring(Math.min(4, line.length())));
                if (line.length() < 4 || line.charAt(3) != '-') {
                    return new SmtpReply(Integer.parseInt(line.substring(0, 3)), text.toString());
                }
                text.append('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
