package org.dmarcmilter.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.dmarcmilter.files.FileProblem;

/**
 * Who this store is: made once and kept in a file of its own, so that a store that is built anew gives its reports the same
 * identifiers.
 *
 * @param id 32 hexadecimal digits
 * @param tokenKey 64 hexadecimal digits, secret: what bounce addresses are signed with
 */
record StoreId(String id, String tokenKey) {
    private static final Pattern FORM = Pattern.compile("([0-9a-f]{32}) ([0-9a-f]{64})\n");

    private static final int ID_OCTETS = 16;
    private static final int KEY_OCTETS = 32;

    /**
     * Reads the file, or makes it if there is none.
     *
     * @throws StoreException if it holds something else: only the operator can know the right one
     */
    static StoreId of(Path file) throws IOException {
        try {
            return readOrMake(file);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException(file + ": " + FileProblem.reason(e), e);
        }
    }

    private static StoreId readOrMake(Path file) throws IOException {
        if (Files.exists(file)) {
            var form = FORM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            if (!form.matches()) {
                throw new StoreException(
                        file + ": is not what was written there; bring it back from a copy, or remove it"
                                + " (reports that are not sent yet then get other identifiers)");
            }
            return new StoreId(form.group(1), form.group(2));
        }
        SecureRandom random = new SecureRandom();
        StoreId made = new StoreId(hex(random, ID_OCTETS), hex(random, KEY_OCTETS));
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(unfinished);
        Files.createFile(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(unfinished, StandardOpenOption.WRITE)) {
            ByteBuffer text =
                    ByteBuffer.wrap((made.id + " " + made.tokenKey + "\n").getBytes(StandardCharsets.US_ASCII));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        return made;
    }

    private static String hex(SecureRandom random, int octets) {
        byte[] bytes = new byte[octets];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
