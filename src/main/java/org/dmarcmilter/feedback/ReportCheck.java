package org.dmarcmilter.feedback;

import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UnsupportedEncodingException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.parsers.SAXParserFactory;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.feedback.Finding.Kind;
import org.dmarcmilter.feedback.ReportFile.Packing;
import org.dmarcmilter.text.Printable;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.XMLReader;

/**
 * Looks an aggregate report's file over, ours before it is sent or anybody's: is it valid by the schema of its format, and does it have
 * what known consumers trip over? One pass, in bounded memory, whatever the file holds: no document type, no entity, nothing fetched.
 *
 * @param format by whose schema it was read: RFC 9990 has its namespace, everything else is read as RFC 7489; empty if the file has no
 *     element
 * @param rows records that were seen
 * @param messages the sum of their counts, as far as they are numbers; {@link Long#MAX_VALUE} if it is more than that
 * @param findings in the order of the file, the first few of each kind
 * @param unlisted how many more there were
 */
public record ReportCheck(Optional<Format> format, long rows, long messages, List<Finding> findings, long unlisted) {
    public ReportCheck {
        findings = List.copyOf(findings);
    }

    /** Whether it is a report that every consumer of its format must read. */
    public boolean isValid() {
        return findings.stream().noneMatch(finding -> finding.kind().isError());
    }

    /**
     * Reads a file to its end.
     *
     * @param name the file's own name, without folder, if it shall be compared with the content
     * @param file XML, gzip or zip; closed by the caller
     * @throws IOException only if {@code file} throws it; whatever the file holds is a finding
     */
    public static ReportCheck check(Optional<String> name, InputStream file) throws IOException {
        return check(name, file, ReportFile.MAX_OCTETS);
    }

    static ReportCheck check(Optional<String> name, InputStream file, long mostOctets) throws IOException {
        FailingStream source = new FailingStream(file);
        Findings findings = new Findings();
        ReportScan scan = new ReportScan(findings);
        try (ReportFile report = ReportFile.open(source, mostOctets)) {
            if (report.packing() != Packing.GZIP) {
                findings.add(
                        Kind.PACKING,
                        0,
                        "the file is " + (report.packing() == Packing.ZIP ? "zip" : "not compressed")
                                + ", and RFC 9990 asks for gzip; such reports were lost at dmarcian and by parsedmarc");
            }
            scan.progress(report.xml()::progress);
            reader(scan).parse(new InputSource(report.xml()));
        } catch (BoundedStream.ExceededException | ReportScan.StoppedException e) {
            findings.add(Kind.LIMIT, scan.line(), message(e));
        } catch (CharConversionException | UnsupportedEncodingException e) {
            findings.add(Kind.NOT_WELL_FORMED, scan.line(), message(e));
        } catch (SAXParseException e) {
            findings.add(Kind.NOT_WELL_FORMED, e.getLineNumber(), message(e));
        } catch (SAXException e) {
            findings.add(Kind.NOT_WELL_FORMED, scan.line(), message(e));
        } catch (IOException e) {
            source.rethrow();
            findings.add(Kind.UNREADABLE, scan.line(), message(e));
        }
        name.ifPresent(scan::compareName);
        return new ReportCheck(scan.format(), scan.rows(), scan.messages(), findings.listed(), findings.unlisted());
    }

    private static String message(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : Printable.shortened(e.getMessage());
    }

    private static XMLReader reader(ReportScan scan) throws SAXException {
        try {
            SAXParserFactory factory = SAXParserFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature("http://xml.org/sax/features/external-general-entities", false);
            factory.setFeature("http://xml.org/sax/features/external-parameter-entities", false);
            XMLReader reader = factory.newSAXParser().getXMLReader();
            reader.setProperty("http://apache.org/xml/properties/locale", Locale.ENGLISH);
            reader.setContentHandler(scan);
            reader.setErrorHandler(scan);
            return reader;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }
}
