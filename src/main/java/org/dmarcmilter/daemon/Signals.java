package org.dmarcmilter.daemon;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handlers for the signals by which an operator talks to the daemon.
 *
 * <p>Java has no public interface for signals. {@code sun.misc.Signal} is what every JVM offers (module jdk.unsupported);
 * it is called by reflection, because the compiler warns of it and a warning ends our build.
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Runs the task on a thread of its own each time one of the signals comes.
     *
     * @return those that never come: whoever started us had them ignored, and then the JVM leaves them so; a shell SIGINT for what
     *     it starts in the background, nohup SIGHUP
     */
    static List<String> on(Runnable task, String... names) {
        return Stream.of(names).filter(name -> !isHandled(name, task)).toList();
    }

    private static boolean isHandled(String name, Runnable task) {
        try {
            return handle(name, task);
        } catch (ReflectiveOperationException e) {
            LOG.debug("SIG{} cannot be handled: {}", name, String.valueOf(e.getCause()));
            return false;
        }
    }

    /** Whether it is not ignored. */
    private static boolean handle(String name, Runnable task) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object proxy = Proxy.newProxyInstance(
                Signals.class.getClassLoader(),
                new Class<?>[] {handler},
                (self, method, arguments) -> switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    case "toString" -> "handler of SIG" + name;
                    default -> {
                        task.run();
                        yield null;
                    }
                });
        Object before = signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        // USR1 is handled even if it was ignored before.
        return name.startsWith("USR") || !handler.getField("SIG_IGN").get(null).equals(before);
    }
}
