package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.dmarcmilter.store.StoreLog.Entry;
import org.dmarcmilter.store.StoreLog.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log of what was sent: what is whole is read back as it was, and nothing else is. */
@Timeout(60)
class StoreLogTest {
    private static final List<Entry> ENTRIES = List.of(
            new Entry(Event.SEND, List.of("2026112700aaaa", "1", "1")),
            new Entry(Event.RESULT, List.of("2026112700aaaa", "1", "1", "sent", "", "250 2.0.0 Ok\tqueued\r\nas 1")),
            new Entry(Event.VOID, List.of("2026112700bbbb", "")));

    @TempDir
    Path directory;

    private Path file() {
        return directory.resolve("store.log");
    }

    private void append(List<Entry> entries) throws IOException {
        try (StoreLog log = new StoreLog(file())) {
            for (Entry entry : entries) {
                log.append(entry.event(), entry.fields().toArray());
            }
            log.force();
        }
    }

    /** What is read; how many lines are damaged is the argument. */
    private List<Entry> read(long damaged) throws IOException {
        List<Entry> entries = new ArrayList<>();
        assertEquals(damaged, StoreLog.read(file(), entries::add));
        return entries;
    }

    @Test
    void readsWhatWasAppended() throws IOException {
        assertEquals(List.of(), read(0), "a log that is not there");
        append(ENTRIES);
        append(ENTRIES.subList(0, 1));
        List<Entry> expected = new ArrayList<>(ENTRIES);
        expected.add(ENTRIES.get(0));
        assertEquals(expected, read(0));
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
    }

    @Test
    void keepsAnyText() throws IOException {
        Random random = new Random(7);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(12); j > 0; j--) {
                text.append("\\\t\n\rtn\0 \u0085\u2028\u00e9x".charAt(random.nextInt(12)));
            }
            entries.add(new Entry(Event.VOID, List.of(text.toString(), "end")));
        }
        append(entries);
        assertEquals(entries, read(0));
    }

    /** Killed while it writes its last line: the others are there, and what is appended later is no part of the torn one. */
    @Test
    void isTornAtEachOctetOfItsLastLine() throws IOException {
        append(ENTRIES);
        byte[] whole = Files.readAllBytes(file());
        int last = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf("void");
        for (int cut = last; cut < whole.length; cut++) {
            Files.write(file(), Arrays.copyOf(whole, cut));
            append(ENTRIES.subList(0, 1));
            // Without its line feed only, the last line is whole.
            boolean isWhole = cut == whole.length - 1;
            List<Entry> expected = new ArrayList<>(ENTRIES.subList(0, isWhole ? 3 : 2));
            expected.add(ENTRIES.get(0));
            assertEquals(expected, read(isWhole || cut == last ? 0 : 1), "cut at " + cut);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send\t1", "\t", "x", "news\t1\t00000000", "send\t2026112700aaaa\t1\t1\tffffffff"})
    void skipsALineThatIsDamaged(String line) throws IOException {
        append(ENTRIES.subList(0, 1));
        Files.writeString(file(), Files.readString(file()) + line + "\n");
        append(ENTRIES.subList(1, 3));
        assertEquals(ENTRIES, read(1));
    }

    @Test
    void noticesEachBitThatChanges() throws IOException {
        append(ENTRIES.subList(0, 1));
        byte[] whole = Files.readAllBytes(file());
        for (int octet = 0; octet < whole.length - 1; octet++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] damaged = whole.clone();
                damaged[octet] ^= (byte) (1 << bit);
                Files.write(file(), damaged);
                List<Entry> entries = new ArrayList<>();
                StoreLog.read(file(), entries::add);
                assertEquals(List.of(), entries, octet + " " + bit);
            }
        }
    }

    @Test
    void isWrittenAnewOrStays() throws IOException {
        append(ENTRIES);
        try (StoreLog log = new StoreLog(file())) {
            assertThrows(
                    IOException.class,
                    () -> log.rewrite(to -> {
                        to.take(ENTRIES.get(2));
                        throw new IOException("the disk is full");
                    }));
            assertEquals(ENTRIES, read(0));
            log.rewrite(to -> to.take(ENTRIES.get(2)));
            log.append(Event.CLEAN);
            assertEquals(List.of(ENTRIES.get(2), new Entry(Event.CLEAN, List.of())), read(0));
        }
    }
}
