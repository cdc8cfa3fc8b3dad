package io.mothership.app.doctor;

import io.mothership.clock.Clock;
import io.mothership.storage.recovery.JournalVerification;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Whether the wall clock is right, somebody keeps it so, and it runs as fast as time goes by. */
final class ClockCheck implements Check {
  private static final String NAME = "clock";
  private static final int YEAR_MIN = 2025;
  private static final int YEAR_MAX = 2100;
  private static final long SAMPLE_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long STEP_NS_MAX = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long BEHIND_NS_MAX = TimeUnit.SECONDS.toNanos(5);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    final List<Finding> findings = new ArrayList<>();
    final Instant now = instant(examination.clock().wallNs());
    final int year = now.atOffset(ZoneOffset.UTC).getYear();
    if (year < YEAR_MIN || year > YEAR_MAX) {
      findings.add(
          Finding.fail(
              NAME,
              "it is " + now + " by the wall clock",
              "Set the clock (timedatectl set-time …) or connect a time server; messages would"
                  + " carry this time and expire by it."));
    } else {
      findings.add(synchronisation(examination, now));
    }
    final long stepNs = step(examination.clock());
    if (Math.abs(stepNs) > STEP_NS_MAX) {
      findings.add(
          Finding.warn(
              NAME,
              "the wall clock was set by "
                  + Amounts.time(Math.abs(stepNs))
                  + (stepNs < 0 ? " backwards" : " forwards")
                  + " while being watched for "
                  + Amounts.time(SAMPLE_NS),
              "Let only one program set the clock, and slew it instead of stepping (chrony:"
                  + " makestep only for the first updates)."));
    }
    behindJournal(examination).ifPresent(findings::add);
    return findings;
  }

  private static Finding synchronisation(final Examination examination, final Instant now) {
    final String time = now.toString();
    if (examination.host().exists("run/systemd/timesync/synchronized")) {
      return Finding.ok(NAME, time + ", synchronised by systemd-timesyncd");
    }
    final Optional<String> chrony = examination.commands().run("chronyc", "-c", "tracking");
    if (chrony.isPresent()) {
      final boolean isGood = !chrony.get().strip().endsWith("Not synchronised");
      return isGood
          ? Finding.ok(NAME, time + ", synchronised by chrony")
          : notSynchronised(time, "chrony");
    }
    final Optional<String> kernel =
        examination.commands().run("timedatectl", "show", "-p", "NTPSynchronized", "--value");
    if (kernel.isPresent()) {
      return kernel.get().strip().equals("yes")
          ? Finding.ok(NAME, time + ", synchronised as the kernel says")
          : notSynchronised(time, "the kernel");
    }
    return Finding.warn(
        NAME,
        time + "; nobody here tells whether it is synchronised",
        "Run chrony or systemd-timesyncd; in a container the host's clock counts, look there.");
  }

  private static Finding notSynchronised(final String time, final String source) {
    return Finding.warn(
        NAME,
        time + ", not synchronised as " + source + " says",
        "Give the box a time server it can reach, or a clock with a battery; expiry by age waits"
            + " until the clock can be trusted.");
  }

  private static long step(final Clock clock) {
    final long wallNs = clock.wallNs();
    final long monotonicNs = clock.monotonicNs();
    final long endNs = System.nanoTime() + SAMPLE_NS;
    for (long leftNs = SAMPLE_NS; leftNs > 0; leftNs = endNs - System.nanoTime()) {
      LockSupport.parkNanos(leftNs);
    }
    return (clock.wallNs() - wallNs) - (clock.monotonicNs() - monotonicNs);
  }

  private static Optional<Finding> behindJournal(final Examination examination) throws IOException {
    final long newestNs =
        examination.survey().verification().map(JournalVerification::lastTimeNs).orElse(0L);
    final long behindNs = newestNs - examination.clock().wallNs();
    return behindNs > BEHIND_NS_MAX
        ? Optional.of(
            Finding.fail(
                NAME,
                "it is "
                    + Amounts.time(behindNs)
                    + " behind the journal's newest record of "
                    + instant(newestNs),
                "If the clock is wrong now, set it before the start. If it is right and was ahead"
                    + " before, run 'mothership journal accept-clock' and start again: new records"
                    + " carry the right time then, and earlier ones count as of that moment. Until"
                    + " then times go on from the newest record's."))
        : Optional.empty();
  }

  private static Instant instant(final long ns) {
    return Instant.ofEpochSecond(ns / 1_000_000_000L);
  }
}
