package io.mothership.storage.journal;

import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentDescriptor;
import io.mothership.storage.recovery.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The segment being written, seen through our own descriptor of its file: allocation ahead, sync,
 * synced cell.
 *
 * <p><i>Thread:</i> ms-journal. <i>Allocates:</i> nothing after construction.
 */
final class ActiveSegment implements AutoCloseable {
  /**
   * Chronicle writes a few bytes after a document: the end mark, and zeros for the next length
   * word.
   */
  static final int MARGIN = 4096;

  private final FileFacade files;
  private final FileChannel channel;
  private final SegmentIndex index;
  private final SpaceAhead space;
  private final ByteBuffer cell =
      ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private final int segmentBytes;
  private int nextOffset;
  private int allocatedTo;
  private int syncedTo;

  ActiveSegment(
      final FileFacade files,
      final FileChannel channel,
      final SegmentIndex index,
      final SpaceAhead space,
      final int segmentBytes,
      final int allocatedTo) {
    this.files = files;
    this.channel = channel;
    this.index = index;
    this.space = space;
    this.segmentBytes = segmentBytes;
    this.allocatedTo = allocatedTo;
    this.nextOffset = index.end();
    this.syncedTo = index.end();
  }

  SegmentIndex index() {
    return index;
  }

  SegmentDescriptor descriptor() {
    return index.descriptor();
  }

  /** Offset of the next record's length word. */
  int nextOffset() {
    return nextOffset;
  }

  boolean hasRoom(final int recordLength) {
    return nextOffset <= segmentBytes - recordLength - MARGIN;
  }

  boolean isAllocated(final int recordLength) {
    return nextOffset + recordLength + MARGIN <= allocatedTo;
  }

  /**
   * Writes zeros in front of the appender, so that the file system has given the space when
   * Chronicle touches the mapping: a full disk is an error here, and a killed process there.
   */
  void allocate(final int recordLength) throws IOException {
    final int needed = nextOffset + recordLength + MARGIN;
    final int target =
        Math.min(
            Math.max(segmentBytes, needed), Math.max(needed, allocatedTo + space.aheadBytes()));
    space.allocate(channel, Math.max(allocatedTo, nextOffset), target);
    allocatedTo = Math.max(allocatedTo, target);
  }

  /** A record was appended; readers may see it now. */
  void advance(final int newNextOffset) {
    nextOffset = newNextOffset;
    index.publish(newNextOffset);
  }

  boolean isDirty() {
    return syncedTo != nextOffset;
  }

  void sync() throws IOException {
    files.sync(channel);
    syncedTo = nextOffset;
    cell.clear();
    cell.putLong(0, descriptor().cell(syncedTo));
    files.write(channel, cell, descriptor().cellOffset());
  }

  /**
   * Cuts off what Chronicle has made the file longer than its records need: a hole as long as the
   * segment or longer, which every later look for the file's end would go through. Nothing may be
   * appended afterwards.
   */
  void trim() throws IOException {
    final long needed = Math.max(allocatedTo, nextOffset + MARGIN);
    if (channel.size() > needed) {
      files.truncate(channel, needed);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
