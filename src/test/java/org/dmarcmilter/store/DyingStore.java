package org.dmarcmilter.store;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.util.regex.Pattern;

/** A store whose process is killed (SIGKILL) after a certain statement, before its transaction or when that was committed. */
public final class DyingStore {
    private final Pattern statement;
    private final boolean committed;
    private int left;
    private boolean due;

    private DyingStore(String statement, int number, boolean committed) {
        this.statement = Pattern.compile(statement);
        this.left = number;
        this.committed = committed;
    }

    /**
     * Opens it.
     *
     * @param statement what one has in its text, a regular expression
     * @param number the how manyth of these, from 1
     * @param committed whether it dies when that is committed
     */
    public static Store open(
            Path directory, ReportRules rules, Instant now, String statement, int number, boolean committed)
            throws IOException {
        DyingStore dying = new DyingStore(statement, number, committed);
        StoreFiles files = new StoreFiles(directory);
        return Store.open(
                files,
                file -> dying.watched(Connection.class, Database.connect(file), ""),
                new SegmentFiles(directory),
                rules,
                now);
    }

    private <T> T watched(Class<T> type, T real, String sql) {
        return type.cast(Proxy.newProxyInstance(
                DyingStore.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(method, real, arguments, sql)));
    }

    private Object call(Method method, Object real, Object[] arguments, String sql) throws Throwable {
        Object result;
        try {
            result = method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (method.getName().startsWith("execute") && statement.matcher(sql).find()) {
            left--;
            due |= left == 0;
        }
        if (due && committed == method.getName().equals("commit")) {
            killMyself();
        }
        return result instanceof PreparedStatement prepared
                ? watched(PreparedStatement.class, prepared, (String) arguments[0])
                : result;
    }

    private static void killMyself() throws IOException, InterruptedException {
        new ProcessBuilder("/bin/sh", "-c", "kill -9 " + ProcessHandle.current().pid()).start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
