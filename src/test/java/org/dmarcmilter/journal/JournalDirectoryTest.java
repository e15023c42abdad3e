package org.dmarcmilter.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JournalDirectoryTest {
    @TempDir
    Path state;

    private Path journal;
    private JournalDirectory directory;

    @BeforeEach
    void open() throws IOException {
        directory = new JournalDirectory(state);
        directory.create();
        journal = state.resolve("journal");
    }

    private Path file(String name) throws IOException {
        return Files.writeString(journal.resolve(name), "x".repeat(10));
    }

    private List<String> names() throws IOException {
        return directory.segments().stream().map(Segment::name).toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            mx-1764288065-0000.jnl                | mx           | 1764288065 | 0
            mx-1.a_b.example-7-0012.jnl.gz        | mx-1.a_b.example | 7     | 12
            mx-1764288065-10000.jnl               | mx           | 1764288065 | 10000
            mx-1764288065-0000.jnl.gz.new         |              |            |
            mx-1764288065-000.jnl                 |              |            |
            MX-1764288065-0000.jnl                |              |            |
            -1764288065-0000.jnl                  |              |            |
            mx-1764288065.jnl                     |              |            |
            writer.lock                           |              |            |
            """)
    void knowsASegmentByItsName(String name, String node, Long opened, Integer number) {
        Optional<Segment> segment = Segment.of(journal.resolve(name));
        assertEquals(Optional.ofNullable(node), segment.map(Segment::node));
        assertEquals(Optional.ofNullable(opened), segment.map(Segment::opened));
        assertEquals(Optional.ofNullable(number), segment.map(Segment::number));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({"MX.Example.COM, mx.example.com", "b\u00fccher/x, b_cher_x", "'', localhost", "a-b_c, a-b_c"})
    void anyHostIsANode(String host, String node) {
        assertEquals(node, Segment.nodeOf(host));
        assertTrue(Segment.of(Path.of(Segment.fileName(Segment.nodeOf("x".repeat(300)), 1, 0)))
                .isPresent());
    }

    @Test
    void listsTheOldestFirst() throws IOException {
        for (String name : List.of(
                "b-9-0000.jnl", "b-10-0000.jnl", "b-10-0002.jnl.gz", "b-10-0001.jnl", "a-99-0000.jnl", "writer.lock")) {
            file(name);
        }
        assertEquals(
                List.of("a-99-0000.jnl", "b-9-0000.jnl", "b-10-0000.jnl", "b-10-0001.jnl", "b-10-0002.jnl"), names());
        assertEquals(40, directory.waitingOctets());
    }

    @Test
    void aMissingDirectoryHasNone() throws IOException {
        JournalDirectory missing = new JournalDirectory(state.resolve("missing"));
        assertEquals(List.of(), missing.segments());
        assertEquals(0, missing.waitingOctets());
    }

    @Test
    void isSupersededByALaterOneOfItsNode() throws IOException {
        Segment first = Segment.of(file("a-1-0000.jnl")).orElseThrow();
        file("b-2-0000.jnl");
        assertFalse(directory.isSuperseded(first));
        Segment second = Segment.of(file("a-1-0001.jnl")).orElseThrow();
        assertTrue(directory.isSuperseded(first));
        assertFalse(directory.isSuperseded(second));
    }

    @Test
    void packingCanBeKilledAnywhere() throws IOException {
        Segment segment = Segment.of(file("a-1-0000.jnl")).orElseThrow();
        file("a-1-0000.jnl.gz.new");
        Segment packed = directory.compress(segment);
        assertEquals(List.of(packed), directory.segments());
        file("a-1-0000.jnl");
        assertEquals(List.of(packed), directory.segments(), "killed before the other is deleted");
        assertEquals(packed, directory.compress(packed));
        assertFalse(Files.exists(segment.path()));
        directory.delete(packed);
        assertEquals(List.of(), directory.segments());
    }
}
