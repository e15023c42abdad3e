package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be told of the page without a browser; StatusPageIT has one. */
class StatusPageTest {
    private static final String PAGE = StatusPage.of(TestStatus.with(TestStatus.HOSTILE));
    private static final Pattern TAG = Pattern.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>");

    @Test
    void hostileTextIsNeverMarkup() {
        String harmless = StatusPage.of(TestStatus.with("example.com"));
        assertEquals(names(harmless), names(PAGE), "the same elements, whatever the text");
        assertTrue(PAGE.contains("&lt;/td&gt;&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;"), PAGE);
        assertEquals(Set.of(), attributes(PAGE, "on.*|src|action|formaction|srcdoc|data|poster"));
    }

    private static List<String> names(String page) {
        return TAG.matcher(page.replace(StatusPage.STYLE, ""))
                .results()
                .map(tag -> tag.group(1) + tag.group(2))
                .toList();
    }

    private static Set<String> attributes(String page, String names) {
        Set<String> found = new TreeSet<>();
        for (Matcher tag = TAG.matcher(page); tag.find(); ) {
            Matcher attribute = Pattern.compile("\\s(" + names + ")=").matcher(tag.group(3));
            while (attribute.find()) {
                found.add(tag.group());
            }
        }
        return found;
    }

    @Test
    void controlCharactersAreShownAsSuch() {
        assertEquals("a\uFFFDb\uFFFD\n&quot;&#39;&amp;", Html.escaped("a\u001bb\u0085\n\"'&"));
    }

    @Test
    void needsNothingFromElsewhereAndSendsNothing() throws Exception {
        Set<String> elements = new TreeSet<>(names(PAGE));
        for (String element : List.of(
                "script", "img", "link", "iframe", "form", "input", "button", "object", "embed", "audio", "video",
                "base")) {
            assertFalse(elements.contains(element), element);
        }
        Set<String> links = Pattern.compile("href=\"([^\"]*)\"")
                .matcher(PAGE)
                .results()
                .map(link -> link.group(1).substring(0, 1))
                .collect(Collectors.toSet());
        assertEquals(Set.of("#", "/"), links);
        assertFalse(StatusPage.STYLE.contains("url(") || StatusPage.STYLE.contains("@import"), StatusPage.STYLE);
        String hash = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(PAGE.substring(PAGE.indexOf("<style>") + 7, PAGE.indexOf("</style>"))
                                .getBytes(StandardCharsets.UTF_8)));
        assertTrue(StatusPage.SECURITY_POLICY.startsWith("default-src 'none'; style-src 'sha256-" + hash + "';"));
        assertFalse(StatusPage.SECURITY_POLICY.contains("unsafe"));
        assertEquals(Set.of(), attributes(PAGE, "style"));
    }

    @Test
    void eachElementHasItsEnd() {
        Deque<String> open = new ArrayDeque<>();
        for (Matcher tag = TAG.matcher(PAGE.replace(StatusPage.STYLE, "")); tag.find(); ) {
            if (Set.of("meta").contains(tag.group(2)) || tag.group(3).endsWith("/")) {
                continue;
            }
            if (tag.group(1).isEmpty()) {
                open.push(tag.group(2));
            } else {
                assertEquals(open.pop(), tag.group(2), () -> PAGE.substring(Math.max(0, tag.start() - 200), tag.end()));
            }
        }
        assertTrue(open.isEmpty(), open::toString);
    }

    @Test
    void canBeFoundOnesWayInWithoutEyes() {
        List<String> elements = names(PAGE);
        for (String landmark : List.of("header", "nav", "main", "footer", "h1", "title")) {
            int number = landmark.equals("title") ? 3 : 1;
            assertEquals(number, elements.stream().filter(landmark::equals).count(), landmark);
        }
        assertTrue(PAGE.contains("<html lang=\"en\">"));
        assertEquals(count("<table"), count("<caption"), "each table says what it is");
        assertEquals(count("<section "), count("<h2 "));
        assertEquals(2, count("role=\"img\""), "the plots");
        assertEquals(2, count("<desc id="));
        Matcher reference =
                Pattern.compile("(?:aria-labelledby|href)=\"#?([^\"/]+)\"").matcher(PAGE);
        while (reference.find()) {
            for (String id : reference.group(1).split(" ")) {
                assertEquals(1, count("id=\"" + id + "\""), id);
            }
        }
        assertEquals(count("<th "), count("<th scope="), "each head says of what");
    }

    private static int count(String text) {
        int count = 0;
        for (int at = PAGE.indexOf(text); at >= 0; at = PAGE.indexOf(text, at + 1)) {
            count++;
        }
        return count;
    }

    @Test
    void saysItInNumbersToo() {
        String page = StatusPage.of(TestStatus.with("example.com"));
        assertTrue(
                page.contains("<desc id=\"hour-desc\">In all 7,404 messages, at most 243 in one bar: pass 5,310,"),
                page);
        assertTrue(page.contains(">2 to 7<"), "a number that may be too large says so");
        assertTrue(page.contains("192.0.2.99 (3), 2001:db8::1 (1)"), page);
    }

    /** WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for text, 3 for what a picture shows. */
    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource({
        "text, ground, 4.5",
        "text, raised, 4.5",
        "quiet, ground, 4.5",
        "quiet, raised, 4.5",
        "link, ground, 4.5",
        "well, ground, 4.5",
        "ill, ground, 4.5",
        "line, ground, 3",
        "pass, raised, 3",
        "none, raised, 3",
        "fail, raised, 3",
        "open, raised, 3",
        "unevaluated, raised, 3"
    })
    void canBeReadInBothThemes(String colour, String ground, double least) {
        for (String theme : List.of("light", "dark")) {
            Map<String, String> colours = colours(theme);
            double contrast = contrast(colours.get(colour), colours.get(ground));
            assertTrue(contrast >= least, () -> theme + ": " + colour + " on " + ground + " " + contrast);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"#ffffff #000000 21", "#777777 #ffffff 4.48", "#123456 #123456 1"})
    void computesContrastAsTheStandardDoes(String row) {
        String[] words = row.split(" ");
        assertEquals(Double.parseDouble(words[2]), contrast(words[0], words[1]), 0.005);
    }

    /** The dark ones are those of the light theme where nothing else is said. */
    private static Map<String, String> colours(String theme) {
        String style = StatusPage.STYLE;
        int dark = style.indexOf("@media (prefers-color-scheme: dark)");
        assertTrue(dark > 0);
        Map<String, String> colours = new HashMap<>();
        String part = theme.equals("light") ? style.substring(0, dark) : style;
        Matcher colour = Pattern.compile("--([a-z]+): (#[0-9a-f]{6});").matcher(part);
        while (colour.find()) {
            colours.put(colour.group(1), colour.group(2));
        }
        return colours;
    }

    private static double contrast(String one, String other) {
        double first = luminance(one);
        double second = luminance(other);
        return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
    }

    /** WCAG 2.2, relative luminance. */
    private static double luminance(String colour) {
        double[] weights = {0.2126, 0.7152, 0.0722};
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double part = Integer.parseInt(colour.substring(1 + 2 * i, 3 + 2 * i), 16) / 255.0;
            sum += weights[i] * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
        }
        return sum;
    }
}
