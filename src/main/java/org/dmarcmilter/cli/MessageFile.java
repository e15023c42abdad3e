package org.dmarcmilter.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.dmarcmilter.daemon.Daemon;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;

/**
 * A message in a file: its header section, split as an MTA would deliver it over milter, and behind it, still in the file, its body.
 *
 * @param headers the fields, top to bottom
 * @param incomplete whether the section is larger than the daemon takes, so that it would not evaluate the message
 * @param rest of the file
 */
record MessageFile(Headers headers, boolean incomplete, InputStream rest) implements AutoCloseable {
    private static final int PIECE = 8 * 1024;

    /** A line of the header section that is no field and no continuation. */
    static final class MalformedLineException extends Exception {
        private static final long serialVersionUID = 1;
        private final int line;

        MalformedLineException(int line) {
            super("line " + line + ": header malformed");
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    /**
     * Opens a file, or standard input for {@code -}, and reads its header section.
     *
     * @param maxHeaderBytes MaxHeaderBytes
     */
    static MessageFile read(String name, InputStream standardInput, int maxHeaderBytes)
            throws IOException, MalformedLineException {
        if (name.equals("-")) {
            return of(standardInput, maxHeaderBytes);
        }
        InputStream file = new BufferedInputStream(Files.newInputStream(FileProblem.path(name)));
        try {
            return of(file, maxHeaderBytes);
        } catch (IOException | MalformedLineException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Nothing behind the header section is read yet: a body may be larger than our memory. */
    static MessageFile of(InputStream octets, int maxHeaderBytes) throws IOException, MalformedLineException {
        return read(withoutMark(octets), maxHeaderBytes);
    }

    /**
     * What follows the byte order mark that editors write before UTF-8.
     *
     * @throws IOException if the mark is that of UTF-16, as PowerShell writes it
     */
    private static InputStream withoutMark(InputStream octets) throws IOException {
        PushbackInputStream file = new PushbackInputStream(octets, 3);
        byte[] start = file.readNBytes(3);
        String mark = new String(start, StandardCharsets.ISO_8859_1);
        if (mark.startsWith("\u00ff\u00fe") || mark.startsWith("\u00fe\u00ff")) {
            throw new IOException("it is UTF-16, which no message is; save it as it came");
        }
        if (!mark.equals("\u00ef\u00bb\u00bf")) {
            file.unread(start);
        }
        return file;
    }

    private static MessageFile read(InputStream octets, int maxHeaderBytes) throws IOException, MalformedLineException {
        // Colons and line ends do not count, but twice the octets are too many fields, or too many octets, in any case.
        long most = 2L * maxHeaderBytes;
        StringBuilder section = new StringBuilder();
        int lineStart = 0;
        for (int octet = octets.read(); octet >= 0; octet = octets.read()) {
            if (section.length() >= most) {
                return new MessageFile(
                        headers(section.substring(0, lineStart)), true, new ByteArrayInputStream(new byte[0]));
            }
            section.append((char) octet);
            if (octet == '\n') {
                int length = section.length() - lineStart - 1;
                if (length == 0 || (length == 1 && section.charAt(lineStart) == '\r')) {
                    break;
                }
                lineStart = section.length();
            }
        }
        Headers headers = headers(section.toString());
        long counted = headers.fields().stream()
                .mapToLong(field -> field.name().length() + field.value().length())
                .sum();
        return new MessageFile(
                headers, counted > maxHeaderBytes || headers.fields().size() > Daemon.MOST_HEADER_FIELDS, octets);
    }

    /**
     * Reads the body in pieces, with CRLF at the end of each line as on the wire, whatever the file has. Once.
     *
     * @param to gets each piece, which it must not keep
     */
    void readBody(Consumer<ByteBuffer> to) throws IOException {
        byte[] read = new byte[PIECE];
        ByteBuffer piece = ByteBuffer.allocate(2 * PIECE);
        byte before = 0;
        for (int length = rest.read(read); length > 0; length = rest.read(read)) {
            piece.clear();
            for (int i = 0; i < length; i++) {
                if (read[i] == '\n' && before != '\r') {
                    piece.put((byte) '\r');
                }
                piece.put(read[i]);
                before = read[i];
            }
            to.accept(piece.flip().asReadOnlyBuffer());
        }
    }

    @Override
    public void close() throws IOException {
        rest.close();
    }

    /** @param text the file, one character per octet; what follows the first empty line is body and is not looked at */
    static Headers headers(String text) throws MalformedLineException {
        List<HeaderField> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.endsWith("\r") ? raw.substring(0, raw.length() - 1) : raw;
            if (line.isEmpty()) {
                break;
            }
            if (isContinuation(line.charAt(0))) {
                if (field.length() == 0) {
                    throw new MalformedLineException(number);
                }
                field.append('\n').append(line);
            } else if (number > 1 || !isMailboxSeparator(line)) {
                if (line.indexOf(':') <= 0) {
                    throw new MalformedLineException(number);
                }
                add(fields, field);
                field.setLength(0);
                field.append(line);
            }
        }
        add(fields, field);
        return new Headers(fields);
    }

    private static boolean isContinuation(char first) {
        return first == ' ' || first == '\t';
    }

    /** The line of the mbox format; {@code From : joe@example.com} is a field (RFC 5322, section 4.5). */
    private static boolean isMailboxSeparator(String line) {
        return line.startsWith("From ")
                && !line.substring("From ".length()).strip().startsWith(":");
    }

    /** Of the white space after the colon one space goes, as on the wire. */
    private static void add(List<HeaderField> fields, StringBuilder field) {
        int colon = field.indexOf(":");
        if (colon > 0) {
            String value = field.substring(colon + 1);
            boolean spaced = value.startsWith(" ");
            fields.add(
                    new HeaderField(field.substring(0, colon), spaced ? " " : "", spaced ? value.substring(1) : value));
        }
    }
}
