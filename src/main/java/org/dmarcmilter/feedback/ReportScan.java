package org.dmarcmilter.feedback;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import javax.xml.validation.ValidatorHandler;
import org.dmarcmilter.aggregate.ReportIdentity.Format;
import org.dmarcmilter.domain.IpAddress;
import org.dmarcmilter.feedback.Finding.Kind;
import org.dmarcmilter.text.Printable;
import org.xml.sax.Attributes;
import org.xml.sax.Locator;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * One document on its way to the schema's validator. What the schema refuses and what consumers trip over become findings, and a
 * document that no report looks like is stopped.
 */
final class ReportScan extends DefaultHandler {
    /** Reports are six deep; extensions may be deeper. */
    private static final int MAX_DEPTH = 50;

    /** Longer than any text in a report, {@code human_result} included. */
    private static final int MAX_TEXT = 10_000;

    /** A report has some forty names. The parser keeps each name that it sees. */
    private static final int MAX_NAMES = 1_000;

    private static final int MAX_NAME = 1_000;

    /** Ours of 200,000 rows with three signatures have 7 million; so many take a minute. */
    private static final int MAX_ELEMENTS = 20_000_000;

    /** To put a mistake into words takes the validator longer than to find it. */
    private static final int MAX_MISTAKES = 1_000;

    /** A day, in seconds. */
    private static final long DAY = 86_400;

    /** The elements of a report in which something is looked at, and those above and beside them that large reports have a lot of. */
    private static final Place PLACES = places(
            List.of(
                    "feedback/policy_published/domain",
                    "feedback/record",
                    "feedback/record/auth_results",
                    "feedback/record/auth_results/dkim/domain",
                    "feedback/record/auth_results/spf/domain",
                    "feedback/record/identifiers/header_from",
                    "feedback/record/row/count",
                    "feedback/record/row/policy_evaluated/disposition",
                    "feedback/record/row/policy_evaluated/reason",
                    "feedback/record/row/source_ip",
                    "feedback/report_metadata/date_range",
                    "feedback/report_metadata/date_range/begin",
                    "feedback/report_metadata/date_range/end",
                    "feedback/report_metadata/org_name",
                    "feedback/report_metadata/report_id"),
            List.of(
                    "feedback/record/auth_results/dkim/result",
                    "feedback/record/auth_results/dkim/selector",
                    "feedback/record/auth_results/spf/result",
                    "feedback/record/auth_results/spf/scope",
                    "feedback/record/identifiers/envelope_from",
                    "feedback/record/row/policy_evaluated/dkim",
                    "feedback/record/row/policy_evaluated/spf"));

    /** Where nothing is looked at. */
    private static final Place ELSEWHERE = new Place("");

    /** An element by the names above it and its own. */
    private static final class Place {
        private final String path;
        private final Map<String, Place> below = new HashMap<>();
        private boolean lookedAt;

        Place(String path) {
            this.path = path;
        }
    }

    private static Place places(List<String> lookedAt, List<String> known) {
        Place document = new Place("");
        known.forEach(path -> place(document, path));
        lookedAt.forEach(path -> place(document, path).lookedAt = true);
        return document;
    }

    private static Place place(Place document, String path) {
        Place place = document;
        for (String name : path.split("/", -1)) {
            String at = place == document ? name : place.path + "/" + name;
            place = place.below.computeIfAbsent(name, key -> new Place(at));
        }
        return place;
    }

    /** The document cannot be a report, so the rest is not looked at. */
    static final class StoppedException extends SAXException {
        private static final long serialVersionUID = 1L;

        StoppedException(String message) {
            super(message);
        }
    }

