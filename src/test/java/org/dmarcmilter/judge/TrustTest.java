package org.dmarcmilter.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.dmarcmilter.evidence.Trust;
import org.dmarcmilter.testing.MailSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustTest {
    /** Job id Q1, own id mx.example.net unless the first column says otherwise. */
    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', textBlock = """
        # options                                          | mta            | field's id            | believed | why
        AuthservID mx.example.net                          | a.example      | mx.example.net        | true     | own id
        AuthservID mx.example.net                          | a.example      | MX.Example.NET        | true     | B55: ids compare without case
        AuthservID mx.example.net                          | a.example      | a.example             | false    | with AuthservID the MTA's name is nobody's
        AuthservID mx.example.net                          | a.example      | other.example         | false    | B51: not on the list
        AuthservID mx.example.net                          | a.example      | ''                    | false    | B62: no id is not trusted
        AuthservID mx.example.net                          | a.example      | mx.example.net.       | false    | another text
        AuthservID mx.example.net                          | a.example      | sub.mx.example.net    | false    | no subdomains
        AuthservID mx.example.net; TrustedAuthservIDs b.example | a.example | mx.example.net        | true     | B52: own id is trusted beside the list
        AuthservID mx.example.net; TrustedAuthservIDs b.example | a.example | B.example             | true     | the list compares without case, unlike OpenDMARC
        AuthservID mx.example.net; TrustedAuthservIDs HOSTNAME | a.example  | host.example.net      | true     | HOSTNAME in the list is this machine
        AuthservID HOSTNAME                                | a.example      | host.example.net      | true     | HOSTNAME as own id
        AuthservID HOSTNAME                                | a.example      | HOSTNAME              | false    | and not the word itself
        AuthservID a.x,b.x                                 | a.example      | a.x                   | true     | first of a list is ours
        AuthservID a.x,b.x                                 | a.example      | b.x                   | true     | the whole list is trusted
        AuthservID a.x, b.x                                | a.example      | b.x                   | true     | with a space after the comma
        AuthservID a.x,b.x; TrustedAuthservIDs c.x         | a.example      | b.x                   | false    | TrustedAuthservIDs replaces the rest of the list
        AuthservID a.x,b.x; TrustedAuthservIDs c.x         | a.example      | a.x                   | true     | and never the own id
        AuthservID mx.example.net                          | a.example      | mx.example.net/Q1     | false    | job id only if configured
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | mx.example.net/Q1     | true     | B57: with job id
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | MX.example.net/Q1     | true     | id without case, job id exact
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | mx.example.net/q1     | false    | job id exact
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | mx.example.net        | true     | without it too
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | mx.example.net/Q2     | false    | another job
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | evil.example/Q1       | false    | another host
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | /Q1                   | false    | no host
        AuthservID mx.example.net; AuthservIDWithJobID yes | a.example      | Q1                    | false    | only the job
        AuthservID mx.example.net; AuthservIDWithJobID yes; TrustedAuthservIDs b.example | a.example | b.example/Q1 | true | for every trusted id
        """)
    void believes(String options, String mta, String id, boolean believed, String why) {
        Trust trust = MailSystem.with(options).rules().trust(mta);
        assertEquals(believed, trust.believes(id, "Q1"));
    }

    @Test
    void withoutAuthservIdTheMtaNamesUs() {
        Trust trust = new Trust("mta.example", List.of(), false, false, Set.of());
        assertEquals("mta.example", trust.authservId("Q1"));
        assertEquals(true, trust.believes("mta.example", "Q1"));
    }

    @Test
    void writesTheJobIdOnlyWhenConfigured() {
        assertEquals(
                "mx.example.net/Q1", new Trust("mx.example.net", List.of(), true, false, Set.of()).authservId("Q1"));
        assertEquals("mx.example.net", new Trust("mx.example.net", List.of(), false, false, Set.of()).authservId("Q1"));
    }

    @Test
    void namesWhomItBelieves() {
        assertEquals(
                "mx.example.net, b.example",
                new Trust("MX.example.net", List.of("b.example"), false, false, Set.of()).toString());
    }
}
