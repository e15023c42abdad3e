package org.dmarcmilter.feedback;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.aggregate.PublishedPolicy;
import org.dmarcmilter.aggregate.ReportIdentity;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.aggregate.ReportRow;
import org.dmarcmilter.aggregate.RowFacts;
import org.dmarcmilter.aggregate.RowFacts.DkimAuth;
import org.dmarcmilter.aggregate.RowFacts.Reason;
import org.dmarcmilter.aggregate.RowFacts.SpfAuth;
import org.dmarcmilter.dmarc.DmarcRecord.AlignmentMode;

/**
 * An aggregate report as its file: XML of RFC 9990, section 3.1.1, or of RFC 7489, appendix C, in gzip. Rows pass through one at a time,
 * so that a report of any size takes the same memory. The same values make the same octets: the file has no time in it.
 *
 * <p>Elements stand in one order, although RFC 9990 allows any: it is the one that consumers have seen for ten years. Metadata is
 * indented for people, a record is one line.
 */
public final class AggregateXml {
    /** RFC 9990's; the other format has none, as consumers expect, and the one that RFC 7489 prints makes its schema useless. */
    static final String NAMESPACE = "urn:ietf:params:xml:ns:dmarc-2.0";

    private static final int MAX_OWN_TEXT = 400;
    private static final int MAX_ERROR = 400;
    private static final int MAX_COMMENT = 255;

    private static final int BUFFER = 16_384;

    /**
     * What the file holds.
     *
     * @param rows its records
     * @param messages the sum of their counts; {@link Long#MAX_VALUE} if it is more than that
     */
    public record Written(long rows, long messages) {}

    /** Takes one row. */
    public interface RowSink {
        /** Takes it; as long as that takes, no other is made. */
        void take(ReportRow row) throws IOException;
    }

    /** Gives all rows, one after the other. */
    public interface RowSource {
        /** Gives them; what the sink throws goes through. */
        void writeTo(RowSink sink) throws IOException;
    }

    private final XMLStreamWriter xml;
    private final Format format;
    private int depth;

    private AggregateXml(XMLStreamWriter xml, Format format) {
        this.xml = xml;
        this.format = format;
    }

    /**
     * Writes a report. After an exception the file is incomplete, and its end says so to every reader.
     *
     * @param rows at least one, or the schemas refuse the file; drawn one at a time
     * @param file gets the gzip file (RFC 1952); closed, also after an exception
     * @throws IOException as {@code file} throws it
     */
    public static Written write(AggregateReport report, Iterator<ReportRow> rows, OutputStream file)
            throws IOException {
        return write(
                report,
                sink -> {
                    while (rows.hasNext()) {
                        sink.take(rows.next());
                    }
                },
                file);
    }

    /** As {@link #write(AggregateReport, Iterator, OutputStream)}, for rows that come by themselves. */
    public static Written write(AggregateReport report, RowSource rows, OutputStream file) throws IOException {
        // To a stream the JDK writes octet by octet, which takes five times as long.
        try (Writer out = new UnlockedWriter(
                new OutputStreamWriter(new GZIPOutputStream(file, BUFFER), StandardCharsets.UTF_8), BUFFER)) {
            XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(out);
            Written written = new AggregateXml(xml, report.identity().format()).document(report, rows);
            xml.flush();
            return written;
        } catch (XMLStreamException e) {
            throw asIo(e);
        }
    }

    private static IOException asIo(XMLStreamException e) {
        return e.getNestedException() instanceof IOException cause ? cause : new IOException(e);
    }

    /** What was written. */
    private static final class Total {
        private long rows;
        private long messages;

        void add(ReportRow row) {
            rows++;
            messages = messages > Long.MAX_VALUE - row.count() ? Long.MAX_VALUE : messages + row.count();
        }
    }

    private Written document(AggregateReport report, RowSource rows) throws XMLStreamException, IOException {
        xml.writeStartDocument("UTF-8", "1.0");
        line();
        xml.writeStartElement("feedback");
        if (format == Format.RFC9990) {
            xml.writeDefaultNamespace(NAMESPACE);
        }
        line();
        depth++;
        field("version", "1.0");
        metadata(report.identity(), report.errors());
        policy(report.policy());
        Total total = new Total();
        rows.writeTo(row -> {
            try {
                record(row);
            } catch (XMLStreamException e) {
                throw asIo(e);
            }
            total.add(row);
        });
        close();
        xml.writeEndDocument();
        return new Written(total.rows, total.messages);
    }

    private void metadata(ReportIdentity identity, List<String> errors) throws XMLStreamException {
        open("report_metadata");
        field("org_name", XmlText.own(identity.organization(), MAX_OWN_TEXT));
        field("email", XmlText.own(identity.contact(), MAX_OWN_TEXT));
        if (!identity.extraContact().isEmpty()) {
            field("extra_contact_info", XmlText.own(identity.extraContact(), MAX_OWN_TEXT));
        }
        field("report_id", XmlText.name(identity.reportId()));
        open("date_range");
        field("begin", String.valueOf(identity.begin().getEpochSecond()));
        field("end", String.valueOf(identity.end().getEpochSecond()));
        close();
        if (format == Format.RFC7489) {
            for (String error : errors) {
                field("error", XmlText.comment(error, MAX_ERROR));
            }
        } else {
            if (!errors.isEmpty()) {
                field("error", XmlText.comment(String.join("; ", errors), MAX_ERROR));
            }
            field("generator", XmlText.comment(identity.generator(), MAX_OWN_TEXT));
        }
        close();
    }

