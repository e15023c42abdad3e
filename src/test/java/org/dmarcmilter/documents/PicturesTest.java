package org.dmarcmilter.documents;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.dmarcmilter.documents.BarChart.Bar;
import org.dmarcmilter.documents.BarChart.Group;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The plots of the page about speed show what its tables say. To draw them anew, after a table was:
 * {@code mvn -q test -Dtest=PicturesTest -Dpictures.write=true}. The plot of messages a second is drawn by {@code src/test/bench/compare}.
 */
class PicturesTest {
    private static final String REMEDY = "Draw it anew: mvn -q test -Dtest=PicturesTest -Dpictures.write=true";

    static Stream<Path> pictures() {
        return Stream.of("memory", "delay", "reports").map(name -> Path.of("src/site/resources", name + ".svg"));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void showsWhatTheTableSays(Path picture) throws IOException {
        BarChart chart = switch (picture.getFileName().toString()) {
            case "memory.svg" -> memory();
            case "delay.svg" -> delay();
            default -> reports();
        };
        if (Boolean.getBoolean("pictures.write")) {
            Files.writeString(picture, chart.svg());
        }
        assertEquals(chart.svg(), Files.readString(picture), REMEDY);
    }

    private static BarChart memory() {
        List<List<String>> table = table("## Messages a second", "peak RSS MiB, the worst");
        List<String> steps = table.get(0).subList(1, table.get(0).size());
        List<Group> groups = new ArrayList<>();
        for (int step = 0; step < steps.size(); step++) {
            List<Bar> bars = new ArrayList<>();
            for (List<String> row : table.subList(1, table.size())) {
                bars.add(new Bar(row.get(0), bars.isEmpty() ? "ours" : "more", row.get(step + 1)));
            }
            groups.add(new Group(steps.get(step), bars));
        }
        return new BarChart(
                "Memory of the process at most, in MiB, after each step",
                "Bars of the peak of resident memory after each of five steps, for two versions of Java. The table below has the figures.",
                groups);
    }

    private static BarChart delay() {
        List<List<String>> table = table("## Through Postfix", "messages a session");
        int added = table.get(0).indexOf("added, p50");
        List<Group> groups = new ArrayList<>();
        for (String transport : List.of("unix", "tcp")) {
            List<Bar> bars = table.stream()
                    .filter(row -> row.get(0).equals("1")
                            && row.get(1).equals("1")
                            && row.get(3).equals(transport))
                    .map(row ->
                            new Bar(row.get(2), row.get(2).equals("dmarc-milter") ? "ours" : "other", row.get(added)))
                    .toList();
            groups.add(new Group(transport.equals("unix") ? "unix socket" : "TCP", bars));
        }
        return new BarChart(
                "What a milter adds to the wait for Postfix's reply, median in ms; one message a session, one connection",
                "Bars of the median delay for dmarc-milter and OpenDMARC on a unix socket and over TCP. The table below has the figures.",
                groups);
    }

    private static BarChart reports() {
        List<List<String>> table = table("## Aggregate reports", "on the disk");
        List<Bar> bars = table.stream()
                .skip(1)
                .map(row -> new Bar(row.get(0), row.get(0).startsWith("journal") ? "ours" : "more", row.get(1)))
                .toList();
        return new BarChart(
                "What a million recorded messages take",
                "Bars of the disk space of journal and store for a million messages. The table below has the figures.",
                List.of(new Group("MB on the disk", bars)));
    }

    /** The cells of the table of that chapter whose first cell begins so; the line below its head is left out. */
    private static List<List<String>> table(String heading, String beginning) {
        List<List<String>> rows = Page.SPEED
                .chapter(heading)
                .lines()
                .dropWhile(line -> !line.startsWith("| " + beginning))
                .takeWhile(line -> line.startsWith("|"))
                .filter(line -> !line.startsWith("|---"))
                .map(line -> Arrays.stream(line.substring(1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
        return rows;
    }
}
