package org.dmarcmilter.sidebyside;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A history file with all that OpenDMARC may write there: ordinary messages of ten author domains, and one domain for each thing that
 * the two programs make something else of.
 */
public final class HistoryGenerator {
    static final int ORDINARY = 400;

    private static final List<Integer> RESULTS = List.of(0, 2, 3, 4, 5, 6, 7, 8);

    private final Random random = new Random(20_261_128);
    private final StringBuilder text = new StringBuilder();
    private final long day;
    private int jobs;

    /** @param day the first second of the day on which all came */
    private HistoryGenerator(long day) {
        this.day = day;
    }

    /** The file's text. */
    public static String history(long day) {
        HistoryGenerator generator = new HistoryGenerator(day);
        generator.text.append("action 2\n"); // the end of a record whose beginning is in another file
        for (int i = 0; i < ORDINARY; i++) {
            generator.ordinary();
        }
        generator.special();
        return generator.text.toString();
    }

    private static Map<String, String> keys(String domain) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put("reporter", "mx.rep.example");
        keys.put("received", "");
        keys.put("ipaddr", "192.0.2.1");
        keys.put("from", domain);
        keys.put("mfrom", domain);
        keys.put("dkim", domain + " s1 0");
        keys.put("spf", "0");
        keys.put("pdomain", domain);
        keys.put("policy", "15");
        keys.put("rua", "mailto:rua@" + domain);
        keys.put("pct", "100");
        keys.put("adkim", "114");
        keys.put("aspf", "114");
        keys.put("p", "114");
        keys.put("sp", "0");
        keys.put("align_dkim", "4");
        keys.put("align_spf", "4");
        keys.put("arc", "7");
        keys.put("arc_policy", "2 json:[]");
        keys.put("action", "2");
        return keys;
    }

    private void add(Map<String, String> keys) {
        text.append("job Q").append(++jobs).append('\n');
        keys.forEach((key, value) -> {
            String shown = key.equals("received") ? Long.toString(day + jobs * 60L) : value;
            for (String line : shown.split("\n", -1)) {
                text.append(key).append(' ').append(line).append('\n');
            }
        });
    }

    /** A record of that domain with other values; lines of one key are separated by line feeds. */
    private void add(String domain, String... others) {
        Map<String, String> keys = keys(domain);
        for (String other : others) {
            int space = other.indexOf(' ');
            String key = other.substring(0, space);
            keys.merge(key, other.substring(space + 1), (before, after) -> after);
        }
        add(keys);
    }

    /** Of a domain whose number says what it publishes. */
    private void ordinary() {
        int number = random.nextInt(10);
        String organization = "d" + number + ".example";
        boolean below = number % 3 == 1 && random.nextBoolean();
        Map<String, String> keys = keys(organization);
        keys.put("from", below ? "mail." + organization : organization);
        keys.put(
                "ipaddr",
                random.nextBoolean() ? "192.0.2." + random.nextInt(4) : "2001:db8::" + (1 + random.nextInt(4)));
        keys.put("mfrom", random.nextInt(3) == 0 ? "bounce.esp.example" : organization);
        keys.put("p", String.valueOf((int) "rqn".charAt(number % 3)));
        keys.put("sp", number == 4 ? "110" : number == 7 ? "113" : "0");
        keys.put("adkim", number % 2 == 0 ? "114" : "115");
        keys.put("aspf", number % 4 == 0 ? "115" : "114");
        keys.put("pct", number == 9 ? "50" : "100");
        keys.put(
                "rua", number == 5 ? "mailto:one@d5.example!10m\nmailto:two@d5.example" : "mailto:rua@" + organization);
        StringBuilder dkim = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            dkim.append(dkim.isEmpty() ? "" : "\n")
                    .append(i == 0 ? organization : "esp.example")
                    .append(" s")
                    .append(i)
                    .append(' ')
                    .append(RESULTS.get(random.nextInt(RESULTS.size())));
        }
        keys.put("dkim", dkim.toString());
        keys.put("spf", String.valueOf(RESULTS.get(random.nextInt(RESULTS.size()))));
        boolean alignedDkim = random.nextBoolean();
        boolean alignedSpf = random.nextBoolean();
        keys.put("align_dkim", alignedDkim ? "4" : "5");
        keys.put("align_spf", alignedSpf ? "4" : "5");
        // 16 reject, 17 quarantine, 18 none
        int asked = below && number == 4 ? 18 : below && number == 7 ? 17 : 16 + number % 3;
        boolean passes = alignedDkim || alignedSpf;
        keys.put("policy", passes ? "15" : String.valueOf(asked));
        int enforced = asked == 16 ? 0 : asked == 17 ? 4 : 2;
        keys.put("action", passes || random.nextInt(4) == 0 ? "2" : String.valueOf(enforced));
        add(keys);
    }

    private void special() {
        String fails = "policy 16";
        String[] failing = {fails, "align_dkim 5", "align_spf 5", "dkim x.example s 7", "spf 7"};
        // Of each domain the last message has a record, or OpenDMARC forgets whom to report to.
        add(
                "arc.example",
                with(
                        failing,
                        "arc 0",
                        "arc_policy 0 json:[{ \"i\": 2, \"d\":\"two.example\", \"s\":\"b\", \"ip\":\"\" },"
                                + " { \"i\": 1, \"d\":\"one.example\", \"s\":\"a\", \"ip\":\"203.0.113.5\" }]"));
        add(
                "arc.example",
                with(
                        failing,
                        "arc 0",
                        "arc_policy 2 json:[{ \"i\": 1, \"d\":\"one.example\", \"s\":\"a\", \"ip\":\"\" }]"));
        add("sampled.example", with(failing, "pct 0"));
        add("putoff.example", "action 3");
        add("putoff.example");
        add("noaddress.example", "ipaddr 127.0.0.1");
        add("noaddress.example");
        add(
                "norecord.example",
                "policy 14",
                "align_dkim 0",
                "align_spf 0",
                "rua -",
                "p 0",
                "adkim 0",
                "aspf 0",
                "pct 0");
        add("norecord.example");
        add("forgotten.example");
        add(
                "forgotten.example",
                "policy 14",
                "align_dkim 0",
                "align_spf 0",
                "rua -",
                "p 0",
                "adkim 0",
                "aspf 0",
                "pct 0");
        add("nospf.example", "spf -1", "align_spf 5");
        add(
                "words.example",
                "dkim words.example s1 9\nwords.example s2 10\nwords.example s3 12\nwords.example s4 2",
                "align_dkim 5");
        add("words.example", "spf 8", "align_spf 5");
        add("words.example", "spf 9", "align_spf 5");
        add("bounce.example", "mfrom ", "align_spf 5", "spf 6");
        add("bounce.example", "mfrom ");
        add("bounce.example");
        add("selector.example", "dkim selector.example - 0");
        add("selector.example", "dkim selector.example s1 0\nselector.example s1 0");
        add("Upper.EXAMPLE", "pdomain upper.example", "rua mailto:rua@upper.example");
        add("markup.example", "dkim markup.example <s>&s 0");
        add("changed.example", "p 110");
        add("changed.example", with(failing, "p 114"));
        add("twice.example");
        jobs--;
        add("twice.example");
        text.append("colour blue\n");
        add("broken.example", "ipaddr nowhere");
        add("broken.example");
        // Nothing below it: here the importer ends.
        add("json.example", "arc_policy 2 json:[{ \"i\": 1, \"d\":\"a\"b\", \"s\":\"s\", \"ip\":\"\" }]");
    }

    private static String[] with(String[] some, String... more) {
        String[] all = Arrays.copyOf(some, some.length + more.length);
        System.arraycopy(more, 0, all, some.length, more.length);
        return all;
    }
}
