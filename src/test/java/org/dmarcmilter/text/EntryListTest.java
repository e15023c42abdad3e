package org.dmarcmilter.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.dmarcmilter.text.EntryList.Entry;
import org.junit.jupiter.api.Test;

class EntryListTest {
    @Test
    void readsOneEntryALine() {
        assertEquals(
                List.of(
                        new Entry(2, "first", "", false),
                        new Entry(4, "second", "and more", false),
                        new Entry(5, "third", "", true)),
                EntryList.of("# a list\nfirst # one\n\nsecond \t and more\r\n  third#x\n#last"));
    }

    @Test
    void anEmptyFileHasNone() {
        assertEquals(List.of(), EntryList.of(""));
        assertEquals(List.of(), EntryList.of("\n \n\t#\n"));
    }
}
