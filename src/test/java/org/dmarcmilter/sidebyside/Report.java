package org.dmarcmilter.sidebyside;

import java.io.IOException;
import java.nio.file.*;
import java.util.*;

final class Report {
    StringBuilder sb = new StringBuilder();
    int fields;

    void add(Mail mail, Outcome theirs, Outcome ours) {
        Set<String> names = new LinkedHashSet<>(theirs.fields().keySet());
        names.addAll(ours.fields().keySet());
        sb.append("=== ").append(mail).append('\n');
        for (String n : names) {
            fields++;
            if (!theirs.get(n).equals(ours.get(n))) {
                sb.append("   * ")
                        .append(n)
                        .append("\n       <")
                        .append(theirs.get(n))
                        .append("\n       >")
                        .append(ours.get(n))
                        .append('\n');
            }
        }
    }

    void write(Path p) throws IOException {
        Files.writeString(p, sb);
    }

    void check() {
        System.out.println("fields " + fields);
    }
}
