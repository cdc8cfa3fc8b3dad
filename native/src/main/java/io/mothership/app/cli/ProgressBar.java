package io.mothership.app.cli;

import java.io.PrintWriter;
import java.util.function.LongSupplier;

/**
 * How far something has come, on one line that is written over again; nothing where no terminal is.
 */
final class ProgressBar implements AutoCloseable {
  private static final int WIDTH = 40;
  private static final long INTERVAL_NS = 100_000_000L;
  private static final double MEBIBYTE = 1024.0 * 1024.0;

  private final PrintWriter out;
  private final boolean isShown;
  private final LongSupplier nanoTime;
  private boolean hasShown;
  private long shownNs;

  ProgressBar(final PrintWriter out) {
    this(out, System.console() != null && System.console().isTerminal(), System::nanoTime);
  }

  ProgressBar(final PrintWriter out, final boolean isShown, final LongSupplier nanoTime) {
    this.out = out;
    this.isShown = isShown;
    this.nanoTime = nanoTime;
  }

  void onProgress(final long doneBytes, final long totalBytes) {
    final long nowNs = nanoTime.getAsLong();
    if (!isShown || hasShown && nowNs - shownNs < INTERVAL_NS && doneBytes < totalBytes) {
      return;
    }
    hasShown = true;
    shownNs = nowNs;
    final double share = totalBytes == 0 ? 1 : Math.min(1, (double) doneBytes / totalBytes);
    final int full = (int) (share * WIDTH);
    out.print(
        "\r["
            + "#".repeat(full)
            + " ".repeat(WIDTH - full)
            + "] %3.0f %%  %,.1f of %,.1f MiB "
                .formatted(share * 100, doneBytes / MEBIBYTE, totalBytes / MEBIBYTE));
    out.flush();
  }

  /** What follows begins on a line of its own. */
  @Override
  public void close() {
    if (hasShown) {
      out.println();
      out.flush();
    }
  }
}
