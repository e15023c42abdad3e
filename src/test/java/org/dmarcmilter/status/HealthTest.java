package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class HealthTest {
    @Test
    void saysWhatIsWrong() {
        assertEquals("{\"status\":\"ok\",\"problems\":[]}\n", new Health(List.of()).json());
        assertEquals(
                "{\"status\":\"failing\",\"problems\":[\"a \\\"b\\\"\",\"c\\nd\"]}\n",
                new Health(List.of("a \"b\"", "c\nd")).json());
    }
}
