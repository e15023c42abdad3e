package org.dmarcmilter.status;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The status as a page that needs nothing but itself: no script, no picture, font or style sheet from elsewhere, nothing to send. What
 * came from messages, files and the DNS goes through {@link Html#text}.
 */
public final class StatusPage {
    static final String STYLE = style();

    /** The style sheet and nothing else is the page's; there is nothing to load, to run, to send, or to show in another page. */
    public static final String SECURITY_POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** Of a part of the hour or the day a table has so many at most. */
    private static final int MOST_ROWS = 24;

    private final Html html = new Html();
    private final Status status;

    private StatusPage(Status status) {
        this.status = status;
    }

    /** Writes it. */
    public static String of(Status status) {
        return new StatusPage(status).page();
    }

    private static String style() {
        try (InputStream in = StatusPage.class.getResourceAsStream("page.css")) {
            if (in == null) {
                throw new IllegalStateException("the build is broken: page.css is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java has SHA-256", e);
        }
    }

    private String page() {
        String state = status.ready().isWell() ? "ready" : "not ready";
        html.markup("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .markup("<meta name=\"referrer\" content=\"no-referrer\">\n")
                .element("title", "dmarc-milter: " + state)
                .markup("\n<style>")
                .markup(STYLE)
                .markup("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n");
        header(state);
        html.markup("<main id=\"main\">\n");
        verdicts();
        failing();
        dns();
        queues();
        reports();
        configuration();
        html.markup("</main>\n<footer>");
        html.element("p class=\"quiet\"", "As of " + Shown.time(status.now()) + ". Times are in UTC.");
        return html.markup("</footer>\n</body>\n</html>\n").toString();
    }

    private void header(String state) {
        html.markup("<header>\n")
                .element("h1", status.program())
                .markup("\n<p><strong class=\"" + (status.ready().isWell() ? "well" : "ill") + "\">")
                .text(state)
                .markup("</strong>, ")
                .text("up " + since(status.started()) + ", Java " + status.java())
                .markup("</p>\n");
        list(status.ready().problems(), "ill");
        html.markup("<nav aria-label=\"Parts of this page\"><ul>");
        for (String part : List.of("Verdicts", "Failing", "DNS", "Queues", "Reports", "Configuration")) {
            html.markup("<li><a href=\"#" + part + "\">" + part + "</a></li>");
        }
        html.markup("<li><a href=\"/\">Look again</a></li></ul></nav>\n</header>\n");
    }

    private String since(Instant then) {
        return Shown.duration(Duration.between(then, status.now()));
    }

    private void list(List<String> lines, String style) {
        if (!lines.isEmpty()) {
            html.markup("<ul class=\"" + style + "\">");
            lines.forEach(line -> html.element("li", line));
            html.markup("</ul>\n");
        }
    }

    private void begin(String id, String title) {
        html.markup("<section aria-labelledby=\"" + id + "\">\n<h2 id=\"" + id + "\">")
                .text(title)
                .markup("</h2>\n");
    }

    private void end() {
        html.markup("</section>\n");
    }

    private static List<Measure> columns() {
        return Stream.concat(Amounts.RESULTS.stream(), Amounts.ACTIONS.stream()).toList();
    }

    private void verdicts() {
        begin("Verdicts", "Verdicts");
        amounts(
                "verdict-table",
                "Messages by DMARC result, and what was done with those that were not simply delivered",
                List.of("Last minute", "Last hour", "Last day"),
                List.of(status.lastMinute(), status.hour(), status.day()));
        plot("hour", "the last hour", Duration.ofMinutes(1), Duration.ofMinutes(10), status.lastHour());
        plot("day", "the last day", Status.DAY_STEP, Duration.ofHours(1), status.lastDay());
        end();
    }

    /** A table of messages, a row each, which may be wider than a phone and then scrolls by itself. */
    private void amounts(String id, String caption, List<String> titles, List<Amounts> rows) {
        html.markup("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"" + id
                        + "\"><table class=\"figures\">\n<caption id=\"" + id + "\">")
                .text(caption)
                .markup("</caption>\n<thead><tr><th scope=\"col\">When</th>");
        columns().forEach(column -> html.element("th scope=\"col\" class=\"number\"", column.word()));
        html.markup("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < rows.size(); i++) {
            Amounts row = rows.get(i);
            html.markup("<tr>").element("th scope=\"row\"", titles.get(i));
            columns().forEach(column -> number(row.of(column)));
            html.markup("</tr>\n");
        }
        html.markup("</tbody></table></div>\n");
    }

    private void number(long number) {
        html.element("td class=\"number\"", Shown.number(number));
    }

    private void plot(String id, String when, Duration step, Duration rowStep, List<Amounts> parts) {
        Amounts all = Amounts.sum(parts);
        String title = "Messages of " + when + ", by result";
        html.element("h3", title).markup("\n<figure>\n");
        html.markup("<div class=\"scale\"><span>")
                .text("up to " + Shown.number(Plot.highest(parts)) + " in "
                        + Shown.duration(step).replace(" 0 s", ""))
                .markup("</span></div>\n");
        Plot.draw(html, id, title, description(all, parts), parts);
        html.markup("\n<div class=\"scale\"><span>")
                .text(Shown.clock(status.now().minus(step.multipliedBy(parts.size()))))
                .markup("</span><span>")
                .text(Shown.clock(status.now()))
                .markup("</span></div>\n<ul class=\"legend\">");
        for (Plot.Layer layer : Plot.Layer.values()) {
            html.markup("<li><svg class=\"key\" viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"" + layer.style()
                            + "\" width=\"1\" height=\"1\"/></svg> ")
                    .text(layer.words() + " " + Shown.number(layer.of(all)))
                    .markup("</li>");
        }
        html.markup("</ul>\n</figure>\n<details><summary>")
                .text("The same in numbers")
                .markup("</summary>\n");
        rows(id, when, step, (int) rowStep.dividedBy(step), parts);
        html.markup("</details>\n");
    }

    private static String description(Amounts all, List<Amounts> parts) {
        StringBuilder text = new StringBuilder("In all " + Shown.number(all.messages()) + " messages, at most "
                + Shown.number(parts.stream().mapToLong(Amounts::messages).max().orElse(0)) + " in one bar: ");
        for (Plot.Layer layer : Plot.Layer.values()) {
            text.append(layer.words())
                    .append(' ')
                    .append(Shown.number(layer.of(all)))
                    .append(", ");
        }
        return text.substring(0, text.length() - 2) + ".";
    }

    private void rows(String id, String when, Duration step, int size, List<Amounts> parts) {
        List<String> titles = new ArrayList<>();
        List<Amounts> rows = new ArrayList<>();
        for (int i = 0; i + size <= parts.size() && rows.size() < MOST_ROWS; i += size) {
            titles.add("from " + Shown.clock(status.now().minus(step.multipliedBy(parts.size() - i))));
            rows.add(Amounts.sum(parts.subList(i, i + size)));
        }
        amounts(id + "-numbers", "Messages of " + when, titles, rows);
    }

    private void failing() {
        begin("Failing", "Domains of which most mail fails");
        if (status.failing().isEmpty()) {
            html.element("p", "No mail has failed since " + Shown.time(status.failingSince()) + ".");
        } else {
            html.markup("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"failing-table\">")
                    .markup("<table class=\"names\">\n<caption id=\"failing-table\">")
                    .text("Author domains since " + Shown.time(status.failingSince())
                            + ". Of rare ones a number may be too large, and says so.")
                    .markup("</caption>\n<thead><tr><th scope=\"col\">Domain</th><th scope=\"col\">Policy</th>")
                    .markup(
                            "<th scope=\"col\" class=\"number\">Messages</th><th scope=\"col\">Mostly from</th></tr></thead>\n<tbody>\n");
            status.failing().forEach(this::failing);
            html.markup("</tbody></table></div>\n");
        }
        end();
    }

    private void failing(FailingDomains.Domain domain) {
        html.markup("<tr>")
                .element("th scope=\"row\"", domain.name())
                .element("td", domain.policy().word())
                .element(
                        "td class=\"number\"",
                        (domain.error() == 0 ? "" : Shown.number(domain.messages() - domain.error()) + " to ")
                                + Shown.number(domain.messages()))
                .element(
                        "td",
                        String.join(
                                ", ",
                                domain.sources().stream()
                                        .map(source -> source.ip() + " (" + Shown.number(source.messages()) + ")")
                                        .toList()))
                .markup("</tr>\n");
    }

    private void dns() {
        Status.Dns dns = status.dns();
        begin("DNS", "DNS");
        dns.problem()
                .ifPresentOrElse(
                        problem -> html.element("p class=\"ill\"", problem),
                        () -> html.element("p class=\"well\"", "replies"));
        pairs(
                "Since the start",
                List.of(
                        List.of("Questions", Shown.number(dns.hits() + dns.misses())),
                        List.of("From the cache", Shown.share(dns.hits(), dns.hits() + dns.misses())),
                        List.of("With somebody else's question", Shown.number(dns.coalesced())),
                        List.of("Half of the answers within", Shown.latency(dns.median())),
                        List.of("95 of 100 within", Shown.latency(dns.high())),
                        List.of(
                                "Failed in the last day",
                                Shown.share(
                                        status.day().of(Measure.DNS_FAILURES),
                                        status.day().of(Measure.DNS_QUESTIONS)))));
        pairs(
                "Servers",
                dns.servers().stream()
                        .map(server -> List.of(server.address(), server.resting() ? "does not answer" : "asked first"))
                        .toList());
        if (!dns.failures().isEmpty()) {
            pairs(
                    "Questions that got no answer, since the start",
                    dns.failures().stream()
                            .map(failure -> List.of(failure.what(), Shown.number(failure.number())))
                            .toList());
        }
        end();
    }

    /** A table of names and what is said of them. */
    private void pairs(String caption, List<List<String>> rows) {
        html.markup("<table>\n").element("caption", caption).markup("\n<tbody>\n");
        for (List<String> row : rows) {
            html.markup("<tr>")
                    .element("th scope=\"row\"", row.get(0))
                    .element("td class=\"number\"", row.get(1))
                    .markup("</tr>\n");
        }
        html.markup("</tbody></table>\n");
    }

    private void queues() {
        begin("Queues", "Queues");
        html.markup("<table>\n<caption>What waits, and how much may</caption>\n")
                .markup("<thead><tr><th scope=\"col\">Queue</th><th scope=\"col\" class=\"number\">Now</th>")
                .markup("<th scope=\"col\" class=\"number\">Bound</th></tr></thead>\n<tbody>\n");
        for (Status.Queue queue : status.queues()) {
            html.markup("<tr>").element("th scope=\"row\"", queue.name());
            number(queue.length());
            number(queue.bound());
            html.markup("</tr>\n");
        }
        html.markup("</tbody></table>\n");
        end();
    }

    private void reports() {
        Status.Reports reports = status.reports();
        begin("Reports", "Reports");
        html.element(
                "p",
                reports.recording()
                        ? "Aggregate reports: " + Shown.number(reports.recorded())
                                + " records written since the start, " + Shown.number(reports.lost()) + " lost."
                        : "Aggregate reports are off (AggregateReports).");
        html.element("p", "Failure reports sent since the start: " + Shown.number(reports.failureReports()) + ".");
        reports.lastRun().ifPresent(run -> {
            html.element(
                    "p",
                    "The last run ended " + since(run.end()) + " ago, after " + run.seconds() + " s; "
                            + Shown.number(run.waiting()) + " reports wait.");
            list(Stream.of(run.error()).filter(error -> !error.isEmpty()).toList(), "ill");
            if (!run.reports().isEmpty()) {
                pairs(
                        "Aggregate reports by state",
                        run.reports().entrySet().stream()
                                .map(state -> List.of(state.getKey(), Shown.number(state.getValue())))
                                .toList());
            }
        });
        end();
    }

    private void configuration() {
        Status.Configuration configuration = status.configuration();
        begin("Configuration", "Configuration");
        html.element(
                "p",
                configuration.name() + ", loaded " + Shown.time(configuration.loaded()) + "; "
                        + Shown.number(configuration.reloads()) + " reloads since the start.");
        if (!configuration.mistakes().isEmpty()) {
            html.element("h3", "A newer one was refused");
            list(configuration.mistakes(), "ill");
        }
        if (configuration.warnings().isEmpty()) {
            html.element("p", "No warnings.");
        } else {
            html.element("h3", "Warnings");
            list(configuration.warnings(), "quiet");
        }
        end();
    }
}
