package org.dmarcmilter.cli.report;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.dmarcmilter.cli.ExitCode;
import org.dmarcmilter.config.ConfigException;
import org.dmarcmilter.daemon.Configuration;
import org.dmarcmilter.logging.LogSetup;
import org.dmarcmilter.store.StoreException;
import org.dmarcmilter.worker.Budget;
import org.dmarcmilter.worker.Place;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code run}: what the timer starts. */
final class RunVerb implements Verb {
    private static final Logger LOG = LoggerFactory.getLogger(RunVerb.class);

    private static final Duration BUDGET = Duration.ofMinutes(4);

    /** A mail that is on its way has so long to end. */
    private static final Duration LAST_STEP = Duration.ofMinutes(5);

    @Override
    public String usage() {
        return """
                usage: dmarc-milter report run [--every TIME] [--budget TIME]

                Reads the journal, closes periods that are over, and sends the reports that are due. Started every 5 minutes by
                dmarc-milter-report.timer; while AggregateReports is false it does nothing. Of two runs at a time one does nothing.
                  --every TIME      go on for ever, as in a container; SIGTERM ends it after the mail under way
                  --budget TIME     begin nothing new after that; default: 4m
                Exit code: 0 also if there was nothing to do; 64 wrong usage; 69 store or journal cannot be used; 78 configuration.

                """;
    }

    @Override
    public List<String> valued() {
        return List.of("--every", "--budget");
    }

    @Override
    public int run(Call call) throws UsageException, ConfigException, IOException {
        call.words().noOperands();
        Optional<Duration> every = call.words().duration("--every");
        Duration budget = call.words().duration("--budget").orElse(BUDGET);
        if (every.isPresent() && every.get().toSeconds() < 1) {
            throw new UsageException("--every takes one second at least");
        }
        LogSetup.apply(call.quietConfiguration().settings().logging(), true, call.environment());
        Ending ending = new Ending();
        Runtime.getRuntime().addShutdownHook(new Thread(ending::tell, "report-end"));
        try {
            if (every.isEmpty()) {
                return once(call, budget, ending);
            }
            while (!ending.isTold()) {
                long begin = System.nanoTime();
                again(call, budget, ending);
                ending.await(every.get().minusNanos(System.nanoTime() - begin));
            }
            return ExitCode.OK;
        } finally {
            ending.ended();
        }
    }

    /** What is wrong now may be right the next time. */
    private static void again(Call call, Duration budget, Ending ending) {
        try {
            once(call, budget, ending);
        } catch (ConfigException e) {
            e.mistakes().forEach(mistake -> LOG.error("reports: {}", mistake));
        } catch (IOException e) {
            LOG.error("reports: {}", e.getMessage());
        }
    }

    private static int once(Call call, Duration time, BooleanSupplier ending) throws ConfigException, IOException {
        Configuration configuration = call.quietConfiguration();
        if (!configuration.settings().aggregateReports().enabled()) {
            return ExitCode.OK;
        }
        Budget budget = new Budget(time, System::nanoTime, ending);
        Place place = OpenStore.place(configuration);
        try {
            all(place, call, budget);
        } catch (StoreException.InUse e) {
            LOG.info("reports: {}", e.getMessage());
        } catch (StoreException.Damaged e) {
            LOG.warn("reports: {}; the store is built anew", e.getMessage());
            // It is put aside when it is opened now. If the new one is damaged at once, the disk is.
            all(place, call, budget);
        }
        return ExitCode.OK;
    }

    private static void all(Place place, Call call, Budget budget) throws IOException {
        try (OpenStore open = OpenStore.at(place, call)) {
            open.run().all(budget);
        }
    }

    /** SIGTERM: the step under way is finished, and the process ends only then. */
    private static final class Ending implements BooleanSupplier {
        private final CountDownLatch told = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);

        void tell() {
            told.countDown();
            await(ended, LAST_STEP);
        }

        void ended() {
            ended.countDown();
        }

        boolean isTold() {
            return told.getCount() == 0;
        }

        @Override
        public boolean getAsBoolean() {
            return isTold();
        }

        void await(Duration time) {
            await(told, time);
        }

        private static void await(CountDownLatch latch, Duration time) {
            try {
                boolean unused = latch.await(Math.max(0, time.toMillis()), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