    private final Findings findings;
    private final String[] path = new String[MAX_DEPTH];
    private final Place[] places = new Place[MAX_DEPTH];
    private int depth;
    private final Set<String> names = new HashSet<>();
    private final Map<String, String> prefixesOfRoot = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private Runnable progress = () -> {};
    private Optional<Locator> locator = Optional.empty();
    private Optional<ValidatorHandler> validator = Optional.empty();
    private Optional<Format> format = Optional.empty();
    private String rootNamespace = "";
    private boolean isNamespaceOfItsOwn;
    private String policyDomain = "";
    private String reportId = "";
    private OptionalLong begin = OptionalLong.empty();
    private OptionalLong end = OptionalLong.empty();
    private int results;
    private int mistakes;
    private int elements;
    private boolean complete;
    private long rows;
    private long messages;

    ReportScan(Findings findings) {
        this.findings = findings;
    }

    /** What to call at each event. */
    void progress(Runnable called) {
        progress = called;
    }

    Optional<Format> format() {
        return format;
    }

    long rows() {
        return rows;
    }

    long messages() {
        return messages;
    }

    /** Where the parser is. */
    int line() {
        return locator.map(Locator::getLineNumber).orElse(0);
    }

    /** Says where the file's name differs from what it holds (RFC 9990, section 3.5.2); nothing of a file that was not read to its end. */
    void compareName(String name) {
        if (!complete) {
            return;
        }
        Optional<ReportFileName> parsed = ReportFileName.parse(name);
        if (parsed.isEmpty()) {
            findings.add(
                    Kind.FILE_NAME,
                    0,
                    "the file's name is not RECEIVER!POLICY-DOMAIN!BEGIN!END.xml.gz or RECEIVER!POLICY-DOMAIN!BEGIN!END!ID.xml.gz,"
                            + " which consumers look for");
            return;
        }
        compareName("policy domain", parsed.get().domain(), policyDomain);
        compareName("begin", parsed.get().begin(), begin.isPresent() ? String.valueOf(begin.getAsLong()) : "");
        compareName("end", parsed.get().end(), end.isPresent() ? String.valueOf(end.getAsLong()) : "");
        if (!parsed.get().id().isEmpty()) {
            compareName("report_id", parsed.get().id(), reportId);
        }
    }

    private void compareName(String what, String inName, String inFile) {
        if (!inName.equalsIgnoreCase(inFile)) {
            findings.add(
                    Kind.FILE_NAME,
                    0,
                    "the file's name has another " + what + " than the report: " + Printable.quoted(inName)
                            + ", and in the file " + Printable.quoted(inFile));
        }
    }

    @Override
    public void setDocumentLocator(Locator given) {
        locator = Optional.of(given);
    }

    @Override
    public void startPrefixMapping(String prefix, String uri) throws SAXException {
        know(prefix);
        know(uri);
        if (validator.isPresent()) {
            validator.get().startPrefixMapping(prefix, mapped(uri));
        } else {
            prefixesOfRoot.put(prefix, uri);
        }
    }

    @Override
    public void endPrefixMapping(String prefix) throws SAXException {
        if (validator.isPresent()) {
            validator.get().endPrefixMapping(prefix);
        }
    }

    @Override
    public void startElement(String uri, String localName, String name, Attributes attributes) throws SAXException {
        progress.run();
        Place above = depth == 0 ? PLACES : places[depth - 1];
        Place place = above.below.getOrDefault(localName, ELSEWHERE);
        if (place == ELSEWHERE || !name.equals(localName)) {
            know(name);
        }
        for (int i = 0; i < attributes.getLength(); i++) {
            know(attributes.getQName(i));
        }
        if (++elements > MAX_ELEMENTS) {
            throw new StoppedException("more than " + MAX_ELEMENTS + " elements");
        }
        if (depth == MAX_DEPTH) {
            throw new StoppedException("elements are nested more than " + MAX_DEPTH + " deep");
        }
        ValidatorHandler next = validator.isPresent() ? validator.get() : begin(uri);
        path[depth] = localName;
        places[depth] = place;
        depth++;
        text.setLength(0);
        if (localName.equals("auth_results")) {
            results = 0;
        }
        next.startElement(mapped(uri), localName, name, attributes);
    }

