package org.dmarcmilter.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenFilesTest {
    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', textBlock = """
        # limit             | wanted | allowed | why
        9223372036854775807 | 2500   | 2500    | no limit
        16384               | 2500   | 2500    | the unit's
        6700                | 2500   | 2500    | just enough
        4999                | 2500   | 2499    | nearly
        4096                | 2500   | 2048    | half of a low limit
        1024                | 2500   | 512     | a shell's
        1024                | 512    | 512     | what the warning advises
        1024                | 10     | 10      | few are wanted
        1                   | 2500   | 1       | never none
        """)
    void leavesRoomForWhatAConnectionNeeds(long limit, int wanted, int allowed, String why) {
        assertEquals(Math.min(wanted, allowed), new OpenFiles(limit).connections(wanted), why);
    }

    @ParameterizedTest
    @CsvSource({"16384, 2500, false", "1024, 2500, true", "1024, 512, false"})
    void warnsOfALimitThatIsTooLow(long limit, int wanted, boolean warned) {
        assertEquals(warned, new OpenFiles(limit).warning(wanted).isPresent());
    }

    @Test
    void saysWhatToDo() {
        assertEquals(
                "only 1024 files may be open, where MaxConnections 2500 needs 5000: more than 512 connections are closed at once."
                        + " Raise the limit (LimitNOFILE= of the service unit, ulimit -n), or set MaxConnections 512",
                new OpenFiles(1_024).warning(2_500).orElseThrow());
    }
}