    private void policy(PublishedPolicy policy) throws XMLStreamException {
        open("policy_published");
        field("domain", policy.domain().ascii());
        String adkim = letter(policy.adkim());
        String aspf = letter(policy.aspf());
        String fo = XmlText.name(String.join(":", policy.fo()));
        if (format == Format.RFC7489) {
            field("adkim", adkim);
            field("aspf", aspf);
            field("p", policy.p().word());
            field("sp", policy.sp().word());
            field("pct", String.valueOf(policy.pct()));
            field("fo", fo);
        } else {
            field("discovery_method", policy.method().name().toLowerCase(Locale.ROOT));
            field("p", policy.p().word());
            field("sp", policy.sp().word());
            field("np", policy.np().word());
            field("fo", fo);
            field("adkim", adkim);
            field("aspf", aspf);
            field("testing", policy.testing() ? "y" : "n");
        }
        close();
    }

    private static String letter(AlignmentMode mode) {
        return mode == AlignmentMode.STRICT ? "s" : "r";
    }

    private void record(ReportRow row) throws XMLStreamException {
        RowFacts facts = row.facts();
        indent();
        xml.writeStartElement("record");
        row(row, facts);
        identifiers(facts);
        xml.writeStartElement("auth_results");
        for (DkimAuth dkim : facts.dkim()) {
            dkim(dkim);
        }
        // Never left out: dmarcts-report-parser discards a whole report if one record has no result at all.
        spf(facts.spf());
        xml.writeEndElement();
        xml.writeEndElement();
        line();
    }

    private void row(ReportRow row, RowFacts facts) throws XMLStreamException {
        xml.writeStartElement("row");
        element("source_ip", row.client().text());
        element("count", String.valueOf(row.count()));
        xml.writeStartElement("policy_evaluated");
        element("disposition", Vocabulary.disposition(facts.disposition(), format));
        element("dkim", passOrFail(facts.dkimAligned()));
        element("spf", passOrFail(facts.spfAligned()));
        for (Reason reason : facts.reasons()) {
            xml.writeStartElement("reason");
            element("type", Vocabulary.reason(reason.type(), format));
            if (!reason.comment().isEmpty()) {
                element("comment", XmlText.comment(reason.comment(), MAX_COMMENT));
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private static String passOrFail(boolean passed) {
        return passed ? "pass" : "fail";
    }

    private void identifiers(RowFacts facts) throws XMLStreamException {
        xml.writeStartElement("identifiers");
        if (format == Format.RFC7489) {
            envelopeTo(facts);
            element("envelope_from", XmlText.name(facts.envelopeFrom()));
            element("header_from", XmlText.domain(facts.headerFrom()));
        } else {
            element("header_from", XmlText.domain(facts.headerFrom()));
            element("envelope_from", XmlText.name(facts.envelopeFrom()));
            envelopeTo(facts);
        }
        xml.writeEndElement();
    }

    private void envelopeTo(RowFacts facts) throws XMLStreamException {
        if (!facts.envelopeTo().isEmpty()) {
            element("envelope_to", XmlText.name(facts.envelopeTo()));
        }
    }

    private void dkim(DkimAuth dkim) throws XMLStreamException {
        xml.writeStartElement("dkim");
        element("domain", XmlText.domain(dkim.domain()));
        if (format == Format.RFC9990 || !dkim.selector().isEmpty()) {
            element("selector", XmlText.name(dkim.selector()));
        }
        element("result", Vocabulary.dkim(dkim.result()));
        xml.writeEndElement();
    }

    private void spf(SpfAuth spf) throws XMLStreamException {
        xml.writeStartElement("spf");
        element("domain", XmlText.domain(spf.domain()));
        // With the null sender the HELO name is the MAIL FROM identity (RFC 7208, section 2.4), and RFC 9990 knows no
        // other scope.
        element("scope", spf.helo() && format == Format.RFC7489 ? "helo" : "mfrom");
        element("result", Vocabulary.spf(spf.result(), format));
        xml.writeEndElement();
    }

    private void element(String name, String text) throws XMLStreamException {
        if (text.isEmpty()) {
            xml.writeEmptyElement(name);
            return;
        }
        xml.writeStartElement(name);
        xml.writeCharacters(text);
        xml.writeEndElement();
    }

    /** An element with text, on a line of its own. */
    private void field(String name, String text) throws XMLStreamException {
        indent();
        element(name, text);
        line();
    }

    private void open(String name) throws XMLStreamException {
        indent();
        xml.writeStartElement(name);
        line();
        depth++;
    }

    private void close() throws XMLStreamException {
        depth--;
        indent();
        xml.writeEndElement();
        line();
    }

    private void indent() throws XMLStreamException {
        xml.writeCharacters("  ".repeat(depth));
    }

    private void line() throws XMLStreamException {
        xml.writeCharacters("\n");
    }
}
