package org.dmarcmilter;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the package table: who may know whom, and where a library may be seen. */
class ArchitectureTest {
    private static final String ROOT = "org.dmarcmilter";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages(ROOT);

    /** Every package may also use {@code text}, {@code domain} (plain values) and the root package (the program's version). */
    @ParameterizedTest(name = "{0} uses only {1}")
    @CsvSource(delimiter = '|', textBlock = """
            text       |
            files      |
            domain     |
            message    |
            authres    | message
            metrics    |
            dns        | metrics
            spf        | dns
            dkim       | authres message dns
            dmarc      | dns
            milter     | files metrics
            config     |
            evaluation | authres message spf dmarc files
            evidence   | dkim evaluation authres message spf dmarc dns config
            judge      | evidence dkim evaluation authres message spf dmarc dns config
            filter     | judge evidence dkim message dns milter config
            history    | evaluation authres message spf dmarc files
            report     | evaluation authres message spf dmarc dns
            aggregate  | evaluation authres message spf dmarc
            journal    | aggregate evaluation files
            feedback   | aggregate dmarc
            mail       |
            store      | aggregate journal dmarc files
            http       | metrics
            status     | dmarc
            logging    | config
            explain    | recorded judge evidence dkim evaluation authres message spf dmarc dns config
            daemon     | filter judge evidence evaluation history journal aggregate report http status metrics logging authres message spf dmarc dns milter config files
            worker     | store mail feedback journal history evaluation aggregate report dmarc dns config files
            recorded   | history journal aggregate evaluation authres message spf dmarc
            statistics | recorded judge evaluation authres dmarc config
            cli.report | cli daemon logging judge worker store mail report feedback aggregate dmarc dns config files
            cli.stats  | cli cli.report statistics recorded daemon evaluation dmarc config files
            cli        | cli.report cli.stats recorded daemon explain logging judge evidence dkim message dmarc dns config files
            """)
    void usesOnly(String name, String others) {
        Set<String> allowed = new TreeSet<>(Set.of(ROOT));
        Set<String> packages = new TreeSet<>(Set.of("domain", "text"));
        packages.add(name);
        packages.addAll(Arrays.asList((others == null ? "" : others).split(" ")));
        packages.remove("");
        packages.forEach(p -> allowed.add(ROOT + "." + p));
        Set<String> forbidden = CLASSES.stream()
                .map(c -> c.getPackageName())
                .filter(p -> p.startsWith(ROOT + ".") && !allowed.contains(p))
                .collect(Collectors.toCollection(TreeSet::new));
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void everyPackageStandsInTheTable() {
        Set<String> packages =
                CLASSES.stream().map(c -> c.getPackageName()).collect(Collectors.toCollection(TreeSet::new));
        Set<String> known = new TreeSet<>(Set.of(ROOT));
        for (String name : Set.of(
                "text",
                "files",
                "domain",
                "message",
                "authres",
                "dns",
                "spf",
                "dkim",
                "dmarc",
                "milter",
                "config",
                "evaluation",
                "aggregate",
                "journal",
                "feedback",
                "mail",
                "worker",
                "store",
                "evidence",
                "judge",
                "filter",
                "history",
                "report",
                "http",
                "metrics",
                "status",
                "logging",
                "explain",
                "daemon",
                "cli",
                "recorded",
                "statistics",
                "cli.report",
                "cli.stats")) {
            known.add(ROOT + "." + name);
        }
        assertEquals(known, packages);
    }

    @Test
    void textHasFourClasses() {
        assertEquals(
                Set.of("Printable", "TagList", "EntryList", "OctetText"),
                CLASSES.stream()
                        .filter(c -> c.getPackageName().equals(ROOT + ".text") && c.isTopLevelClass())
                        .map(c -> c.getSimpleName())
                        .filter(name -> !name.equals("package-info"))
                        .collect(Collectors.toSet()));
    }

    @ParameterizedTest(name = "only {1} may import {0}")
    @CsvSource({
        "history, daemon worker recorded",
        "journal, daemon store worker recorded",
        "milter, filter daemon",
        "report, daemon worker cli.report",
        "http, daemon",
        "explain, cli"
    })
    void isKnownOnlyTo(String name, String readers) {
        String[] allowed = Arrays.stream((name + " " + readers).split(" "))
                .map(reader -> ROOT + "." + reader)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(allowed)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "." + name)
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest(name = "{0} only in {1}")
    @CsvSource({
        "io.netty.., milter",
        "org.xbill.DNS.., dns",
        "com.github.benmanes.caffeine.., dns",
        "java.sql.., store",
        "jakarta.mail.., mail",
        "org.eclipse.angus.., mail",
        "org.h2.., store",
        "ch.qos.logback.., logging",
        "io.prometheus.., http",
    })
    void libraryOnlyIn(String library, String name) {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
    }

    /**
     * A report that a stranger sends could overflow OpenDMARC's reader of XML. Here one package reads and writes reports, with the
     * JDK's reader, and ReportCheckTest holds that neither entities nor external references reach anything.
     */
    @ParameterizedTest(name = "CVE-2020-12460: only package feedback reads or writes XML by {0}")
    @ValueSource(strings = {"javax.xml..", "org.xml..", "org.w3c.."})
    void xmlInOnePackage(String library) {
        libraryOnlyIn(library, "feedback");
    }

    @ParameterizedTest(name = "nothing reads or writes XML by {0}")
    @ValueSource(
            strings = {
                "org.w3c..",
                "javax.xml.transform..",
                "javax.xml.xpath..",
                "org.dom4j..",
                "org.jdom2..",
                "jakarta.xml..",
                "com.fasterxml.jackson.dataformat.xml..",
                "java.beans.."
            })
    void noOtherXml(String library) {
        noClasses().should().dependOnClassesThat().resideInAPackage(library).check(CLASSES);
    }

    /** Decisions are functions of their arguments: no clock, no files, no sockets. */
    @ParameterizedTest(name = "{0} is pure")
    @CsvSource({"text", "domain", "message", "authres", "dmarc", "spf", "dkim"})
    void isPure(String name) {
        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.file..", "java.util.concurrent.locks..")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineEndsTheProgram() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".cli")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .accessField(System.class, "out")
                .check(CLASSES);
    }

    @Test
    void everyPackageIsNullMarked() {
        classes()
                .that()
                .haveSimpleName("package-info")
                .should()
                .beAnnotatedWith(org.jspecify.annotations.NullMarked.class)
                .check(CLASSES);
    }
}
