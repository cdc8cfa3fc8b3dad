package io.mothership.storage.journal;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Allocates space in front of the appender by writing zeros, one page at a time.
 *
 * <p>One long write would do, but a file system may then keep its pages as one unit, and takes all
 * of it for changed when a mapped byte in it changes: each sync would write as much as was
 * allocated at once.
 *
 * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing after construction.
 */
final class SpaceAhead {
  private static final int PAGE = 4096;

  private final FileFacade files;
  private final int aheadBytes;
  private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);

  /**
   * @param aheadBytes how much is allocated at a time
   */
  SpaceAhead(final FileFacade files, final int aheadBytes) {
    this.files = files;
    this.aheadBytes = aheadBytes;
  }

  int aheadBytes() {
    return aheadBytes;
  }

  /** Writes zeros; what was written before a failure may be written again. */
  void allocate(final FileChannel channel, final int from, final int to) throws IOException {
    int at = from;
    while (at < to) {
      final int part = Math.min(PAGE - at % PAGE, to - at);
      zeros.clear().limit(part);
      files.write(channel, zeros, at);
      at += part;
    }
  }
}