    /** The root says which format it is. */
    private ValidatorHandler begin(String namespace) throws SAXException {
        rootNamespace = namespace;
        Format found = namespace.equals(AggregateXml.NAMESPACE) ? Format.RFC9990 : Format.RFC7489;
        format = Optional.of(found);
        isNamespaceOfItsOwn = found == Format.RFC7489 && !namespace.isEmpty();
        if (found == Format.RFC9990) {
            findings.add(
                    Kind.NAMESPACE,
                    line(),
                    "Mail::DMARC before 1.20250805, which Debian 12 has, reads no report with a namespace, and so none of RFC 9990");
        } else if (!namespace.isEmpty()) {
            findings.add(
                    Kind.NAMESPACE,
                    line(),
                    "the namespace " + Printable.quoted(namespace)
                            + " is in neither format in use: RFC 7489 has none, RFC 9990 has "
                            + AggregateXml.NAMESPACE);
        }
        ValidatorHandler created = ReportSchema.validator(found);
        created.setErrorHandler(this);
        locator.ifPresent(created::setDocumentLocator);
        created.startDocument();
        for (Map.Entry<String, String> prefix : prefixesOfRoot.entrySet()) {
            created.startPrefixMapping(prefix.getKey(), mapped(prefix.getValue()));
        }
        validator = Optional.of(created);
        return created;
    }

    /** A namespace of somebody's own is told once; the rest is checked as if it were not there. */
    private String mapped(String uri) {
        return isNamespaceOfItsOwn && uri.equals(rootNamespace) ? "" : uri;
    }

    private String pathText() {
        return String.join("/", Arrays.asList(path).subList(0, depth));
    }

    private void know(String name) throws SAXException {
        if (name.length() > MAX_NAME) {
            throw new StoppedException("a name of more than " + MAX_NAME + " characters");
        }
        if (names.add(name) && names.size() > MAX_NAMES) {
            throw new StoppedException("more than " + MAX_NAMES + " different names");
        }
    }

    @Override
    public void characters(char[] characters, int start, int length) throws SAXException {
        if (text.length() + length > MAX_TEXT) {
            throw new StoppedException("a text of more than " + MAX_TEXT + " characters");
        }
        text.append(characters, start, length);
        if (validator.isPresent()) {
            validator.get().characters(characters, start, length);
        }
    }

    @Override
    public void endElement(String uri, String localName, String name) throws SAXException {
        progress.run();
        if (places[depth - 1].lookedAt) {
            look(places[depth - 1].path, localName);
        }
        if (validator.isPresent()) {
            validator.get().endElement(mapped(uri), localName, name);
        }
        depth--;
        text.setLength(0);
    }

    @Override
    public void endDocument() throws SAXException {
        if (validator.isPresent()) {
            validator.get().endDocument();
        }
        complete = true;
    }

    /** What a consumer minds at the end of this element. */
    private void look(String place, String element) {
        String value = text.toString().strip();
        switch (place) {
            case "feedback/record" -> rows++;
            case "feedback/report_metadata/org_name" -> {
                if (value.isEmpty()) {
                    findings.add(Kind.ORGANIZATION, line(), "org_name is empty, and parsedmarc refuses the report");
                }
            }
            case "feedback/report_metadata/report_id" -> reportId(value);
            case "feedback/report_metadata/date_range/begin" -> begin = number(value);
            case "feedback/report_metadata/date_range/end" -> end = number(value);
            case "feedback/report_metadata/date_range" -> period();
            case "feedback/policy_published/domain" -> {
                policyDomain = value;
                domain(element, value);
            }
            case "feedback/record/row/source_ip" -> {
                if (IpAddress.asWritten(value).isEmpty()) {
                    findings.add(Kind.ADDRESS, line(), "source_ip is no IP address: " + Printable.quoted(value));
                }
            }
            case "feedback/record/row/count" -> count(value);
            case "feedback/record/row/policy_evaluated/disposition" -> disposition(value);
            case "feedback/record/row/policy_evaluated/reason" -> reason();
            case "feedback/record/identifiers/header_from" -> domain(element, value);
            case "feedback/record/auth_results/dkim/domain", "feedback/record/auth_results/spf/domain" -> {
                results++;
                domain(element, value);
            }
            case "feedback/record/auth_results" -> {
                if (results == 0) {
                    findings.add(
                            Kind.NO_RESULTS,
                            line(),
                            "auth_results has no result, and dmarcts-report-parser discards the whole report");
                }
            }
            default -> {
                // Nobody trips over anything else.
            }
        }
    }

