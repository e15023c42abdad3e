package org.dmarcmilter.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryTimesTest {
    @ParameterizedTest
    @CsvSource({
        "0, PT5M",
        "1, PT5M",
        "2, PT15M",
        "3, PT1H",
        "4, PT3H",
        "5, PT6H",
        "6, PT12H",
        "7, PT24H",
        "8, PT24H",
        "1000, PT24H"
    })
    void waitsLongerEachTime(int attempts, Duration pause) {
        assertEquals(pause, RetryTimes.after(attempts));
    }
}
