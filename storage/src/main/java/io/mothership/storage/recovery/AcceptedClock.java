package io.mothership.storage.recovery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The word of an operator that the wall clock is right although the journal's last record is of
 * later: the clock was ahead when that was written. It holds for that end of the journal only,
 * until the first record behind it, whose time shows the step by itself.
 *
 * <p><i>Thread:</i> one; the data folder's lock is held.
 */
public final class AcceptedClock {
  private static final String NAME = "accepted-clock";

  private AcceptedClock() {}

  /** From now on the clock counts as right for what comes behind a record. */
  public static void declare(final Path folder, final long lastSequence) throws IOException {
    Files.writeString(folder.resolve(NAME), Long.toString(lastSequence), StandardCharsets.US_ASCII);
  }

  /** Whether it was declared of a journal that ends with this record. */
  public static boolean isDeclared(final Path folder, final long lastSequence) throws IOException {
    final Path file = folder.resolve(NAME);
    if (!Files.exists(file)) {
      return false;
    }
    if (Files.readString(file, StandardCharsets.US_ASCII).equals(Long.toString(lastSequence))) {
      return true;
    }
    Files.delete(file);
    return false;
  }
}
