package io.mothership.storage.retention;

import io.mothership.storage.recovery.FileFacade;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The free space that is kept for what must go in when the disk is full: records on their way,
 * records that make room, the next checkpoint, a segment that takes the place of sparse ones.
 *
 * <p><i>Thread:</i> any.
 */
public final class Reserve {
  private final FileFacade files;
  private final Path directory;
  private final long bytes;
  private volatile long checkpointBytes;

  /**
   * @param bytes without the checkpoint
   * @param checkpointBytes length of the newest checkpoint; the next one may be twice as long
   */
  public Reserve(
      final FileFacade files, final Path directory, final long bytes, final long checkpointBytes) {
    this.files = files;
    this.directory = directory;
    this.bytes = bytes;
    this.checkpointBytes = checkpointBytes;
  }

  void onCheckpoint(final long length) {
    checkpointBytes = length;
  }

  /** Whether less is free. */
  public boolean isTouched() throws IOException {
    final long wanted = bytes == 0 ? 0 : bytes + 2 * checkpointBytes;
    return files.usableBytes(directory) < wanted;
  }
}
