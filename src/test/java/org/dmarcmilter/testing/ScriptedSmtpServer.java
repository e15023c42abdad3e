package org.dmarcmilter.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An SMTP server on loopback that says what the test tells it to. The script gets each line of the client, {@code GREETING} when
 * somebody connects and {@code END} after the dot, and returns the reply: lines separated by {@code \n}, {@link #CUT} to hang up,
 * {@link #SILENCE} to say nothing more; {@link #CUT} may follow a reply.
 */
public final class ScriptedSmtpServer implements AutoCloseable {
    public static final String CUT = "#cut";
    public static final String SILENCE = "#silence";

    private final ServerSocket listener;
    private final UnaryOperator<String> script;
    private final Optional<SSLContext> tls;
    private final boolean implicit;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> mails = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    public ScriptedSmtpServer(UnaryOperator<String> script) {
        this(script, Optional.empty(), false);
    }

    /**
     * A server that speaks TLS.
     *
     * @param implicit from the first octet; otherwise after STARTTLS
     */
    public ScriptedSmtpServer(UnaryOperator<String> script, Optional<SSLContext> tls, boolean implicit) {
        this.script = script;
        this.tls = tls;
        this.implicit = implicit;
        try {
            listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    /** What an ordinary server says. */
    public static String usual(String line) {
        return switch (line.split("[ :]", 2)[0].toUpperCase(Locale.ROOT)) {
            case "GREETING" -> "220 mx.test ESMTP";
            case "EHLO" -> "250-mx.test\n250-SIZE 1000000\n250 DSN";
            case "DATA" -> "354 go on";
            case "QUIT" -> "221 bye\n" + CUT;
            case "STARTTLS" -> "220 begin";
            default -> "250 2.0.0 Ok";
        };
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The lines that clients sent, without those of mails. */
    public List<String> lines() {
        return List.copyOf(lines);
    }

    /** The mails that came to their end, dots unstuffed. */
    public List<String> mails() {
        return List.copyOf(mails);
    }

    /** How many clients have connected. */
    public int connections() {
        return connections.size();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.add(socket);
                start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-smtp");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket plain) {
        try (Socket socket = implicit ? secured(plain) : plain) {
            speak(socket, true);
        } catch (IOException e) {
            // The client, or the end of the test, closed it.
        }
    }

    private SSLSocket secured(Socket socket) throws IOException {
        SSLSocket secured = (SSLSocket)
                tls.orElseThrow().getSocketFactory().createSocket(socket, "localhost", socket.getPort(), true);
        secured.setUseClientMode(false);
        return secured;
    }

    private void speak(Socket socket, boolean greeting) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        OutputStream out = socket.getOutputStream();
        if (greeting && !say(out, script.apply("GREETING"))) {
            return;
        }
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            lines.add(line);
            String reply = script.apply(line);
            if (!say(out, reply)) {
                return;
            }
            if (line.equals("STARTTLS") && reply.startsWith("220")) {
                speak(secured(socket), false);
                return;
            }
            if (line.equals("DATA") && reply.startsWith("354")) {
                if (!read(in)) {
                    return;
                }
                if (!say(out, script.apply("END"))) {
                    return;
                }
            }
        }
    }

    private boolean read(BufferedReader in) throws IOException {
        StringBuilder mail = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals(".")) {
                mails.add(mail.toString());
                return true;
            }
            mail.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
        }
        return false;
    }

    /** Whether to go on. */
    private static boolean say(OutputStream out, String reply) throws IOException {
        for (String line : reply.split("\n")) {
            if (line.equals(CUT)) {
                return false;
            }
            if (line.equals(SILENCE)) {
                try {
                    Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        out.flush();
        return true;
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : connections) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
