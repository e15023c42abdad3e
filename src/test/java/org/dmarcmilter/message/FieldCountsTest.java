package org.dmarcmilter.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldCountsTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(delimiter = '|', textBlock = """
            # names of the fields                      | problem                     | why
            From Date                                  |                             | all that is needed
            Date From To Cc Bcc Subject Reply-To Message-Id In-Reply-To References | | one of each
            From Date Sender Sender Received Received  |                             | others are not counted
            fRoM dAtE                                  |                             | names without case
            Date                                       | missing From field          | no From
            From                                       | missing Date field          | no Date
            Subject                                    | missing Date field          | of two problems the last
            From Date From                             | multiple From fields        | two From
            From Date DATE                             | multiple Date fields        | two Date
            From Date Reply-To Reply-To                | multiple Reply-To fields    | two Reply-To
            From Date To To                            | multiple To fields          | two To
            From Date Cc Cc                            | multiple Cc fields          | two Cc
            From Date Bcc Bcc                          | multiple Bcc fields         | two Bcc
            From Date Message-ID Message-Id            | multiple Message-Id fields  | two Message-Id
            From Date In-Reply-To In-Reply-To          | multiple In-Reply-To fields | two In-Reply-To
            From Date References References            | multiple References fields  | two References
            From Date Subject Subject                  | multiple Subject fields     | two Subject
            Subject Subject To To                      | multiple Subject fields     | the last in the order of checks
            From From Date Date Cc Cc                  | multiple Cc fields          | the last in the order of checks
            """)
    void names(String names, String problem, String why) {
        List<HeaderField> fields = new ArrayList<>();
        for (String name : names.split(" ")) {
            fields.add(new HeaderField(name, "x"));
        }
        assertEquals(problem, FieldCounts.problem(new Headers(fields)).orElse(null), why);
    }
}
