package org.dmarcmilter.milter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.dmarcmilter.filter.DmarcFilter;
import org.dmarcmilter.judge.Rules;
import org.dmarcmilter.message.HeaderField;
import org.dmarcmilter.testing.OrdinaryMail;

/** What Postfix says about the benchmarks' message. */
final class OrdinaryDialogue {
    private OrdinaryDialogue() {}

    static DmarcFilter filter(Rules rules) {
        return new DmarcFilter(() -> rules, judged -> {});
    }

    /** From the offer to the greeting. */
    static byte[] beginning() {
        return Frames.frames("OFFER DCj~mx.bench.test~{daemon_name}~mx.bench.test~v~Postfix~"
                + " Cmail.bench.test~4^9c^40192.0.2.1~ DH Hmail.bench.test~");
    }

    /** From the macros of MAIL to the end of the message. */
    static ByteBuf message() {
        ByteBuf message = Unpooled.buffer();
        message.writeBytes(Frames.frame("DM{mail_mailer}~smtp~{mail_addr}~" + OrdinaryMail.SENDER + "~"));
        message.writeBytes(Frames.frame("M" + OrdinaryMail.SENDER + "~SIZE=9000~"));
        for (HeaderField field : OrdinaryMail.fields()) {
            message.writeBytes(Frames.frame("L" + field.name() + "~" + field.value() + "~"));
        }
        message.writeBytes(Frames.frames("DNi~4000001E240~ N DEi~4000001E240~ E"));
        return message;
    }
}
