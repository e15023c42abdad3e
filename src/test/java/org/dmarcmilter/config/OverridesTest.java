package org.dmarcmilter.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OverridesTest {
    /** {@code a=b;c=d} */
    private static Map<String, String> environment(String variables) {
        Map<String, String> environment = new TreeMap<>();
        for (String variable : variables.split(";")) {
            environment.put(variable.split("=", 2)[0], variable.substring(variable.indexOf('=') + 1));
        }
        return environment;
    }

    private static ConfigFile parse(String text, String variables, List<ConfigLexer.Line> flags)
            throws ConfigException {
        return parse(text.replace(';', '\n'), Overrides.of(environment(variables), flags));
    }

    private static ConfigFile parse(String text, Overrides overrides) throws ConfigException {
        Findings findings = new Findings();
        ConfigFile file = ConfigFile.parse("x.conf", text, overrides, findings);
        findings.endIfMistaken();
        return file;
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        PidFile /file | ''                                            | ''    | /file | the file
        PidFile /file | DMARC_PIDFILE=/var                            | ''    | /var  | a variable outranks the file
        PidFile /file | DMARC_PidFile=/var                            | ''    | /var  | its name in any case
        PidFile /file | DMARC_PIDFILE=/var                            | /flag | /flag | a flag outranks both
        PidFile /file | DMARC_PIDFILE=                                | ''    | /file | an empty variable says nothing
        PidFile /file | 'DMARC_PIDFILE= \t'                           | ''    | /file | nor does a blank one
        ''            | 'DMARC_PIDFILE=  /a  b # c '                  | ''    | /a  b # c | no comment in a variable
        PidFile /file | DMARC_MILTER_DEFAULT_PIDFILE=/image           | ''    | /file | the file outranks an image's default
        ''            | DMARC_MILTER_DEFAULT_PIDFILE=/image           | ''    | /image | an image's default
        ''            | DMARC_MILTER_DEFAULT_PIDFILE=/image;DMARC_PIDFILE=/var | '' | /var | a variable outranks it
        ''            | DMARC_MILTER_PIDFILE=/x;PIDFILE=/x;dmarc_PIDFILE=/x    | '' | none | variables of others
        """)
    void whatWins(String text, String variables, String flag, String value, String why) throws ConfigException {
        List<ConfigLexer.Line> flags =
                flag.isEmpty() ? List.of() : List.of(new ConfigLexer.Line("-P", Option.PID_FILE, flag));
        assertEquals(value, parse(text, variables, flags).text(Option.PID_FILE).orElse("none"));
    }

    @ParameterizedTest
    @EnumSource(Option.class)
    void everyOptionHasAVariable(Option option) throws ConfigException {
        String value = option.example().orElse(option.defaultText());
        String name = "DMARC_" + option.label().toUpperCase(Locale.ROOT);
        ConfigFile file = parse("", Overrides.of(Map.of(name, value), List.of()));
        assertEquals(value, file.text(option).orElseThrow());
        assertEquals(List.of(option), file.options());
        assertEquals(name, file.written(option).place());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        DMARC_REJECTFAILURES=perhaps | DMARC_REJECTFAILURES: RejectFailures: illegal value "perhaps". Write true or false.
        DMARC_MAXEVALUATIONTIME=241  | DMARC_MAXEVALUATIONTIME: MaxEvaluationTime: illegal value "241". Write 1 to 240 (seconds).
        DMARC_METRICSSOCKET=x        | DMARC_METRICSSOCKET: MetricsSocket: illegal value "x". Write inet:PORT@HOST, for example inet:9893@127.0.0.1.
        DMARC_MILTER_DEFAULT_UMASK=x | DMARC_MILTER_DEFAULT_UMASK: UMask: illegal value "x". Write a whole number, 0 or greater.
        DMARC_REJECTFAILURE=true     | DMARC_REJECTFAILURE: "REJECTFAILURE": unrecognized parameter. Did you mean RejectFailures? dmarc-milter.conf(5) lists the options.
        DMARC_=true                  | DMARC_: "": unrecognized parameter. Remove the variable or correct its name. dmarc-milter.conf(5) lists the options.
        DMARC_REJECTSTRING=a\\nSocket b | DMARC_REJECTSTRING: RejectString: line break or control character in the variable. Remove it.
        """)
    void aWrongVariableIsNamed(String variable, String message) {
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> Settings.from(parse("Syslog yes", variable.replace("\\n", "\n"), List.of())));
        assertEquals(message, e.getMessage());
    }

    @Test
    void aMistakeThatAFlagHidesIsStillAMistake() {
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> parse("Syslog on", "", List.of(new ConfigLexer.Line("-l", Option.SYSLOG, "true"))));
        assertEquals("x.conf:1: Syslog: illegal value \"on\". Write true or false.", e.getMessage());
    }

    /** What {@code -n} tells is what an operator wrote, in the order in which it stands. */
    @Test
    void variablesComeBehindTheFile() throws ConfigException {
        ConfigFile file = parse(
                "PidFile /file;Syslog yes;UMask 7",
                "DMARC_SYSLOG=no;DMARC_AUTHSERVID=x;DMARC_MILTER_DEFAULT_SOCKET=inet:1",
                List.of(new ConfigLexer.Line("-P", Option.PID_FILE, "/flag")));
        List<String> places = new ArrayList<>();
        file.options().forEach(option -> places.add(file.written(option).place()));
        assertEquals(List.of("x.conf:1", "x.conf:3", "DMARC_AUTHSERVID", "DMARC_SYSLOG"), places);
    }
}
