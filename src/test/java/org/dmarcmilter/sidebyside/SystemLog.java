package org.dmarcmilter.sidebyside;

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

    private SystemLog(PeerProcess process) {
        this.process = process;
    }

    static SystemLog start(Path socket, Path output) {
        SystemLog log = new SystemLog(PeerProcess.start(
                output, List.of(PeerProgram.locate("socat").toString(), "-u", "UNIX-RECV:" + socket, "STDOUT")));
        log.process.awaitReady(() -> Files.exists(socket));
        return log;
    }

    /** The messages so far, with their syslog level in front: {@code <6>S01M001: example.com pass}. */
    List<String> lines() {
        String all = process.output();
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

    @Override
    public void close() {
        process.close();
    }
}
