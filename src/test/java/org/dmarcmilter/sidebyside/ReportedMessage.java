package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What an aggregate report tells of one message.
 *
 * @param policy {@code policy_published}, by element
 * @param facts of the record, by place
 */
record ReportedMessage(TreeMap<String, String> policy, TreeMap<String, String> facts) {
    /**
     * The messages of a report, each as often as it counts.
     *
     * @throws SAXException if it is no XML
     */
    static List<ReportedMessage> of(InputStream report) throws IOException, SAXException {
        Element feedback = document(report).getDocumentElement();
        TreeMap<String, String> policy = new TreeMap<>();
        for (Element element : below(only(feedback, "policy_published"))) {
            policy.put(element.getTagName(), element.getTextContent());
        }
        List<ReportedMessage> messages = new ArrayList<>();
        for (Element record : below(feedback)) {
            if (record.getTagName().equals("record")) {
                ReportedMessage message = new ReportedMessage(policy, facts(record));
                long count = Long.parseLong(text(only(record, "row"), "count"));
                for (long i = 0; i < count; i++) {
                    messages.add(message);
                }
            }
        }
        return messages;
    }

    private static Document document(InputStream report) throws IOException, SAXException {
        try {
            DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler());
            return builder.parse(report);
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static TreeMap<String, String> facts(Element record) {
        Element row = only(record, "row");
        Element evaluated = only(row, "policy_evaluated");
        Element identifiers = only(record, "identifiers");
        Element results = only(record, "auth_results");
        Element spf = only(results, "spf");
        TreeMap<String, String> facts = new TreeMap<>();
        facts.put("source_ip", text(row, "source_ip"));
        facts.put("disposition", text(evaluated, "disposition"));
        facts.put("dkim", text(evaluated, "dkim"));
        facts.put("spf", text(evaluated, "spf"));
        facts.put(
                "reason",
                below(evaluated).stream()
                        .filter(element -> element.getTagName().equals("reason"))
                        .map(reason -> text(reason, "type") + ": " + text(reason, "comment"))
                        .collect(Collectors.joining(", ")));
        facts.put("header_from", text(identifiers, "header_from"));
        facts.put("envelope_from", text(identifiers, "envelope_from"));
        facts.put("spf domain", text(spf, "domain"));
        facts.put("spf scope", text(spf, "scope"));
        facts.put("spf result", text(spf, "result"));
        facts.put(
                "signatures",
                below(results).stream()
                        .filter(element -> element.getTagName().equals("dkim"))
                        .map(dkim -> text(dkim, "domain") + " " + text(dkim, "selector") + " " + text(dkim, "result"))
                        .sorted()
                        .collect(Collectors.joining(", ")));
        return facts;
    }

    private static List<Element> below(Element element) {
        List<Element> elements = new ArrayList<>();
        NodeList children = element.getChildNodes();
        for (int i = 0; i < children.getLength(); i++) {
            if (children.item(i) instanceof Element child) {
                elements.add(child);
            }
        }
        return elements;
    }

    private static Element only(Element above, String name) {
        return below(above).stream()
                .filter(element -> element.getTagName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name));
    }

    /** Of an element that may be missing. */
    private static String text(Element above, String name) {
        return below(above).stream()
                .filter(element -> element.getTagName().equals(name))
                .map(Element::getTextContent)
                .findFirst()
                .orElse("");
    }

    String fact(String place) {
        return facts.get(place);
    }

    /** The same with another fact. */
    ReportedMessage with(String place, String fact) {
        TreeMap<String, String> other = new TreeMap<>(facts);
        other.put(place, fact);
        return new ReportedMessage(policy, other);
    }
}
