package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dmarcmilter.documents.Page;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transcripts of the page are what {@code explain} prints. */
class ExplainPageTest {
    private static final List<String> FIRST = Page.EXPLAIN.blocks("## A transcript");

    @TempDir
    private Path folder;

    @Test
    void explainsAGoodMessage() throws IOException {
        Files.writeString(folder.resolve("message.eml"), FIRST.get(0));
        assertEquals(FIRST.get(4), explain(FIRST.get(3)));
    }

    @Test
    void explainsAForgedOne() throws IOException {
        List<String> second = Page.EXPLAIN.blocks("## A forged one");
        Files.writeString(folder.resolve("forged.eml"), second.get(0));
        assertEquals(second.get(2), explain(second.get(1)));
    }

    /** What the command of the page prints, as if its files were in the present directory. */
    private String explain(String command) throws IOException {
        Path zone = Files.writeString(folder.resolve("zone"), FIRST.get(2));
        Files.writeString(
                folder.resolve("trial.conf"), FIRST.get(1).replace("TestDNSData zone", "TestDNSData " + zone));
        List<String> words = Stream.of(command.strip().split(" "))
                .skip(2)
                .map(word ->
                        word.matches(".*\\.(eml|conf)") ? folder.resolve(word).toString() : word)
                .toList();
        Screen screen = new Screen();
        assertEquals(0, new ExplainCommand(screen.terminal(), Map.of()).run(words), screen::err);
        return screen.out().replace(folder + "/", "");
    }
}
