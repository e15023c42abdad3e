package org.dmarcmilter.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.cli.DaemonArguments.Action;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DaemonArgumentsTest {
    private static DaemonArguments parse(String words) {
        return DaemonArguments.parse(words.isEmpty() ? List.of() : Arrays.asList(words.split(" ", -1)));
    }

    @ParameterizedTest(name = "[{0}]: {1} ({2})")
    @CsvSource(delimiter = '|', textBlock = """
        ''                  | RUN          | no arguments
        -f -l -n -A -v      | RUN          | flags
        -flnAv              | RUN          | flags joined
        -c f -p s -P p -t m -u u | RUN     | values
        -cf -ps             | RUN          | values attached
        -fcFILE             | RUN          | a value after joined flags
        -V                  | SHOW_VERSION | version
        -fV                 | SHOW_VERSION | version among others
        -V -Q               | SHOW_VERSION | what stands behind it is not looked at
        -Vx                 | SHOW_VERSION | joined flags neither
        -Q -V               | SHOW_USAGE   | what stands before it is
        --help              | SHOW_HELP    | help
        -f --help           | SHOW_HELP    | help among others
        -?                  | SHOW_USAGE   | no such flag
        -h                  | SHOW_HELP    | help in short
        -fh                 | SHOW_HELP    | the same among others
        --version           | SHOW_VERSION | version in full
        -n --version        | SHOW_VERSION | the same among others
        -Q                  | SHOW_USAGE   | no such flag
        -fQ                 | SHOW_USAGE   | no such flag among others
        -c                  | SHOW_USAGE   | value missing
        -fc                 | SHOW_USAGE   | value missing after joined flags
        '-c '               | SHOW_USAGE   | empty value
        word                | SHOW_USAGE   | not an option
        -f word             | SHOW_USAGE   | not an option, at the end
        -                   | SHOW_USAGE   | a lone hyphen
        --                  | RUN          | two hyphens end the flags
        -f --               | RUN          | after a flag too
        -- word             | SHOW_USAGE   | not an option, behind two hyphens
        -- -f               | SHOW_USAGE   | no flag behind two hyphens
        --foreground        | SHOW_USAGE   | no long options
        ' '                 | SHOW_USAGE   | empty words
        """)
    void actions(String words, Action action, String why) {
        assertEquals(action, parse(words).action());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
        -Q                  | invalid option -- 'Q'
        -fx                 | invalid option -- 'x'
        --foreground        | invalid option -- '-'
        -c                  | option requires an argument -- 'c'
        -fp                 | option requires an argument -- 'p'
        '-c '               | ''
        word                | ''
        -- -f               | ''
        -f                  | ''
        """)
    void saysWhatGetoptSays(String words, String mistake) {
        assertEquals(mistake, parse(words).mistake());
    }

    @Test
    void values() {
        assertEquals(
                new DaemonArguments(
                        Optional.of("file"),
                        true,
                        true,
                        true,
                        Optional.of("inet:1@localhost"),
                        Optional.of("pid"),
                        Optional.of("nobody"),
                        Optional.of("a,b"),
                        3,
                        Action.RUN,
                        ""),
                parse("-c file -f -l -n -p inet:1@localhost -P pid -t a,b -u nobody -v -vv"));
    }

    @Test
    void theLastValueWinsAndMayLookLikeAnOption() {
        assertEquals(Optional.of("b"), parse("-c a -c b").configFile());
        assertEquals(Optional.of("-"), parse("-c -").configFile());
        assertEquals(Optional.of("-f"), parse("-c -f").configFile());
        assertEquals(false, parse("-c -f").foreground());
        assertEquals(Optional.of("-x"), parse("-t-x").testFiles());
    }
}
