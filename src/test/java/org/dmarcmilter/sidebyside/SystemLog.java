package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmarcmilter.endtoend.PeerProcess;
import org.dmarcmilter.endtoend.PeerProgram;

/**
 * What takes the place of {@code /dev/log} for one program: socat, because Java has no datagrams of unix sockets. The
 * messages come one after the other without line ends.
 */
final class SystemLog implements AutoCloseable {
    private static final Pattern HEAD =
            Pattern.compile("<(\\d+)>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d [^ \\[]+\\[\\d+]: ");

    private final PeerProcess process;
    private final Path socket;
    private int marks;

    private SystemLog(PeerProcess process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    static SystemLog start(Path socket, Path output) {
        SystemLog log = new SystemLog(
                PeerProcess.start(
                        output, List.of(PeerProgram.locate("socat").toString(), "-u", "UNIX-RECV:" + socket, "STDOUT")),
                socket);
        log.process.awaitReady(() -> Files.exists(socket));
        return log;
    }

    /** The messages so far, with their syslog level in front: {@code <6>S01M001: example.com pass}. */
    List<String> lines() {
        String mark = mark();
        process.awaitReady(() -> process.output().contains(mark));
        String all = process.output().replace(mark, "");
        List<String> lines = new ArrayList<>();
        Matcher head = HEAD.matcher(all);
        int start = -1;
        int level = 0;
        while (head.find()) {
            if (start >= 0) {
                lines.add("<" + level + ">" + all.substring(start, head.start()).strip());
            }
            start = head.end();
            level = Integer.parseInt(head.group(1)) & 7;
        }
        if (start >= 0) {
            lines.add("<" + level + ">" + all.substring(start).strip());
        }
        return lines;
    }

    /** Sends a text of our own: when it has come out, so has everything that was sent before. */
    private String mark() {
        String mark = "mark " + marks++ + " of the test";
        Path file = socket.resolveSibling("mark");
        try {
            Files.writeString(file, mark);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        PeerProcess.run(
                socket.resolveSibling("mark.log"),
                List.of(PeerProgram.locate("socat").toString(), "-u", "OPEN:" + file, "UNIX-SENDTO:" + socket));
        return mark;
    }

    @Override
    public void close() {
        process.close();
    }
}
