package org.dmarcmilter.worker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.dmarcmilter.aggregate.AggregateReport;
import org.dmarcmilter.feedback.AggregateXml;
import org.dmarcmilter.feedback.ReportCheck;
import org.dmarcmilter.files.FileProblem;
import org.dmarcmilter.store.Store;
import org.dmarcmilter.store.StoreException;
import org.dmarcmilter.store.StoredReport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files of reports from their counters. One file at a time: the counters of a closed period never change, so a file that is
 * needed again is made again, the same one, and nothing has to be kept from one run to the next.
 */
final class ReportFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ReportFiles.class);

    private final Store store;
    private final Path directory;
    private final boolean validated;
    private LongConsumer watch = rows -> {};
    private Optional<StoredReport> last = Optional.empty();
    private Optional<BuiltReport> lastBuilt = Optional.empty();

    /**
     * @param directory for temporary files; made if it is missing
     * @param validated whether each file is checked against its schema
     */
    ReportFiles(Store store, Path directory, boolean validated) throws IOException {
        this.store = store;
        this.directory = Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.validated = validated;
    }

    /** From now on this one hears of each row how many there are so far. */
    ReportFiles watchedBy(LongConsumer watcher) {
        watch = watcher;
        return this;
    }

    /** Where files are kept that are not valid, which is a bug of ours. */
    Path invalid() {
        return directory.resolve("invalid");
    }

    /**
     * The report's file.
     *
     * @param errors beside those that the report has
     * @return empty if it is not valid by its schema
     */
    Optional<BuiltReport> build(StoredReport report, List<String> errors) throws IOException {
        if (errors.isEmpty() && last.equals(Optional.of(report))) {
            return lastBuilt;
        }
        List<String> all = new ArrayList<>(report.errors());
        all.addAll(errors);
        AggregateReport told = new AggregateReport(report.identity(), report.policy(), all);
        Path file = directory.resolve("report.xml.gz");
        AggregateXml.Written written = write(told, report, file);
        last = Optional.empty();
        if (validated && !isValid(report, file)) {
            return Optional.empty();
        }
        BuiltReport built = new BuiltReport(told, written, file, Files.size(file));
        if (errors.isEmpty()) {
            last = Optional.of(report);
            lastBuilt = Optional.of(built);
        }
        return Optional.of(built);
    }

    private AggregateXml.Written write(AggregateReport told, StoredReport report, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            long[] rows = {0};
            return AggregateXml.write(
                    told,
                    sink -> store.reports().rows(report, row -> {
                        sink.take(row);
                        watch.accept(++rows[0]);
                    }),
                    out);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw FileProblem.of(file, e);
        }
    }

    private boolean isValid(StoredReport report, Path file) throws IOException {
        ReportCheck check;
        try (InputStream in = Files.newInputStream(file)) {
            check = ReportCheck.check(Optional.empty(), in);
        }
        if (!check.isValid()) {
            Path kept =
                    Files.createDirectories(invalid()).resolve(report.identity().reportId() + ".xml.gz");
            Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
            LOG.error(
                    "{}: a bug of dmarc-milter: {} is not valid: {}",
                    Words.name(report),
                    kept,
                    check.findings().get(0).text());
        }
        return check.isValid();
    }
}
