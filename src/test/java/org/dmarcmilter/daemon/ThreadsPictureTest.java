package org.dmarcmilter.daemon;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The picture of the threads has each queue with its bound, as {@link Instruments#queues} tells them. To draw it anew:
 * {@code mvn -q test -Dtest=ThreadsPictureTest -Dpictures.write=true}.
 */
class ThreadsPictureTest {
    private static final Path PICTURE = Path.of("src/site/resources/threads.svg");
    private static final String REMEDY =
            "Change this test, not the picture; then draw it anew: mvn -q test -Dtest=ThreadsPictureTest -Dpictures.write=true";

    /** What waits for a thread of its own: the queue, the word for what is in it, the thread. */
    private record Waiting(String queue, String what, String thread) {}

    private static final List<Waiting> WAITING = List.of(
            new Waiting("log", "lines", "log"),
            new Waiting("history", "records", "history writer"),
            new Waiting("report_journal", "records", "report journal"),
            new Waiting("failure_reports", "reports", "failure reports"));
    private static final int FIRST_ROW = 90;
    private static final int ROW = 36;
    private static final int FROM_THE_LOOPS = 150;

    @Test
    void hasEachQueueWithItsBound() throws IOException {
        String expected;
        try (IdleDaemon daemon = IdleDaemon.with(Optional.empty())) {
            expected = picture(Instruments.queues(daemon.sources()).stream()
                    .collect(toMap(Instruments.Queue::name, Instruments.Queue::bound)));
        }
        if (Boolean.getBoolean("pictures.write")) {
            Files.writeString(PICTURE, expected);
        }
        assertEquals(expected, Files.readString(PICTURE), REMEDY);
    }

    private static String picture(Map<String, Long> bounds) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < WAITING.size(); i++) {
            Waiting row = WAITING.get(i);
            rows.append(String.format(
                    Locale.ROOT,
                    """
                      <path class="way" d="M430 %1$dC455 %1$d 455 %2$d 478 %2$d"/>
                      <rect class="queue" x="480" y="%3$d" width="120" height="24"/>
                      <text class="small" x="540" y="%4$d" text-anchor="middle">%5$,d %6$s</text>
                      <path class="way" d="M600 %2$dH658"/>
                      <rect class="own" x="660" y="%7$d" width="190" height="28" rx="6"/>
                      <text x="755" y="%8$d" text-anchor="middle">%9$s</text>
                    """,
                    FROM_THE_LOOPS,
                    FIRST_ROW + ROW * i,
                    FIRST_ROW + ROW * i - 12,
                    FIRST_ROW + ROW * i + 4,
                    bounds.get(row.queue()),
                    row.what(),
                    FIRST_ROW + ROW * i - 14,
                    FIRST_ROW + ROW * i + 5,
                    row.thread()));
        }
        return BEGIN.formatted(String.format(Locale.ROOT, "%,d", bounds.get("dns_in_flight"))) + rows + END;
    }

    private static final String BEGIN = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 860 330" width="860" height="330" role="img" aria-labelledby="title what" font-family="system-ui, sans-serif" font-size="14">
              <title id="title">The threads of the daemon</title>
              <desc id="what">Two event loops serve the connections of the MTA; each connection stays on one of them. They hand questions to the DNS thread and get the answers back. Log lines, history records, records for aggregate reports and failure reports go through bounded queues to one thread each.</desc>
              <style>
                .box { fill: #f3f5f8; stroke: #57606a; stroke-width: 1.5 }
                .own { fill: #dbeafe; stroke: #1d4ed8; stroke-width: 2 }
                .way { fill: none; stroke: #57606a; stroke-width: 1.5; marker-end: url(#tip) }
                .tip { fill: #57606a }
                .queue { fill: #fff; stroke: #57606a; stroke-width: 1 }
                text { fill: #1f2328 }
                .small { font-size: 12px; fill: #57606a }
                .bold { font-weight: 600 }
                @media (prefers-color-scheme: dark) {
                  .box { fill: #21262d; stroke: #9da7b3 }
                  .own { fill: #12294d; stroke: #6ea8fe }
                  .way { stroke: #9da7b3 }
                  .queue { fill: #0d1117; stroke: #9da7b3 }
                  .tip, .small { fill: #9da7b3 }
                  text { fill: #e6edf3 }
                }
              </style>
              <defs>
                <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
                  <path class="tip" d="M0 0 8 4 0 8z"/>
                </marker>
              </defs>

              <rect class="box" x="10" y="116" width="110" height="70" rx="6"/>
              <text class="bold" x="65" y="147" text-anchor="middle">MTA</text>
              <text class="small" x="65" y="167" text-anchor="middle">connections</text>
              <path class="way" d="M120 138 208 118" marker-start="url(#tip)"/>
              <path class="way" d="M120 164 208 186" marker-start="url(#tip)"/>

              <rect class="own" x="210" y="84" width="220" height="60" rx="6"/>
              <text class="bold" x="320" y="109" text-anchor="middle">event loop 1</text>
              <text class="small" x="320" y="129" text-anchor="middle">wire, session, judging</text>
              <rect class="own" x="210" y="158" width="220" height="60" rx="6"/>
              <text class="bold" x="320" y="183" text-anchor="middle">event loop 2</text>
              <text class="small" x="320" y="203" text-anchor="middle">a connection stays on its loop</text>

              <rect class="own" x="210" y="10" width="200" height="44" rx="6"/>
              <text class="bold" x="310" y="37" text-anchor="middle">DNS</text>
              <path class="way" d="M296 84V56"/>
              <path class="way" d="M324 54V82"/>
              <text class="small" x="336" y="73">questions, answers; %s at once</text>
              <path class="way" d="M410 32H498" marker-start="url(#tip)"/>
              <rect class="box" x="500" y="10" width="130" height="44" rx="6"/>
              <text x="565" y="37" text-anchor="middle">name servers</text>

            """;

    private static final String END = """

              <rect class="own" x="210" y="246" width="200" height="44" rx="6"/>
              <text class="bold" x="310" y="273" text-anchor="middle">main</text>
              <text class="small" x="424" y="264">starts all of them, waits for signals,</text>
              <text class="small" x="424" y="281">reloads, ends with all written</text>
              <rect class="own" x="700" y="246" width="150" height="44" rx="6"/>
              <text x="775" y="265" text-anchor="middle">/health, /metrics</text>
              <text class="small" x="775" y="282" text-anchor="middle">with MetricsSocket</text>
              <text class="small" x="210" y="316">A full queue drops and counts what comes next. Mail waits for none of them.</text>
            </svg>
            """;
}
