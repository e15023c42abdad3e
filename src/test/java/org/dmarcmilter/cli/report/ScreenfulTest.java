package org.dmarcmilter.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see: tables, and how far long work is. */
class ScreenfulTest {
    @Test
    void alignsColumns() {
        Table table = new Table("domain", "messages", "size", "state");
        table.row("example.com", "1003", "1.2 kB", "open");
        table.row("b.example", "7", "-", "void\u001b[1m");
        assertEquals("""
                domain       messages    size  state
                example.com      1003  1.2 kB  open
                b.example           7       -  void?[1m
                """, table.text());
    }

    @Test
    void showsTitlesOfNothing() {
        Table table = new Table("a", "b");
        assertEquals("a  b\n", table.text());
        assertEquals(true, table.isEmpty());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        0     | 0     | 1000 | 0 records, 0/s
        12000 | 0     | 2000 | 12,000 records, 6,000/s
        12000 | 48000 | 2000 | 12,000 records of 48,000 (25 %), 6,000/s, 6 s left
        1     | 7200  | 1000 | 1 records of 7,200 (0 %), 1/s, 1 h 59 min left
        60    | 1500  | 1000 | 60 records of 1,500 (4 %), 60/s, 24 s left
        10    | 1500  | 1000 | 10 records of 1,500 (0 %), 10/s, 2 min 29 s left
        9     | 9     | 1000 | 9 records of 9 (100 %), 9/s
        """)
    void saysHowFarItIs(long done, long all, long millis, String line) {
        assertEquals(line, Progress.line("records", done, all, millis * 1_000_000));
    }

    @Test
    void writesSometimesAndOnOneLine() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicLong time = new AtomicLong(5);
        try (Progress progress = new Progress(new PrintStream(out, true, StandardCharsets.UTF_8), true, time::get)) {
            progress.at("rows", 1, 0);
            time.addAndGet(1_000_000_000);
            progress.at("rows", 1000, 0);
            progress.at("rows", 1001, 0);
            time.addAndGet(1_000_000_000);
            progress.at("rows", 2, 0);
        }
        assertEquals("\r1,000 rows, 1,000/s\r2 rows, 1/s        \r           \r", out.toString(StandardCharsets.UTF_8));
    }

    @Test
    void writesNothingWhereNobodyLooks() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AtomicLong time = new AtomicLong();
        try (Progress progress = new Progress(new PrintStream(out, true, StandardCharsets.UTF_8), false, time::get)) {
            time.addAndGet(1_000_000_000);
            progress.at("rows", 1000, 0);
        }
        assertEquals("", out.toString(StandardCharsets.UTF_8));
    }
}
