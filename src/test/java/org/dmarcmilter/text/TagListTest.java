package org.dmarcmilter.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Collectors;
import org.dmarcmilter.text.TagList.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagListTest {
    @ParameterizedTest(name = "{2}")
    @CsvSource(quoteCharacter = '"', delimiter = '|', textBlock = """
        v=DMARC1;p=none         | [v][DMARC1] [p][none]   | two tags
        "v = DMARC1 ; p = none" | [v][DMARC1] [p][none]   | white space around everything
        "v=1;\r\n\tp=none\n"    | [v][1] [p][none]        | folds
        v=1;;p=none;            | [v][1] [p][none]        | empty parts say nothing
        a=b=c                   | [a][b=c]                | the first equal sign counts
        =b                      | [][b]                   | a tag without a name
        a=                      | [a][]                   | a tag without a value
        a                       | a                       | no tag at all
        "a=b c"                 | "[a][b c]"              | white space inside stays
        a=1;a=2                 | [a][1] [a][2]           | twice is for the protocol to judge
        """)
    void splits(String list, String tags, String why) {
        assertEquals(tags, TagList.tags(list).stream().map(TagListTest::shown).collect(Collectors.joining(" ")), why);
    }

    private static String shown(Tag tag) {
        return tag.isPair() ? "[" + tag.name() + "][" + tag.value() + "]" : tag.text();
    }

    @Test
    void theFirstTagIsWhatStandsBeforeTheFirstSemicolon() {
        assertEquals("", TagList.first("; v=DMARC1").text(), "be it nothing");
        assertEquals("v=DMARC1", TagList.first(" v=DMARC1 ;p=none").text());
        assertEquals("v=DMARC1", TagList.first("v=DMARC1").text());
    }

    @Test
    void itemsKeepTheirPlaces() {
        assertEquals(List.of("a", "", "b c", ""), TagList.items(" a,,\tb c ,", ','));
        assertEquals(List.of(""), TagList.items("", ':'));
    }
}
