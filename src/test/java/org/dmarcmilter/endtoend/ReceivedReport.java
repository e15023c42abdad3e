package org.dmarcmilter.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.BodyPart;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.dmarcmilter.feedback.ReportCheck;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * An aggregate report as its owner gets it: the mail, taken apart by a mail library, and the file in it, read by the JDK's parser.
 *
 * @param mail the mail
 * @param fileName the attached file's name
 * @param check what our own reader says of the file
 * @param xml the file
 */
public record ReceivedReport(DeliveredMessage mail, String fileName, ReportCheck check, Document xml) {

    /** Takes a mail apart: a text and a gzip file. */
    public static ReceivedReport of(DeliveredMessage mail) {
        try {
            MimeMultipart parts = new MimeMultipart(new ByteArrayDataSource(
                    mail.body().getBytes(StandardCharsets.US_ASCII),
                    mail.values("Content-Type").get(0)));
            assertEquals(2, parts.getCount());
            assertTrue(parts.getBodyPart(0).isMimeType("text/plain"));
            BodyPart file = parts.getBodyPart(1);
            assertTrue(file.isMimeType("application/gzip"), file::toString);
            byte[] octets = file.getInputStream().readAllBytes();
            ReportCheck check = ReportCheck.check(Optional.of(file.getFileName()), new ByteArrayInputStream(octets));
            try (InputStream xml = new GZIPInputStream(new ByteArrayInputStream(octets))) {
                return new ReceivedReport(
                        mail,
                        file.getFileName(),
                        check,
                        DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(xml));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MessagingException | ParserConfigurationException | SAXException e) {
            throw new AssertionError("no report: " + mail, e);
        }
    }

    /** Text of the first element there: names below the root, for example {@code report_metadata/report_id}. */
    public String text(String path) {
        return text(xml.getDocumentElement(), path);
    }

    /** The rows, sorted, each in one line; reasons and results that a row does not have are left out. */
    public List<String> rows() {
        return elements(xml.getElementsByTagName("record"))
                .map(ReceivedReport::row)
                .sorted()
                .toList();
    }

    /** What stands for the recipients' domain in the rows that have one, each once. */
    public Set<String> recipientDomains() {
        return elements(xml.getElementsByTagName("envelope_to"))
                .map(Element::getTextContent)
                .collect(Collectors.toSet());
    }

    private static String row(Element row) {
        return String.join(
                " ",
                text(row, "row/source_ip"),
                "x" + text(row, "row/count"),
                text(row, "row/policy_evaluated/disposition"),
                "dkim=" + text(row, "row/policy_evaluated/dkim"),
                "spf=" + text(row, "row/policy_evaluated/spf"),
                "reasons=" + all(row, "reason", "type", "comment"),
                text(row, "identifiers/header_from"),
                text(row, "identifiers/envelope_from"),
                all((Element) row.getElementsByTagName("auth_results").item(0), "dkim", "domain", "selector", "result"),
                all((Element) row.getElementsByTagName("auth_results").item(0), "spf", "domain", "scope", "result"));
    }

    private static String all(Element parent, String name, String... children) {
        return elements(parent.getElementsByTagName(name))
                .map(element ->
                        Stream.of(children).map(child -> text(element, child)).collect(Collectors.joining("/")))
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String text(Element from, String path) {
        Element element = from;
        for (String name : path.split("/")) {
            element = elements(element.getChildNodes())
                    .filter(child -> child.getTagName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + path));
        }
        return element.getTextContent();
    }

    private static Stream<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(node -> node.getNodeType() == Node.ELEMENT_NODE)
                .map(Element.class::cast);
    }
}
