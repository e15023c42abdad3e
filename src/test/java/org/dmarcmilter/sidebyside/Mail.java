package org.dmarcmilter.sidebyside;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.dmarcmilter.message.HeaderField;

/**
 * One message with its envelope, its client and the DNS records it needs. Values are per message, so that no cache and no
 * other message plays a part: the job id is in the domain, in the client's name and in the log.
 *
 * @param job the MTA's queue id
 * @param what it is there for, in words
 * @param records lines of a zone file
 */
record Mail(
        String job,
        String what,
        String mtaName,
        String clientHost,
        String clientAddress,
        String helo,
        Map<String, String> mailMacros,
        String sender,
        List<HeaderField> fields,
        List<String> records) {
    Mail {
        mailMacros = Map.copyOf(mailMacros);
        fields = List.copyOf(fields);
        records = List.copyOf(records);
    }

    /** A message of that author, from its own domain, with nothing authenticated. */
    static Draft draft(String job, String what) {
        return new Draft(job, what);
    }

    /** The first field of that name, empty without. */
    String field(String name) {
        return fields.stream()
                .filter(f -> f.is(name))
                .map(HeaderField::value)
                .findFirst()
                .orElse("");
    }

    /** Whether a field of that name has that text in it. */
    boolean has(String name, String text) {
        return fields.stream().anyMatch(f -> f.is(name) && f.value().contains(text));
    }

    /** Whether a DNS record has that text in it. */
    boolean hasRecord(String text) {
        return records.stream().anyMatch(line -> line.contains(text));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(job + " (" + what + ")");
        text.append("\n  client ")
                .append(clientHost)
                .append(" [")
                .append(clientAddress)
                .append("] helo ")
                .append(helo);
        text.append(" macros ")
                .append(mailMacros)
                .append("\n  MAIL FROM:<")
                .append(sender)
                .append(">");
        fields.forEach(
                field -> text.append("\n  ").append(field.name()).append(": ").append(field.value()));
        records.forEach(line -> text.append("\n  dns ").append(line));
        return text.toString();
    }

    /** A message while it is put together. */
    static final class Draft {
        private final String job;
        private final String what;
        private final String domain;
        private String mtaName = "mx.receiver.test";
        private String clientHost;
        private String clientAddress = "192.0.2.10";
        private String helo;
        private final Map<String, String> macros = new LinkedHashMap<>();
        private String sender;
        private String from;
        private boolean bare;
        private final List<HeaderField> above = new ArrayList<>();
        private final List<HeaderField> fields = new ArrayList<>();
        private final List<String> records = new ArrayList<>();

        private Draft(String job, String what) {
            this.job = job;
            this.what = what;
            domain = job.toLowerCase(Locale.ROOT) + ".example";
            clientHost = "client." + domain;
            helo = "mail." + domain;
            sender = "bounce@" + domain;
            from = "Joe <joe@" + domain + ">";
        }

        /** The domain that belongs to this message alone, an organizational domain. */
        String domain() {
            return domain;
        }

        /** The value of the From field; {@code %d} stands for {@link #domain} here and below. */
        Draft from(String value) {
            from = value.replace("%d", domain);
            return this;
        }

        Draft sender(String value) {
            sender = value.replace("%d", domain);
            return this;
        }

        Draft helo(String name) {
            helo = name.replace("%d", domain);
            return this;
        }

        Draft client(String host, String address) {
            clientHost = host.replace("%d", domain);
            clientAddress = address;
            return this;
        }

        Draft mtaName(String name) {
            mtaName = name;
            return this;
        }

        Draft macro(String name, String value) {
            macros.put(name, value);
            return this;
        }

        /** A further field; {@code %d} stands for the domain, {@code %j} for the job id. */
        Draft field(String name, String value) {
            fields.add(new HeaderField(name, value.replace("%d", domain).replace("%j", job)));
            return this;
        }

        /** A field that a checker of the receiver put on top. */
        Draft above(String name, String value) {
            above.add(new HeaderField(name, value.replace("%d", domain).replace("%j", job)));
            return this;
        }

        /** No field but those given: neither From nor Date nor Subject. */
        Draft bare() {
            bare = true;
            return this;
        }

        /** The text of a TXT record at this name, both with {@code %d}. */
        Draft txt(String name, String text) {
            return record(name + ". 300 IN TXT \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"");
        }

        /** The policy of the domain itself. */
        Draft policy(String text) {
            return txt("_dmarc.%d", text);
        }

        Draft record(String line) {
            records.add(line.replace("%d", domain));
            return this;
        }

        /** DKIM as a trusted checker writes it. */
        Draft dkim(String result, String signer) {
            return above(
                    "Authentication-Results", "mx.test; dkim=" + result + " header.d=" + signer + " header.s=sel1");
        }

        /** SPF as a trusted checker writes it, about the domain of the envelope sender. */
        Draft spf(String result, String checked) {
            return above("Authentication-Results", "mx.test; spf=" + result + " smtp.mailfrom=" + checked);
        }

        Mail build() {
            List<HeaderField> all = new ArrayList<>(above);
            if (!bare) {
                all.add(new HeaderField("Received", "from " + helo + " by mx.receiver.test with ESMTP id " + job));
                all.add(new HeaderField("From", from));
                all.add(new HeaderField("To", "rcpt@receiver.test"));
                all.add(new HeaderField("Date", "Tue, 24 Nov 2026 07:00:00 +0000"));
                all.add(new HeaderField("Subject", "side by side"));
                all.add(new HeaderField("Message-ID", "<1@" + domain + ">"));
            }
            all.addAll(fields);
            return new Mail(job, what, mtaName, clientHost, clientAddress, helo, macros, sender, all, records);
        }
    }
}
