package io.mothership.app.doctor;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** How long the disk takes to keep a small batch, measured as the journal does it. */
final class DiskCheck implements Check {
  private static final String NAME = "disk sync";
  private static final int FILE_LENGTH = 1024 * 1024;
  private static final int BATCH_LENGTH = 4096;
  private static final int SYNCS_MAX = 200;
  private static final int SYNCS_MIN = 5;
  private static final long LIMIT_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long SLOW_MEDIAN_NS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final long SLOW_P99_NS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long UNBELIEVABLE_NS = TimeUnit.MICROSECONDS.toNanos(10);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    final Path folder = examination.existingFolder();
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      return List.of(
          Finding.fail(
              NAME,
              "not measured: " + folder + " cannot be written",
              "Run this as the user that runs the appliance, or mend the folder's permissions."));
    }
    try {
      return List.of(judged(folder, measure(examination.files(), folder)));
    } catch (final IOException e) {
      return List.of(
          Finding.fail(
              NAME,
              "writing and syncing in " + folder + " failed: " + e.getMessage(),
              "The disk refuses writes: look at its free space, at dmesg and at its health"
                  + " (smartctl -a)."));
    }
  }

  /** Judges durations in ascending order. */
  static Finding judged(final Path folder, final long[] sortedNs) {
    final long medianNs = sortedNs[sortedNs.length / 2];
    final long p99Ns = sortedNs[Math.min(sortedNs.length - 1, sortedNs.length * 99 / 100)];
    final String measured =
        "median "
            + Amounts.time(medianNs)
            + ", p99 "
            + Amounts.time(p99Ns)
            + " for "
            + BATCH_LENGTH / 1024
            + " KiB, "
            + sortedNs.length
            + " times in "
            + folder;
    if (medianNs > SLOW_MEDIAN_NS || p99Ns > SLOW_P99_NS) {
      return Finding.warn(
          NAME,
          measured,
          "Acknowledgements with sync \"always\" wait this long: use a disk with power-loss"
              + " protection, or sync \"interval\" for streams that may lose their last moments.");
    }
    if (medianNs < UNBELIEVABLE_NS) {
      return Finding.warn(
          NAME,
          measured + ": faster than any disk",
          "Make sure that this is a disk and that it does not ignore syncs (write cache without"
              + " battery, disk image with cache=unsafe).");
    }
    return Finding.ok(NAME, measured);
  }

  /** Durations, ascending. */
  private static long[] measure(final FileFacade files, final Path folder) throws IOException {
    final Path file = folder.resolve(".doctor-" + ProcessHandle.current().pid());
    final long[] took = new long[SYNCS_MAX];
    int count = 0;
    try (FileChannel channel = files.open(file)) {
      // Allocated first, as the journal does: what is measured is data, not file system metadata.
      files.write(channel, ByteBuffer.allocateDirect(FILE_LENGTH), 0);
      files.sync(channel);
      final ByteBuffer batch = ByteBuffer.allocateDirect(BATCH_LENGTH);
      final long startNs = System.nanoTime();
      while (count < SYNCS_MAX && (count < SYNCS_MIN || System.nanoTime() - startNs < LIMIT_NS)) {
        batch.clear().putInt(0, count + 1);
        final long beganNs = System.nanoTime();
        files.write(channel, batch, (long) count * BATCH_LENGTH);
        files.sync(channel);
        took[count++] = System.nanoTime() - beganNs;
      }
    } finally {
      files.delete(file);
    }
    final long[] sorted = Arrays.copyOf(took, count);
    Arrays.sort(sorted);
    return sorted;
  }
}
