package org.dmarcmilter.feedback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.feedback.Finding.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ReportCheckTest {
    private static final Path SAMPLES = Path.of("src/test/resources/feedback");

    @ParameterizedTest(name = "{0} is valid, and of its kinds of findings none but [{2}]")
    @CsvSource({"rfc7489.xml, RFC7489, REASON", "rfc9990.xml, RFC9990, NAMESPACE DISPOSITION"})
    void ours(String sample, Format format, String kinds) throws IOException {
        ReportCheck check = check(gzip(sample(sample).getBytes(StandardCharsets.UTF_8)));
        assertTrue(check.isValid(), () -> check.findings().toString());
        assertEquals(Optional.of(format), check.format());
        assertEquals(3, check.rows());
        assertEquals(1_003, check.messages());
        assertEquals(kinds, kinds(check));
    }

    /** Each row changes one place of a valid report. */
    @ParameterizedTest(name = "{5}")
    @CsvSource(delimiter = '|', textBlock = """
            # file | what is replaced                | by it                   | kind         | line | part of the text
            7489 | <org_name>.*</org_name>           | <org_name/>             | ORGANIZATION | 5  | parsedmarc refuses
            7489 | <org_name>.*</org_name>           | <org_name>  </org_name> | ORGANIZATION | 5  | org_name is empty
            7489 | <report_id>.*</report_id>         | <report_id/>            | REPORT_ID    | 8  | report_id is ''
            9990 | <report_id>.*</report_id>         | <report_id>a b</report_id> | REPORT_ID | 8  | report_id is 'a b'
            7489 | <end>.*</end>                     | <end>1795737599</end>   | PERIOD       | 12 | ends before it begins
            7489 | <end>.*</end>                     | <end>1795824001</end>   | PERIOD       | 12 | 86401 s
            9990 | <begin>.*</begin>                 | <begin>1795737600000</begin> | PERIOD  | 12 | ends before
            7489 | <end>.*</end>                     | <end>soon</end>         | SCHEMA       | 11 | 'soon' is not a valid value for 'integer'
            7489 | <source_ip>192.0.2.1<             | <source_ip>localhost<   | ADDRESS      | 25 | 'localhost'
            9990 | <source_ip>2001:db8::1<           | <source_ip>[2001:db8::1]< | ADDRESS    | 28 | '[2001:db8::1]'
            7489 | <source_ip>192.0.2.1<             | <source_ip>::ffff:192.0.2.1 x< | ADDRESS | 25 | source_ip is no IP address
            7489 | <count>1000<                      | <count>0<               | COUNT        | 25 | '0'
            7489 | <count>1000<                      | <count>-5<              | COUNT        | 25 | '-5'
            7489 | <count>1000<                      | <count>99999999999999999999< | COUNT   | 25 | '99999999999999999999'
            7489 | <count>1000<                      | <count>1.5<             | SCHEMA       | 25 | feedback/record/row/count: '1.5' is not a valid value for 'integer'
            7489 | <header_from>example.com<         | <header_from><          | DOMAIN       | 25 | feedback/record/identifiers/header_from is empty
            7489 | <domain>example.com</domain>      | <domain/>               | DOMAIN       | 17 | feedback/policy_published/domain is empty
            7489 | <domain>esp.example<              | <domain>b\u00fccher.example< | DOMAIN  | 25 | no name in A-labels: 'b<U+00FC
            7489 | <auth_results>.*</auth_results>   | <auth_results/>         | NO_RESULTS   | 25 | discards the whole report
            9990 | <auth_results>.*</auth_results>   | <auth_results/>         | NO_RESULTS   | 27 | discards the whole report
            7489 | <auth_results>.*</auth_results>   | <auth_results/>         | SCHEMA       | 25 | The content of element 'auth_results' is not complete
            7489 | <disposition>none                 | <disposition>pass       | SCHEMA       | 25 | 'pass' is not facet-valid
            7489 | <disposition>none                 | <disposition>pass       | DISPOSITION  | 25 | npm refuses
            9990 | <scope>mfrom                      | <scope>helo             | SCHEMA       | 27 | feedback/record/auth_results/spf/scope: Value 'helo'
            9990 | <selector/>                       |                         | SCHEMA       | 27 | selector
            7489 | <pct>.*</pct>                     |                         | SCHEMA       | 24 | pct
            7489 | <record>.*</record>               |                         | SCHEMA       | 28 | record
            7489 | <feedback>                        | <feedback xmlns="http://dmarc.org/dmarc-xml/0.1"> | NAMESPACE | 2 | in neither format in use
            7489 | <feedback>                        | <report>                | NOT_WELL_FORMED | 28 | must be terminated
            7489 | <org_name>                        | <org_name>\u0001x       | NOT_WELL_FORMED | 5 | invalid XML character
            7489 | <org_name>                        | <org_name>&nbsp;        | NOT_WELL_FORMED | 5 | nbsp
            7489 | UTF-8                             | EBCDIC-XYZ              | NOT_WELL_FORMED | 1 | EBCDIC-XYZ
            7489 | <feedback>                        | <!DOCTYPE feedback><feedback> | NOT_WELL_FORMED | 2 | DOCTYPE is disallowed
            """)
    void finds(String file, String replaced, String by, Kind kind, int line, String text) throws IOException {
        String report = sample("rfc" + file + ".xml").replaceAll(replaced, by == null ? "" : by);
        ReportCheck check = check(gzip(report.getBytes(StandardCharsets.UTF_8)));
        assertTrue(
                check.findings().stream()
                        .anyMatch(finding -> finding.kind() == kind
                                && finding.line() == line
                                && finding.text().contains(text)),
                () -> check.findings().toString());
        assertTrue(!kind.isError() || !check.isValid());
    }

    /** A namespace of the reporter's own is one finding, not one for each element. */
    @Test
    void anotherNamespaceIsToldOnce() throws IOException {
        String report = sample("rfc7489.xml")
                .replace("<feedback>", "<d:feedback xmlns:d=\"http://dmarc.org/dmarc-xml/0.1\">")
                .replaceAll("<(/?)([a-ce-z])", "<$1d:$2")
                .replaceAll("<(/?)(d[a-z])", "<$1d:$2")
                .replace("feedback", "feedback");
        ReportCheck check = check(gzip(report.getBytes(StandardCharsets.UTF_8)));
        assertEquals("NAMESPACE REASON", kinds(check), () -> check.findings().toString());
        assertEquals(1_003, check.messages());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            mx.rep.example!example.com!1795737600!1795823999!2026112700k3f9qv7m2x4tya5c.xml.gz |
            mx.rep.example!EXAMPLE.com!1795737600!1795823999.xml                               |
            report.xml.gz                                                         | the file's name is not
            mx.rep.example!example.com!1795737600!1795823999!a-b.xml.gz           | the file's name is not
            mx.rep.example!example.org!1795737600!1795823999.xml.gz               | another policy domain
            mx.rep.example!example.com!1795737601!1795823999.xml.gz               | another begin
            mx.rep.example!example.com!1795737600!1795824000.xml.gz               | another end
            mx.rep.example!example.com!1795737600!1795823999!2026112800.xml.gz    | another report_id
            """)
    void fileName(String name, String text) throws IOException {
        ReportCheck check = ReportCheck.check(
                Optional.of(name),
                new ByteArrayInputStream(gzip(sample("rfc7489.xml").getBytes(StandardCharsets.UTF_8))));
        List<String> found = check.findings().stream()
                .filter(finding -> finding.kind() == Kind.FILE_NAME)
                .map(Finding::text)
                .toList();
        assertEquals(text == null ? 0 : 1, found.size(), found::toString);
        assertTrue(found.isEmpty() || found.get(0).contains(text), found::toString);
    }

    static List<Arguments> files() throws IOException {
        byte[] xml = sample("rfc7489.xml").getBytes(StandardCharsets.UTF_8);
        byte[] packed = gzip(xml);
        byte[] damaged = packed.clone();
        damaged[damaged.length - 5] ^= 1;
        byte[] named = packed.clone();
        named[3] = 8 + 16 + 4 + 2;
        byte[] withName = concat(
                Arrays.copyOf(named, 10),
                new byte[] {3, 0, 1, 2, 3, 'a', '.', 'x', 'm', 'l', 0, 'c', 0, 9, 9},
                Arrays.copyOfRange(packed, 10, packed.length));
        return List.of(
                arguments("as it is", xml, "PACKING REASON"),
                arguments(
                        "with a byte order mark",
                        concat(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, xml),
                        "PACKING REASON"),
                arguments(
                        "UTF-16",
                        text(
                                new String(xml, StandardCharsets.UTF_8).replace("UTF-8", "UTF-16"),
                                StandardCharsets.UTF_16),
                        "PACKING REASON"),
                arguments("gzip", packed, "REASON"),
                arguments("gzip with every field of a header", withName, "REASON"),
                arguments("two gzip members", concat(packed, packed), "REASON"),
                arguments("zip", zip("a.xml", xml), "PACKING REASON"),
                arguments(
                        "zip with a folder first", zip("folder/", new byte[0], "folder/a.xml", xml), "PACKING REASON"),
                arguments("empty", new byte[0], "PACKING NOT_WELL_FORMED"),
                arguments("one octet", new byte[] {0x1F}, "PACKING NOT_WELL_FORMED"),
                arguments("gzip of nothing", gzip(new byte[0]), "NOT_WELL_FORMED"),
                arguments("gzip in gzip", gzip(packed), "NOT_WELL_FORMED"),
                arguments("begin of gzip", Arrays.copyOf(packed, 8), "UNREADABLE"),
                arguments("half of gzip", Arrays.copyOf(packed, packed.length / 2), "UNREADABLE"),
                arguments("gzip without its last octet", Arrays.copyOf(packed, packed.length - 1), "REASON UNREADABLE"),
                arguments("gzip with a wrong check sum", damaged, "REASON UNREADABLE"),
                arguments("half of zip", Arrays.copyOf(zip("a.xml", xml), 400), "PACKING UNREADABLE"),
                arguments("zip without a file", zip("folder/", new byte[0]), "UNREADABLE"),
                arguments(
                        "a mail",
                        text("From: a@b\r\n\r\n<feedback/>\r\n", StandardCharsets.US_ASCII),
                        "PACKING NOT_WELL_FORMED"),
                arguments(
                        "broken UTF-8",
                        concat(text("<feedback>", StandardCharsets.UTF_8), new byte[] {(byte) 0xC3, '<'}),
                        "PACKING NOT_WELL_FORMED"),
                arguments("no report", text("<html/>", StandardCharsets.UTF_8), "PACKING SCHEMA"));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("files")
    void reads(String what, byte[] file, String kinds) throws IOException {
        ReportCheck check = check(file);
        assertEquals(kinds, kinds(check), () -> check.findings().toString());
    }

    static List<Arguments> bombs() {
        String start = "<?xml version=\"1.0\"?><feedback>";
        String extended = "<feedback xmlns='" + AggregateXml.NAMESPACE + "'>"
                + "<report_metadata><org_name>a</org_name><email>b</email><report_id>c</report_id><date_range><begin>0</begin>"
                + "<end>1</end></date_range></report_metadata><policy_published><domain>d</domain><p>none</p></policy_published>"
                + "<extension>";
        return List.of(
                arguments("spaces", repeated(start, " "), "text of more than"),
                arguments("a comment", repeated(start + "<!--", "x"), "without an element"),
                arguments("comments", repeated(start, "<!--x-->"), "without an element"),
                arguments("an attribute", repeated(start + "<a b='", "x"), "without an element"),
                arguments("a name", repeated(start + "<", "x"), "limit"),
                arguments("attributes", bomb(i -> i == 0 ? start + "<a" : " a" + i + "='x'"), "attributes"),
                arguments("a text", repeated(start + "<version>", "1"), "text of more than"),
                arguments("a processing instruction", repeated(start + "<?a ", "x"), "without an element"),
                arguments("CDATA", repeated(start + "<version><![CDATA[", "1"), "without an element"),
                arguments("depth", repeated(start, "<a>"), "nested more than 50 deep"),
                arguments("names", bomb(i -> i == 0 ? start : "<a" + i + "/>"), "different names"),
                arguments("namespaces", bomb(i -> i == 0 ? start : "<a xmlns='urn:" + i + "'/>"), "different names"),
                arguments("mistakes", repeated(start, "<record/>"), "more than 1000 mistakes"),
                arguments("spaces after its end", repeated("<feedback/>", " "), "without an element"),
                arguments("an extension", repeated(extended, "<a/>"), "octets of a file"));
    }

    /** Each goes on for ever, as far as the reader knows. */
    @ParameterizedTest(name = "an endless report of {0}")
    @MethodSource("bombs")
    void endless(String what, IntFunction<String> pieces, String text) throws IOException {
        ReportCheck check = ReportCheck.check(Optional.empty(), endless(pieces), 1_500_000);
        Finding last = check.findings().get(check.findings().size() - 1);
        assertTrue(last.text().contains(text), () -> check.findings().toString());
        assertTrue(!check.isValid());
        assertTrue(check.findings().size() <= 50);
    }

    @Test
    void aZipBombIsRefusedBeforeItIsBig() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            byte[] much = new byte[1 << 20];
            Arrays.fill(much, (byte) ' ');
            for (int i = 0; i < 100; i++) {
                gzip.write(much);
            }
        }
        ReportCheck check = check(packed.toByteArray());
        assertEquals("LIMIT", kinds(check), () -> check.findings().toString());
    }

    /** The JDK's reader goes from one to the next by recursion. */
    @Test
    void aMillionEmptyGzipMembers() throws IOException {
        byte[] empty = gzip(new byte[0]);
        byte[] many = new byte[1_000_000 * empty.length];
        for (int i = 0; i < 1_000_000; i++) {
            System.arraycopy(empty, 0, many, i * empty.length, empty.length);
        }
        assertEquals("NOT_WELL_FORMED", kinds(check(many)));
    }

    /** Entities and hints that would make a careless reader open a file or a connection. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            <!DOCTYPE feedback [<!ENTITY e SYSTEM 'http://HOST/'>]><feedback>&e;</feedback>
            <!DOCTYPE feedback [<!ENTITY % e SYSTEM 'http://HOST/'> %e;]><feedback/>
            <!DOCTYPE feedback SYSTEM 'http://HOST/'><feedback/>
            <!DOCTYPE feedback [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]><feedback>&b;</feedback>
            <feedback xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://HOST/"/>
            <a:b xmlns:a="urn:a" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a http://HOST/"/>
            <feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><extension><a xmlns="urn:a" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:a http://HOST/"/></extension></feedback>
            <x:include xmlns:x="http://www.w3.org/2001/XInclude" href="http://HOST/"/>
            <?xml-stylesheet href="http://HOST/" type="text/xsl"?><feedback/>
            """)
    void fetchesNothing(String document) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String host = "127.0.0.1:" + server.getLocalPort();
            ReportCheck check = check(document.replace("HOST", host).getBytes(StandardCharsets.UTF_8));
            assertTrue(!check.isValid());
            server.setSoTimeout(1);
            assertThrows(SocketTimeoutException.class, server::accept);
        }
    }

    @Test
    void aThousandMistakesAreNotAThousandFindings() throws IOException {
        String record = "<record><row><source_ip>x</source_ip><count>-1</count></row></record>";
        ReportCheck check =
                check(("<feedback>" + record.repeat(1_000) + "</feedback>").getBytes(StandardCharsets.UTF_8));
        assertTrue(check.rows() > 200, () -> String.valueOf(check.rows()));
        assertEquals("PACKING SCHEMA ADDRESS COUNT LIMIT", kinds(check));
        assertEquals(62, check.findings().size());
        assertTrue(check.unlisted() > 1_000);
    }

    /** What the file says is shown, and shown harmlessly. */
    @Test
    void findingsArePrintable() throws IOException {
        ReportCheck check =
                check("<feedback xmlns='urn:\u202Eevil'><\u00e9\u00e9>\u0007".getBytes(StandardCharsets.UTF_8));
        for (Finding finding : check.findings()) {
            assertTrue(finding.text().chars().allMatch(c -> c >= ' ' && c <= '~'), finding.text());
            assertTrue(finding.text().length() < 1_000);
        }
    }

    @Test
    void aBrokenDiskIsNoFinding() {
        InputStream broken = new SequenceInputStream(
                new ByteArrayInputStream("<feedback>".getBytes(StandardCharsets.UTF_8)), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new FileNotFoundException("Input/output error");
                    }
                });
        assertEquals(
                "Input/output error",
                assertThrows(IOException.class, () -> ReportCheck.check(Optional.empty(), broken))
                        .getMessage());
    }

    private static ReportCheck check(byte[] file) throws IOException {
        return ReportCheck.check(Optional.empty(), new ByteArrayInputStream(file));
    }

    private static String kinds(ReportCheck check) {
        return check.findings().stream()
                .map(Finding::kind)
                .distinct()
                .map(Kind::name)
                .collect(Collectors.joining(" "));
    }

    private static String sample(String name) throws IOException {
        return Files.readString(SAMPLES.resolve(name));
    }

    private static byte[] text(String text, Charset charset) {
        return text.getBytes(charset);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(content);
        }
        return packed.toByteArray();
    }

    private static byte[] zip(Object... namesAndContents) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(packed)) {
            for (int i = 0; i < namesAndContents.length; i += 2) {
                zip.putNextEntry(new ZipEntry((String) namesAndContents[i]));
                zip.write((byte[]) namesAndContents[i + 1]);
            }
        }
        return packed.toByteArray();
    }

    private static IntFunction<String> repeated(String start, String again) {
        return i -> i == 0 ? start : again.repeat(Math.max(1, 1_000 / again.length()));
    }

    private static IntFunction<String> bomb(IntFunction<String> pieces) {
        return pieces;
    }

    private static InputStream endless(IntFunction<String> pieces) {
        return new InputStream() {
            private byte[] piece = new byte[0];
            private int at;
            private int next;

            @Override
            public int read() {
                if (at == piece.length) {
                    piece = pieces.apply(next++).getBytes(StandardCharsets.UTF_8);
                    at = 0;
                }
                return piece[at++];
            }
        };
    }
}
