package org.dmarcmilter.packaging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made again elsewhere and at another time, jar and packages are the same bytes; {@code src/packaging/release} also compiles twice. */
class ReproducibleIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("distribution"));

    @TempDir
    Path folder;

    private static void run(Path where, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + ": " + output);
    }

    private static List<Path> files(Path folder, String pattern) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .sorted()
                    .toList();
        }
    }

    /** Copies with times of now, and as another order on the disk may have it. */
    private static void copy(Path from, Path to) throws IOException {
        List<Path> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(from)) {
            files.filter(Files::isRegularFile).forEach(all::add);
        }
        for (int i = all.size() - 1; i >= 0; i--) {
            Path copy = to.resolve(from.relativize(all.get(i)).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(all.get(i), copy);
            copy.toFile().setExecutable(Files.isExecutable(all.get(i)));
            Files.setLastModifiedTime(copy, FileTime.fromMillis(System.currentTimeMillis() - i * 1_000L));
        }
    }

    @Test
    @DisplayName("the jar")
    void jar() throws IOException, InterruptedException {
        Path jar = files(DISTRIBUTION.resolve("lib"), "dmarc-milter-.*\\.jar").get(0);
        Files.copy(Path.of("pom.xml"), folder.resolve("pom.xml"));
        copy(DISTRIBUTION.resolveSibling("classes"), folder.resolve("target/classes"));
        run(folder, "mvn", "-o", "-B", "-q", "-Dmaven.repo.local=" + System.getProperty("localRepository"), "jar:jar");
        assertArrayEquals(
                Files.readAllBytes(jar),
                Files.readAllBytes(folder.resolve("target").resolve(jar.getFileName())));
    }

    @Test
    @DisplayName("the packages for Debian")
    void packages() throws IOException, InterruptedException {
        List<Map<String, String>> built = new ArrayList<>();
        for (String name : List.of("one", "two")) {
            Path copy = folder.resolve(name);
            for (String source : List.of("src/packaging", "src/site", "systemd", "src/main/resources/META-INF")) {
                copy(Path.of(source), copy.resolve(source));
            }
            for (String source : List.of("pom.xml", "README.md", "LICENSE")) {
                Files.copy(Path.of(source), copy.resolve(source));
            }
            copy(DISTRIBUTION, copy.resolve("target/dmarc-milter"));
            run(copy, "src/packaging/build-deb");
            Map<String, String> packages = new TreeMap<>();
            for (Path file : files(copy.resolve("target/packages"), ".*\\.deb")) {
                packages.put(file.getFileName().toString(), sha256(file));
            }
            built.add(packages);
        }
        assertEquals(2, built.get(0).size());
        assertEquals(built.get(0), built.get(1));
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
