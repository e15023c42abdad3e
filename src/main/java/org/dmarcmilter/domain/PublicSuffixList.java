package org.dmarcmilter.domain;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The public suffix list (publicsuffix.org): below which names people register domains.
 *
 * <p>Only the ICANN section counts (RFC 7489, erratum 6729). Immutable.
 */
public final class PublicSuffixList {
    private static final String RESOURCE = "/org/publicsuffix/list/effective_tld_names.dat";
    private static final String BEGIN_ICANN = "===BEGIN ICANN DOMAINS===";
    private static final String END_ICANN = "===END ICANN DOMAINS===";
    private static final String VERSION = "// VERSION:";
    private static final DateTimeFormatter VERSION_FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd_HH-mm-ss_'UTC'", Locale.ROOT);

    private final Set<String> names;
    /** X for each rule {@code *.X}. */
    private final Set<String> wildcards;
    /** X for each rule {@code !X}. */
    private final Set<String> exceptions;
    /** No rule has more labels; longer names need no look at their first ones. */
    private final int maxLabels;

    private final Optional<String> version;

    private PublicSuffixList(Rules rules, Optional<String> version) {
        this.names = Set.copyOf(rules.names);
        this.wildcards = Set.copyOf(rules.wildcards);
        this.exceptions = Set.copyOf(rules.exceptions);
        this.maxLabels = rules.maxLabels;
        this.version = version;
    }

    /** The list this build carries. */
    public static PublicSuffixList bundled() {
        try (InputStream in = PublicSuffixList.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the build is broken: " + RESOURCE + " is missing");
            }
            return parse(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a list. Lines that are no rule are skipped. Without the marks of the ICANN section every rule counts.
     *
     * @throws IOException if reading fails
     * @throws IllegalArgumentException if there is no rule in it
     */
    public static PublicSuffixList parse(Reader text) throws IOException {
        try (BufferedReader reader = new BufferedReader(text)) {
            return parse(reader.lines());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Reads a list, as {@link #parse(Reader)} does. */
    public static PublicSuffixList parse(String text) {
        return parse(text.lines());
    }

    private static PublicSuffixList parse(Stream<String> lines) {
        Rules rules = new Rules();
        Optional<String> version = Optional.empty();
        for (String line : (Iterable<String>) lines::iterator) {
            if (!line.startsWith("//")) {
                rules.add(line);
            } else if (line.startsWith(VERSION)) {
                version = Optional.of(line.substring(VERSION.length()).strip());
            } else if (line.contains(BEGIN_ICANN)) {
                rules = new Rules();
            } else if (line.contains(END_ICANN)) {
                break;
            }
        }
        if (rules.count() == 0) {
            throw new IllegalArgumentException("no public suffix rule in it: expected a copy of "
                    + "https://publicsuffix.org/list/public_suffix_list.dat in UTF-8");
        }
        return new PublicSuffixList(rules, version);
    }

    /**
     * The organizational domain (RFC 7489, section 3.2): the public suffix and one label more. A public suffix is its own.
     */
    public DomainName organizationalDomain(DomainName name) {
        String ascii = name.ascii();
        int suffix = suffixStart(ascii);
        if (suffix == 0) {
            return name;
        }
        int start = ascii.lastIndexOf('.', suffix - 2) + 1;
        return start == 0 ? name : new DomainName(ascii.substring(start));
    }

    /** Whether people register domains directly below that name. Every top-level domain is a public suffix. */
    public boolean isPublicSuffix(DomainName name) {
        return suffixStart(name.ascii()) == 0;
    }

    /** How many rules are in force. */
    public int ruleCount() {
        return names.size() + wildcards.size() + exceptions.size();
    }

    /** What the file says of its version, for example {@code 2026-10-05_22-43-19_UTC}; most copies say it. */
    public Optional<String> version() {
        return version;
    }

    /** When the list was published, by its version; empty where that does not say so. */
    public Optional<Instant> published() {
        return version.flatMap(PublicSuffixList::time);
    }

    private static Optional<Instant> time(String version) {
        try {
            return Optional.of(LocalDateTime.parse(version, VERSION_FORM).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Where the public suffix begins: the longest rule that matches, unless an exception does; else the rule {@code *}. */
    private int suffixStart(String name) {
        int suffix = name.lastIndexOf('.') + 1;
        boolean belowWildcard = false;
        int start = name.length() + 1;
        for (int labels = 1; labels <= maxLabels && start > 0; labels++) {
            start = name.lastIndexOf('.', start - 2) + 1;
            String candidate = name.substring(start);
            if (exceptions.contains(candidate)) {
                return name.indexOf('.', start) + 1;
            }
            if (belowWildcard || names.contains(candidate)) {
                suffix = start;
            }
            belowWildcard = wildcards.contains(candidate);
        }
        return suffix;
    }

    /** The rules while they are being read. */
    private static final class Rules {
        final Set<String> names = new HashSet<>();
        final Set<String> wildcards = new HashSet<>();
        final Set<String> exceptions = new HashSet<>();
        int maxLabels = 1;

        /** A rule ends at the first white space. */
        void add(String line) {
            String rule = firstWord(line);
            if (rule.startsWith("*.")) {
                add(rule.substring(2), 1, wildcards);
            } else if (rule.startsWith("!")) {
                // An exception is read as "its parent is the suffix", so it must have one.
                add(rule.indexOf('.') > 0 ? rule.substring(1) : "", 0, exceptions);
            } else {
                add(rule, 0, names);
            }
        }

        private void add(String text, int labelsBefore, Set<String> to) {
            DomainName.parse(text).ifPresent(name -> {
                to.add(name.ascii());
                maxLabels = Math.max(maxLabels, name.labelCount() + labelsBefore);
            });
        }

        int count() {
            return names.size() + wildcards.size() + exceptions.size();
        }

        private static String firstWord(String line) {
            int from = line.startsWith("\uFEFF") ? 1 : 0;
            int end = from;
            while (end < line.length() && line.charAt(end) > ' ') {
                end++;
            }
            return line.substring(from, end);
        }
    }
}