    private void reportId(String value) {
        reportId = value;
        if (value.isEmpty() || value.startsWith("@") || !isGraphic(value)) {
            findings.add(
                    Kind.REPORT_ID,
                    line(),
                    "report_id is " + Printable.quoted(value)
                            + ": consumers know reports by it, parsedmarc by what stands before an @ sign");
        }
    }

    private void period() {
        if (begin.isEmpty() || end.isEmpty()) {
            return; // The schema minds.
        }
        if (end.getAsLong() < begin.getAsLong()) {
            findings.add(Kind.PERIOD, line(), "the period ends before it begins");
        } else if (begin.getAsLong() < 0 || end.getAsLong() - begin.getAsLong() > DAY) {
            findings.add(
                    Kind.PERIOD,
                    line(),
                    "the period is no day of UTC, " + (end.getAsLong() - begin.getAsLong())
                            + " s: times are seconds since 1970, and older versions of parsedmarc refuse more than a day");
        }
    }

    private void count(String value) {
        OptionalLong count = number(value);
        if (count.isEmpty() || count.getAsLong() < 1) {
            findings.add(Kind.COUNT, line(), "count is no number of messages: " + Printable.quoted(value));
        } else {
            messages = messages > Long.MAX_VALUE - count.getAsLong() ? Long.MAX_VALUE : messages + count.getAsLong();
        }
    }

    private void disposition(String value) {
        if (value.equals("pass") && !findings.has(Kind.DISPOSITION)) {
            findings.add(
                    Kind.DISPOSITION,
                    line(),
                    "the disposition 'pass' is RFC 9990's, and dmarc-report-parser 0.1.5 of npm refuses it (told once)");
        }
    }

    private void reason() {
        if (format.equals(Optional.of(Format.RFC7489)) && !findings.has(Kind.REASON)) {
            findings.add(
                    Kind.REASON,
                    line(),
                    "dmarc-report-parser 0.1.5 of npm refuses a record with a reason, which is its mistake (told once)");
        }
    }

    private void domain(String element, String value) {
        if (value.isEmpty()) {
            findings.add(Kind.DOMAIN, line(), pathText() + " is empty");
        } else if (!isGraphic(value)) {
            findings.add(Kind.DOMAIN, line(), element + " is no name in A-labels: " + Printable.quoted(value));
        }
    }

    private static boolean isGraphic(String text) {
        return isAll(text, '!', '~');
    }

    /** A loop, as a large report has a million of such texts. */
    private static boolean isAll(String text, char first, char last) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < first || text.charAt(i) > last) {
                return false;
            }
        }
        return true;
    }

    private static OptionalLong number(String text) {
        if (text.isEmpty() || text.length() > 19 || !isAll(text, '0', '9')) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // above 2^63-1
        }
    }

    @Override
    public void error(SAXParseException e) throws SAXException {
        if (++mistakes > MAX_MISTAKES) {
            throw new StoppedException("more than " + MAX_MISTAKES + " mistakes");
        }
        String message = e.getMessage() == null ? "" : e.getMessage();
        // Says only that the value, which the message before named, is that element's; the path here says so.
        if (!message.startsWith("cvc-type.3.1.3") && !message.startsWith("cvc-attribute.3")) {
            findings.add(Kind.SCHEMA, e.getLineNumber(), pathText() + ": " + message.replaceFirst("^cvc-[^ ]*: ", ""));
        }
    }

    @Override
    public void fatalError(SAXParseException e) throws SAXException {
        throw e;
    }
}
