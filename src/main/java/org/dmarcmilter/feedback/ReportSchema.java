package org.dmarcmilter.feedback;

import java.net.URL;
import java.util.Locale;
import java.util.Objects;
import javax.xml.XMLConstants;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.validation.ValidatorHandler;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.xml.sax.SAXException;

/**
 * The schemas of both formats: RFC 9990's as it is, RFC 7489's in a usable form. They are read once, and nothing that a document names
 * is ever fetched.
 */
final class ReportSchema {
    /** Otherwise the messages come in the language of the process. */
    private static final String LOCALE = "http://apache.org/xml/properties/locale";

    private static final Schema RFC7489 = read("rfc7489.xsd");
    private static final Schema RFC9990 = read("rfc9990.xsd");

    private ReportSchema() {}

    /** A validator for one document; its messages are in English. */
    static ValidatorHandler validator(Format format) throws SAXException {
        ValidatorHandler validator = switch (format) {
            case RFC7489 -> RFC7489.newValidatorHandler();
            case RFC9990 -> RFC9990.newValidatorHandler();
        };
        validator.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        validator.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        validator.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
        validator.setProperty(LOCALE, Locale.ENGLISH);
        return validator;
    }

    private static Schema read(String resource) {
        URL url = Objects.requireNonNull(ReportSchema.class.getResource(resource), resource);
        try {
            SchemaFactory factory = SchemaFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
            factory.setProperty(XMLConstants.ACCESS_EXTERNAL_SCHEMA, "");
            return factory.newSchema(url);
        } catch (SAXException e) {
            throw new IllegalStateException(resource, e);
        }
    }
}
