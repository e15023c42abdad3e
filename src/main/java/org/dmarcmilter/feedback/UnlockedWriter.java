package org.dmarcmilter.feedback;

import java.io.IOException;
import java.io.Writer;

/** A buffer for one thread: the JDK's takes a lock for each piece of a tag, which is half of the time that a large report takes. */
final class UnlockedWriter extends Writer {
    private final Writer out;
    private final char[] buffer;
    private int length;

    UnlockedWriter(Writer out, int characters) {
        this.out = out;
        this.buffer = new char[characters];
    }

    @Override
    public void write(int character) throws IOException {
        makeRoom(1);
        buffer[length++] = (char) character;
    }

    @Override
    public void write(String text, int from, int number) throws IOException {
        for (int done = 0; done < number; ) {
            makeRoom(1);
            int part = Math.min(number - done, buffer.length - length);
            text.getChars(from + done, from + done + part, buffer, length);
            length += part;
            done += part;
        }
    }

    @Override
    public void write(String text) throws IOException {
        write(text, 0, text.length());
    }

    @Override
    public void write(char[] characters, int from, int number) throws IOException {
        write(new String(characters, from, number), 0, number);
    }

    private void makeRoom(int characters) throws IOException {
        if (buffer.length - length < characters) {
            pass();
        }
    }

    private void pass() throws IOException {
        out.write(buffer, 0, length);
        length = 0;
    }

    @Override
    public void flush() throws IOException {
        pass();
        out.flush();
    }

    @Override
    public void close() throws IOException {
        try (out) {
            pass();
        }
    }
}
