package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The documentation says of each instrument what {@link Instruments#TABLE} says. To write it anew:
 * {@code mvn -q test -Dtest=InstrumentDocumentsTest -Dinstruments.write=true}.
 */
class InstrumentDocumentsTest {
    private static final Path PAGE = Path.of("src/site/markdown/monitoring.md");
    private static final String BEGIN = "<!-- instruments: begin -->\n";
    private static final String END = "<!-- instruments: end -->\n";
    private static final String REMEDY = "Change what Instruments says, not the document; then write it anew:"
            + " mvn -q test -Dtest=InstrumentDocumentsTest -Dinstruments.write=true";

    @Test
    void saysWhatTheTableSays() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        assertTrue(from >= BEGIN.length() && to >= from, "the lines around the table");
        String expected = page.substring(0, from) + table() + page.substring(to);
        if (Boolean.getBoolean("instruments.write")) {
            Files.writeString(PAGE, expected);
        }
        assertEquals(expected, Files.readString(PAGE), REMEDY);
    }

    private static String table() {
        StringBuilder text =
                new StringBuilder("| `dmarc_milter_...` | Kind | Labels | What it says |\n|---|---|---|---|\n");
        for (Instruments.Instrument row : Instruments.TABLE) {
            text.append("| `")
                    .append(row.name().substring("dmarc_milter_".length()))
                    .append("` | ")
                    .append(MessageCounters.word(row.kind()))
                    .append(" | ")
                    .append(row.labels().isEmpty() ? "" : "`" + String.join("`, `", row.labels()) + "`")
                    .append(" | ")
                    .append(row.help())
                    .append(" |\n");
        }
        return text.toString();
    }
}
