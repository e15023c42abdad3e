package org.dmarcmilter.cli;

import java.util.ArrayList;
import java.util.List;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.message.Headers;

/** The header section of a message in a file, split as an MTA would deliver it over milter. */
final class MessageFile {
    private MessageFile() {}

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
            boolean isMailboxSeparator = number == 1 && line.startsWith("From ");
            if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                if (field.length() == 0) {
                    throw new MalformedLineException(number);
                }
                field.append('\n').append(line);
            } else if (!isMailboxSeparator) {
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

    /** Of the white space after the colon one space goes, as on the wire. */
    private static void add(List<HeaderField> fields, StringBuilder field) {
        int colon = field.indexOf(":");
        if (colon > 0) {
            String value = field.substring(colon + 1);
            fields.add(new HeaderField(field.substring(0, colon), value.startsWith(" ") ? value.substring(1) : value));
        }
    }
}
