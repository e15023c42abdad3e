package org.dmarcmilter.cli;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The MTA of a {@link TrainingRun}: hands messages over as Postfix does, one that passes, one whose SPF is evaluated here, and one that is
 * rejected, and waits for the verdicts.
 */
final class TrainingMta {
    /** Whose Authentication-Results count. */
    static final String AUTHSERV_ID = "mx.example";

    /** Version 6, all edits, all steps and answers that can be left out: what Postfix offers. */
    private static final int[] OFFER = {6, 0x1ff, 0x1fffff};

    /** What ends a message: accept, continue, reject, tempfail, discard, and a reply code. */
    private static final String VERDICTS = "acrtdy";

    private static final char IPV4 = '4';
    private static final String PORT = "\200\1";

    private static final List<String> MESSAGES = List.of("""
                    Received: from mail.passes.example (mail.passes.example [192.0.2.1])
                    \tby mx.example (Postfix) with ESMTPS id 4C0000 for <user@mx.example>; Mon, 23 Nov 2026 10:00:00 +0000
                    Authentication-Results: mx.example; spf=pass (sender SPF authorized)
                    \tsmtp.mailfrom=sends.example (client-ip=192.0.2.1; helo=mail.sends.example)
                    Authentication-Results: mx.example;
                    \tdkim=pass (2048-bit key) header.d=passes.example header.i=@passes.example header.s=s1 header.b=Ab3dEf9h
                    DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=passes.example; s=s1;
                    \th=From:To:Subject:Date; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=; b=dGhpcw==
                    From: =?UTF-8?Q?News_of_the_day?= <news@passes.example>
                    To: "User, A." <user@mx.example>
                    Subject: =?UTF-8?B?V2Vla2x5IG5ld3M=?=
                    Date: Mon, 23 Nov 2026 09:59:57 +0000
                    Message-ID: <1@passes.example>
                    """, """
                    From: Someone <someone@sends.example>
                    To: user@mx.example
                    Reply-To: (a comment) other@sends.example
                    Subject: SPF is evaluated here
                    Message-ID: <2@sends.example>
                    """, """
                    Authentication-Results: mx.example; spf=fail smtp.mailfrom=sends.example
                    Authentication-Results: mx.example; dkim=fail (bad signature) header.d=forged.example
                    From: "Bank" <bank@forged.example>
                    Subject: rejected
                    """);

    private final DataInputStream in;
    private final DataOutputStream out;

    private TrainingMta(Socket socket) throws IOException {
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** Delivers all of them in one session. */
    static void deliver(SocketAddress milter) throws IOException {
        InetSocketAddress address = (InetSocketAddress) milter;
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(TrainingRun.PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            new TrainingMta(socket).deliver();
        }
    }

    private void deliver() throws IOException {
        out.writeInt(1 + Integer.BYTES * OFFER.length);
        out.write('O');
        for (int word : OFFER) {
            out.writeInt(word);
        }
        readReply();
        send('D', "Cj\0mx.example\0{daemon_name}\0smtpd\0v\0Postfix\0");
        send('C', "mail.sends.example\0" + IPV4 + PORT + "192.0.2.1\0");
        send('D', "H");
        send('H', "mail.sends.example\0");
        for (String message : MESSAGES) {
            deliver(message);
        }
        send('Q', "");
    }

    private void deliver(String message) throws IOException {
        send('D', "M{mail_addr}\0bounce@sends.example\0");
        send('M', "<bounce@sends.example>\0");
        send('D', "R{rcpt_addr}\0user@mx.example\0");
        send('R', "<user@mx.example>\0");
        send('D', "Ti\0004C0000\0");
        send('T', "");
        // A line feed within the value stays.
        for (String field : message.strip().split("\n(?!\t)", -1)) {
            String[] parts = field.split(":", 2);
            send('L', parts[0] + "\0" + parts[1] + "\0");
        }
        send('N', "");
        send('E', "");
        while (VERDICTS.indexOf(readReply()) < 0) {}
    }

    private void send(char command, String data) throws IOException {
        byte[] octets = data.getBytes(StandardCharsets.ISO_8859_1);
        out.writeInt(1 + octets.length);
        out.write(command);
        out.write(octets);
    }

    private char readReply() throws IOException {
        byte[] packet = in.readNBytes(in.readInt());
        return (char) packet[0];
    }
}
