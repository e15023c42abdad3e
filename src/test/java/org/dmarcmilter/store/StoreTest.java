package org.dmarcmilter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.dmarcmilter.domain.DomainName;
import org.dmarcmilter.store.Suppression.Source;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Opening and closing, and the two tables that the operator fills. */
class StoreTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final DomainName EXAMPLE = DomainName.of("example.com");

    @TempDir
    Path directory;

    @Test
    void isTheSameStoreWhenItIsOpenedAgain() throws IOException {
        String id;
        String key;
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            id = store.id();
            key = store.tokenKey();
            store.domains().put(new DomainWish(EXAMPLE, Optional.empty(), true, "they asked"));
        }
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            assertEquals(id, store.id());
            assertEquals(key, store.tokenKey());
            assertEquals(
                    "they asked", store.domains().find(EXAMPLE).orElseThrow().note());
        }
        try (Store other = Store.open(directory.resolve("other"), StoredReports.rules(), NOW)) {
            assertNotEquals(id, other.id());
        }
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("store.id"))));
    }

    @Test
    void isOpenOnceAtATime() throws IOException {
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            assertThrows(StoreException.InUse.class, () -> Store.open(directory, StoredReports.rules(), NOW));
            assertEquals(List.of(), store.domains().list());
        }
        Store.open(directory, StoredReports.rules(), NOW).close();
    }

    @Test
    void isDirtyWhileItIsOpen() throws IOException {
        Path dirty = directory.resolve("store.dirty");
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            assertTrue(Files.exists(dirty), store.id());
        }
        assertFalse(Files.exists(dirty));
    }

    @Test
    void leavesTheTablesOfALaterVersionAlone() throws IOException {
        Store.open(directory, StoredReports.rules(), NOW).close();
        try (Database database = Database.open(directory.resolve("store"))) {
            database.transaction(() -> database.update("UPDATE dm_meta SET value = '2' WHERE name = 'schema'"));
        }
        String message = assertThrows(
                        StoreException.TooNew.class, () -> Store.open(directory, StoredReports.rules(), NOW))
                .getMessage();
        assertTrue(message.contains("tables of version 2"), message);
    }

    @Test
    void makesTheTablesAnewThatAKilledProcessBegan() throws IOException {
        Store.open(directory, StoredReports.rules(), NOW).close();
        try (Database database = Database.open(directory.resolve("store"))) {
            database.transaction(() -> {
                database.update("DROP TABLE dm_counter");
                return database.update("DELETE FROM dm_meta WHERE name = 'schema'");
            });
        }
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            assertEquals(0, store.status(NOW).waiting());
        }
    }

    @Test
    void saysWhatIsWrongWithItsName() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("store.id"), "x");
        String message = assertThrows(StoreException.class, () -> Store.open(directory, StoredReports.rules(), NOW))
                .getMessage();
        assertTrue(message.startsWith(directory + "/store.id: "), message);
    }

    @Test
    void keepsWishes() throws IOException {
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            DomainWish wish = new DomainWish(
                    EXAMPLE, Optional.of(List.of("mailto:a@b.example", "mailto:c@d.example")), false, "");
            store.domains().put(new DomainWish(EXAMPLE, Optional.empty(), true, "old"));
            store.domains().put(wish);
            assertEquals(List.of(wish), store.domains().list());
            assertTrue(store.domains().remove(EXAMPLE));
            assertFalse(store.domains().remove(EXAMPLE));
            assertEquals(Optional.empty(), store.domains().find(EXAMPLE));
        }
    }

    @ParameterizedTest(name = "{0} for {1}: {2}")
    @CsvSource({
        "a@example.com,       A@EXAMPLE.com,       true",
        "a@example.com,       b@example.com,       false",
        "@example.com,        b@example.com,       true",
        "@example.com,        b@mail.example.com,  false",
        "example.com,         b@example.com,       true",
        "Example.COM,         b@example.com,       true",
    })
    void suppresses(String entry, String address, boolean expected) throws IOException {
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            store.suppressions()
                    .put(new Suppression(
                            entry, Source.OPERATOR, "", 0, NOW, Optional.of(NOW.plus(Duration.ofDays(1)))));
            assertEquals(expected, store.suppressions().find(address, NOW).isPresent());
            assertFalse(store.suppressions()
                    .find(address, NOW.plus(Duration.ofDays(1)))
                    .isPresent());
            assertEquals(1, store.status(NOW).suppressed());
            assertTrue(store.suppressions().remove(entry));
        }
    }

    @Test
    void doublesWithEachStrike() throws IOException {
        try (Store store = Store.open(directory, StoredReports.rules(), NOW)) {
            for (int days : List.of(7, 14, 28, 56, 90, 90)) {
                Suppression after = store.suppressions().strike("a@example.com", Source.SMTP, "550 no", NOW);
                assertEquals(Optional.of(NOW.plus(Duration.ofDays(days))), after.until());
            }
            store.suppressions().put(new Suppression("b@example.com", Source.OPERATOR, "", 0, NOW, Optional.empty()));
            assertEquals(
                    Optional.empty(),
                    store.suppressions()
                            .strike("b@example.com", Source.SMTP, "550", NOW)
                            .until());
        }
    }
}
