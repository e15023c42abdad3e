package org.dmarcmilter.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.dmarcmilter.endtoend.PeerProgram;
import org.dmarcmilter.http.HttpEndpoint;
import org.dmarcmilter.http.Response;
import org.dmarcmilter.testing.Browser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser: its layout, its colours, the keyboard, what a screen reader is told, and an attack by a domain name. */
class StatusPageIT {
    private static final Path PICTURES = Path.of("target/status-page");
    private static final int TAB = 9;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private static HttpEndpoint endpoint;
    private static Browser browser;

    @BeforeAll
    static void start() throws IOException {
        endpoint = new HttpEndpoint(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Map.of("/", () -> page("a-sender.example"), "/hostile", () -> page(TestStatus.HOSTILE)),
                () -> {});
        browser = Browser.start(PeerProgram.locate("chromium"), folder);
    }

    private static Response page(String foreign) {
        return Response.html(StatusPage.of(TestStatus.with(foreign)), StatusPage.SECURITY_POLICY);
    }

    @AfterAll
    static void stop() {
        browser.close();
        endpoint.close();
    }

    @AfterEach
    void allowScripts() {
        browser.scripts(true);
    }

    private static void load(String path) {
        browser.load("http://127.0.0.1:" + endpoint.port() + path);
    }

    @ParameterizedTest(name = "{0} pixels, {1}")
    @CsvSource({"360, light", "360, dark", "1280, light", "1280, dark"})
    void fitsTheScreen(int width, String theme) throws IOException {
        browser.scripts(false);
        browser.screen(width, 800, theme);
        load("/");
        Path picture = PICTURES.resolve("page-" + width + "-" + theme + ".png");
        browser.picture(picture);
        assertTrue(Files.size(picture) > 10_000, "a picture with something on it");
        assertEquals(
                width, browser.value("document.documentElement.clientWidth").asInt());
        assertTrue(
                browser.value("document.documentElement.scrollWidth").asInt() <= width,
                "nothing to scroll to the side, but the tables that say so");
        List<String> wide = new ArrayList<>();
        browser.value("[...document.querySelectorAll('body *')].filter(e => !e.closest('.wide') && !e.closest('svg')"
                        + " && !e.matches('.skip') && e.getBoundingClientRect().right > " + width
                        + ").map(e => e.outerHTML.slice(0, 80))")
                .forEach(element -> wide.add(element.asText()));
        assertEquals(List.of(), wide);
        int plots =
                browser.value("document.querySelectorAll('svg.plot').length").asInt();
        assertEquals(2, plots);
        assertTrue(
                browser.value(
                                        "Math.min(...[...document.querySelectorAll('svg.plot')].map(e => e.getBoundingClientRect().width))")
                                .asInt()
                        > width * 0.7,
                "the plots take the width that there is");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void hasTheColoursOfItsTheme(String theme) {
        browser.screen(800, 600, theme);
        load("/");
        String ground =
                browser.value("getComputedStyle(document.body).backgroundColor").asText();
        assertEquals(
                theme.equals("light") ? "rgb(255, 255, 255)" : "rgb(13, 17, 23)",
                ground,
                "the policy lets the style in");
        assertEquals(
                5,
                browser.value(
                                "new Set([...document.querySelectorAll('.plot rect')].map(e => getComputedStyle(e).fill)).size")
                        .asInt(),
                "a colour for each layer");
    }

    @Test
    void aDomainNameRunsNothing() {
        browser.screen(1_280, 800, "light");
        load("/hostile");
        assertEquals("dmarc-milter: not ready", browser.value("document.title").asText());
        assertEquals(
                0,
                browser.value("document.querySelectorAll('script, img').length").asInt());
        assertTrue(
                browser.value("document.body.innerText").asText().contains(TestStatus.HOSTILE),
                "it is shown as what it is: text");
        assertEquals(List.of(), browser.events("Log.entryAdded"), "nothing that the policy had to stop");
        assertEquals(1, browser.events("Network.requestWillBeSent").size(), "the page, and nothing else");
    }

    @Test
    void thePolicyStopsWhatWouldGetIn() {
        load("/");
        browser.value("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:1/x\">"
                + "<p style=\"color: red\" id=late onclick=\"document.title = 1\">x</p>')");
        browser.value("document.getElementById('late').click()");
        assertEquals("dmarc-milter: not ready", browser.value("document.title").asText(), "no handler runs");
        assertFalse(browser.value("getComputedStyle(document.getElementById('late')).color")
                .asText()
                .equals("rgb(255, 0, 0)"));
        assertFalse(browser.events("Log.entryAdded").isEmpty(), "and the browser says so");
    }

    @Test
    void isForScreenReadersAndKeyboards() {
        browser.scripts(false);
        browser.screen(1_280, 800, "light");
        load("/");
        List<String> told = browser.accessible();
        for (String thing : List.of(
                "banner ",
                "main ",
                "contentinfo ",
                "navigation Parts of this page",
                "heading dmarc-milter v1.0.0",
                "heading Verdicts",
                "region Verdicts",
                "image Messages of the last hour, by result",
                "table Author domains since 2026-11-28 06:22:10 UTC. Of rare ones a number may be too large, and says so.")) {
            assertTrue(told.stream().anyMatch(one -> one.startsWith(thing)), () -> thing + " in " + told);
        }
        browser.press("Tab", TAB);
        assertEquals(
                "Skip to the content",
                browser.value("document.activeElement.textContent").asText());
        assertTrue(
                browser.value("document.activeElement.getBoundingClientRect().left")
                                .asInt()
                        >= 0,
                "and it is seen then");
        browser.press("Tab", TAB);
        assertEquals(
                "Verdicts", browser.value("document.activeElement.textContent").asText());
        assertEquals(
                "solid",
                browser.value("getComputedStyle(document.activeElement).outlineStyle")
                        .asText());
    }

    @Test
    void asksForNothingTwice() {
        load("/");
        for (JsonNode request : browser.events("Network.requestWillBeSent")) {
            assertEquals("GET", request.path("request").path("method").asText());
        }
    }
}
