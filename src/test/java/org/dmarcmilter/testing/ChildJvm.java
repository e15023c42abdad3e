package org.dmarcmilter.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the classes of the tests, to be killed, or to meet the limits of its process. */
public final class ChildJvm {
    private ChildJvm() {}

    /**
     * Starts one.
     *
     * @param script what the shell does first; it ends with {@code exec "$@"}
     * @param main the class whose {@code main} runs
     */
    public static Process start(String script, Class<?> main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(
                "/bin/sh",
                "-c",
                script,
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        words.addAll(List.of(arguments));
        return new ProcessBuilder(words)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** In the child: standard input ends when the test's JVM does, however that comes about, and nothing of it must go on. */
    public static void endWithTheTest() {
        Thread watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (IOException e) {
                // As good as the end.
            }
            Runtime.getRuntime().halt(1);
        });
        watch.setDaemon(true);
        watch.start();
    }
}
