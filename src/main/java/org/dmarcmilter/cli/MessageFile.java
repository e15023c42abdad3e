package org.dmarcmilter.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.daemon.Daemon;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;

/**
 * The header section of a message in a file, split as an MTA would deliver it over milter.
 *
 * @param headers the fields, top to bottom
 * @param incomplete whether the section is larger than the daemon takes, so that it would not evaluate the message
 */
record MessageFile(Headers headers, boolean incomplete) {

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
     * Reads a file, or standard input for {@code -}.
     *
     * @param maxHeaderBytes MaxHeaderBytes
     */
    static MessageFile read(String name, InputStream standardInput, int maxHeaderBytes)
            throws IOException, MalformedLineException {
        if (name.equals("-")) {
            return of(standardInput, maxHeaderBytes);
        }
        try (InputStream file = new BufferedInputStream(Files.newInputStream(FileProblem.path(name)))) {
            return of(file, maxHeaderBytes);
        }
    }

    /** Nothing behind the header section is read: a body may be larger than our memory. */
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
                return new MessageFile(headers(section.substring(0, lineStart)), true);
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
                headers, counted > maxHeaderBytes || headers.fields().size() > Daemon.MOST_HEADER_FIELDS);
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
            fields.add(new HeaderField(field.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value));
        }
    }
}
