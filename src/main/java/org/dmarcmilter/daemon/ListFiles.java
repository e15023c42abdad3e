package org.dmarcmilter.daemon;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.dmarcmilter.config.ConfigFile;
import org.dmarcmilter.config.ConfigLexer;
import org.dmarcmilter.config.Findings;
import org.dmarcmilter.config.Form;
import org.dmarcmilter.config.Option;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.domain.PublicSuffixList;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.judge.IgnoreList;
import org.dmarcmilter.report.NoReportsList;
import org.dmarcmilter.text.EntryList;
import org.dmarcmilter.text.Printable;

/**
 * The list files that a configuration names, opened and read.
 *
 * @param sealers the domains of DomainWhitelist and DomainWhitelistFile, in lower case
 * @param reportOnly the domains of ReportOnlyDomains
 * @param testData the text of TestDNSData
 * @param suffixes the list of PublicSuffixList; empty if there is no such option, or no list in the file
 */
record ListFiles(
        IgnoreList ignoreHosts,
        Set<String> sealers,
        NoReportsList noReports,
        Set<DomainName> reportOnly,
        Optional<String> testData,
        Optional<PublicSuffixList> suffixes) {
    private static final int MOST_OCTETS = 8 << 20;
    private static final int FEWEST_SUFFIX_RULES = 1_000;

    ListFiles {
        sealers = Set.copyOf(sealers);
        reportOnly = Set.copyOf(reportOnly);
    }

    /** Opens them. What cannot be read is a mistake; what can never match, and a suffix list that is none, a warning. */
    static ListFiles open(ConfigFile file, Findings to) {
        Reader reader = new Reader(file, to);
        Set<String> sealers = new HashSet<>();
        file.list(Option.DOMAIN_WHITELIST).forEach(domain -> sealers.add(domain.toLowerCase(Locale.ROOT)));
        reader.entries(Option.DOMAIN_WHITELIST_FILE, ListFiles::domainDoubts)
                .forEach(entry -> sealers.add(entry.word().toLowerCase(Locale.ROOT)));
        Set<DomainName> reportOnly = new HashSet<>();
        reader.entries(Option.REPORT_ONLY_DOMAINS, ListFiles::reportOnlyDoubts)
                .forEach(entry -> DomainName.parse(entry.word()).ifPresent(reportOnly::add));
        if (file.flag(Option.AGGREGATE_REPORTS) && reader.canRead(Option.REPORT_ONLY_DOMAINS) && reportOnly.isEmpty()) {
            to.mistake(
                    file.line(Option.REPORT_ONLY_DOMAINS),
                    "names no domain, which would mean all. Write one in each line, or remove the option.");
        }
        reader.entries(Option.NO_REPORTS_LIST, ListFiles::reportDoubts);
        reader.entries(Option.TEST_DNS_DATA, ListFiles::testDataDoubts);
        return new ListFiles(
                reader.hosts(),
                sealers,
                NoReportsList.parse(reader.text(Option.NO_REPORTS_LIST)),
                reportOnly,
                file.text(Option.TEST_DNS_DATA).map(name -> reader.text(Option.TEST_DNS_DATA)),
                reader.suffixes());
    }

    private static List<String> domainDoubts(EntryList.Entry entry) {
        return Option.DOMAIN_WHITELIST.doubts(entry.word());
    }

    private static List<String> reportOnlyDoubts(EntryList.Entry entry) {
        return DomainName.parse(entry.word()).isPresent()
                ? List.of()
                : List.of(Printable.quoted(entry.word()) + " is no domain name. Write it as example.com.");
    }

    private static List<String> reportDoubts(EntryList.Entry entry) {
        if (entry.indented()) {
            return List.of("nothing is read from a line that begins with white space. Remove the white space.");
        }
        if (entry.word().startsWith("@")) {
            return Option.DOMAIN_WHITELIST.doubts(entry.word().substring(1));
        }
        Option like = entry.word().indexOf('@') >= 0 ? Option.IGNORE_MAIL_TO : Option.DOMAIN_WHITELIST;
        return like.doubts(entry.word());
    }

    private static List<String> testDataDoubts(EntryList.Entry entry) {
        return entry.rest().isEmpty() ? List.of("the value is missing. Write NAME VALUE.") : List.of();
    }

    /** Looks for what is wrong with one entry. */
    private interface Doubts {
        List<String> of(EntryList.Entry entry);
    }

    /** Reads the files of one configuration. */
    private record Reader(ConfigFile file, Findings to) {
        IgnoreList hosts() {
            ConfigLexer.Line line = file.line(Option.IGNORE_HOSTS);
            boolean isList = true;
            for (EntryList.Entry entry : entries(Option.IGNORE_HOSTS, IgnoreList::doubts)) {
                Optional<String> mistake = IgnoreList.mistake(entry.word());
                mistake.ifPresent(what -> to.mistake(line, entry.line(), what));
                isList &= mistake.isEmpty();
            }
            return IgnoreList.parse(isList ? text(Option.IGNORE_HOSTS) : "");
        }

        /** The entries of a list; none if there is no such file. Of a line the first word counts. */
        List<EntryList.Entry> entries(Option option, Doubts doubts) {
            ConfigLexer.Line line = file.line(option);
            Optional<byte[]> octets = octets(option, what -> to.mistake(line, what));
            if (octets.isEmpty()) {
                return List.of();
            }
            List<EntryList.Entry> entries = EntryList.of(latin1(octets.get()));
            if (entries.isEmpty()) {
                to.warning(line, "nothing stands in " + line.value() + ".");
            }
            for (EntryList.Entry entry : entries) {
                if (entry.word().indexOf(',') >= 0) {
                    to.warning(line, entry.line(), "a comma separates nothing here. Write one entry in each line.");
                } else {
                    doubts.of(entry).forEach(doubt -> to.warning(line, entry.line(), doubt));
                }
            }
            return entries;
        }

        boolean canRead(Option option) {
            return octets(option, what -> {}).isPresent();
        }

        /** What has been looked at by {@link #entries} already. */
        String text(Option option) {
            return octets(option, what -> {}).map(ListFiles::latin1).orElse("");
        }

        /** A list that cannot be used must not stop the mail, since we carry one. */
        Optional<PublicSuffixList> suffixes() {
            ConfigLexer.Line line = file.line(Option.PUBLIC_SUFFIX_LIST);
            Consumer<String> unusable = what -> to.warning(
                    line,
                    what + " The list that comes with the program is used. Install the package publicsuffix (Debian) or"
                            + " publicsuffix-list (Rocky), or remove the line.");
            Optional<byte[]> octets = octets(Option.PUBLIC_SUFFIX_LIST, unusable);
            if (octets.isEmpty()) {
                return Optional.empty();
            }
            try {
                PublicSuffixList list = PublicSuffixList.parse(
                        new InputStreamReader(new ByteArrayInputStream(octets.get()), StandardCharsets.UTF_8));
                if (list.ruleCount() < FEWEST_SUFFIX_RULES) {
                    to.warning(
                            line,
                            line.value() + " has only " + list.ruleCount()
                                    + " rules. Write the name of the whole list.");
                }
                return Optional.of(list);
            } catch (IOException | IllegalArgumentException e) {
                unusable.accept(line.value() + " cannot be used: no public suffix rule in it.");
                return Optional.empty();
            }
        }

        private Optional<byte[]> octets(Option option, Consumer<String> problem) {
            if (!file.isSet(option) || option.form().use() != Form.Use.LIST_FILE) {
                return Optional.empty();
            }
            String name = file.textOrDefault(option);
            try {
                byte[] octets = read(Path.of(name));
                Optional<String> kind = kind(octets);
                kind.ifPresent(what -> problem.accept(name + " is " + what + ", no list."));
                return kind.isPresent() ? Optional.empty() : Optional.of(octets);
            } catch (AccessDeniedException e) {
                problem.accept("cannot read " + name + ": Permission denied. User " + System.getProperty("user.name")
                        + " must be able to read it.");
            } catch (IOException e) {
                problem.accept("cannot read " + name + ": " + FileProblem.reason(e) + ". "
                        + (e instanceof NoSuchFileException ? "Create it, or correct the path." : "Correct the path."));
            }
            return Optional.empty();
        }
    }

    /** Not from a pipe, which may never end. */
    private static byte[] read(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        if (Files.exists(path) && !Files.isRegularFile(path) && !path.equals(Path.of("/dev/null"))) {
            throw new IOException("it is no ordinary file");
        }
        try (var in = Files.newInputStream(path)) {
            byte[] octets = in.readNBytes(MOST_OCTETS + 1);
            if (octets.length > MOST_OCTETS) {
                throw new IOException("it has more than " + MOST_OCTETS + " octets");
            }
            return octets;
        }
    }

    /** What a file is that no list can be. */
    private static Optional<String> kind(byte[] octets) {
        String begin = latin1(Arrays.copyOf(octets, Math.min(octets.length, 512)));
        if (begin.startsWith("\u001f\u008b")
                || begin.startsWith("PK\u0003\u0004")
                || begin.startsWith("BZh")
                || begin.startsWith("\u00fd7zXZ")) {
            return Optional.of("compressed");
        }
        if (begin.startsWith("\u00ff\u00fe") || begin.startsWith("\u00fe\u00ff")) {
            return Optional.of("text in UTF-16");
        }
        if (begin.indexOf('\0') >= 0) {
            return Optional.of("binary");
        }
        return begin.stripLeading().startsWith("<") ? Optional.of("HTML or XML") : Optional.empty();
    }

    private static String latin1(byte[] octets) {
        return new String(octets, StandardCharsets.ISO_8859_1);
    }
}
