package org.dmarcmilter.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** A selector that waits like any other until it is told to fail: what a DNS client does when the system gives out. */
public final class FailingSelector extends Selector {
    /** What can end a wait. */
    public enum Cause {
        IO {
            @Override
            void happen() throws IOException {
                throw new IOException("Bad file descriptor");
            }
        },
        RUNTIME {
            @Override
            void happen() {
                throw new IllegalStateException("a bug");
            }
        },
        ERROR {
            @Override
            void happen() {
                throw new StackOverflowError("a deep bug");
            }
        };

        abstract void happen() throws IOException;
    }

    private final Selector real;
    private final AtomicReference<Optional<Cause>> next = new AtomicReference<>(Optional.empty());

    public FailingSelector() throws IOException {
        real = Selector.open();
    }

    /** A client on this selector; it can wait, and not ask. */
    public DnsjavaClient client(List<InetSocketAddress> servers, Duration limit) {
        return new DnsjavaClient(servers, limit, new ExchangeLoop(this, System::nanoTime, 10));
    }

    /** Ends the wait that goes on, and with it the client's thread. */
    public void fail(Cause cause) {
        next.set(Optional.of(cause));
        real.wakeup();
    }

    @Override
    public int select(long timeout) throws IOException {
        int ready = real.select(timeout);
        if (next.get().isPresent()) {
            next.get().get().happen();
        }
        return ready;
    }

    @Override
    public int select() throws IOException {
        return select(0);
    }

    @Override
    public int selectNow() throws IOException {
        return real.selectNow();
    }

    @Override
    public boolean isOpen() {
        return real.isOpen();
    }

    @Override
    public SelectorProvider provider() {
        return real.provider();
    }

    @Override
    public Set<SelectionKey> keys() {
        return real.keys();
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        return real.selectedKeys();
    }

    @Override
    public Selector wakeup() {
        return real.wakeup();
    }

    @Override
    public void close() throws IOException {
        real.close();
    }
}
