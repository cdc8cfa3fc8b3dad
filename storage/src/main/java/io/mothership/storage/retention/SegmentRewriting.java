package io.mothership.storage.retention;

import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.STAMP_LENGTH;
import static io.mothership.storage.recovery.SegmentDescriptor.WORD_LENGTH;

import io.mothership.journal.FrameCrc;
import io.mothership.journal.FrameView;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.Relocations;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentDescriptor;
import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes the living messages of neighbouring segments into one that takes their place. It is synced
 * before it gets its name; from then on it stands for all of them, also after a power cut.
 *
 * <p><i>Thread:</i> ms-upkeep, once.
 */
final class SegmentRewriting {
  private static final SecureRandom SALTS = new SecureRandom();
  private static final int BUFFER_LENGTH = 256 * 1024;

  private final FileFacade files;
  private final Path directory;
  private final List<SegmentIndex> group;
  private final List<LiveMessages.Message> messages;
  private final SegmentDescriptor descriptor;
  private final Relocations moved = new Relocations();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_LENGTH);
  private final UnsafeBuffer bytes = new UnsafeBuffer(buffer);
  private int position;

  SegmentRewriting(
      final FileFacade files,
      final Path directory,
      final List<SegmentIndex> group,
      final List<LiveMessages.Message> messages,
      final int epoch) {
    this.files = files;
    this.directory = directory;
    this.group = group;
    this.messages = messages;
    final SegmentIndex first = group.getFirst();
    this.descriptor =
        SegmentDescriptor.rewritten(
            first.segment() + 1,
            SALTS.nextLong(),
            group.getLast().segment(),
            first.firstSequence(),
            first.firstTimeNs(),
            epoch);
  }

  /** Messages at their new places, after {@link #run}. */
  Relocations moved() {
    return moved;
  }

  /**
   * Writes the segment.
   *
   * @return empty if a message cannot be read: everything stays as it was
   */
  Optional<SegmentIndex> run(final JournalReader reader) throws IOException {
    final Path target = SegmentFiles.sealed(directory, descriptor.segment());
    final Path temporary = SegmentFiles.unfinished(directory, descriptor.segment());
    files.delete(temporary);
    final SegmentIndex index = new SegmentIndex(descriptor, target);
    try (FileChannel channel = files.open(temporary)) {
      if (!write(reader, channel, index)) {
        files.delete(temporary);
        return Optional.empty();
      }
      files.sync(channel);
    } catch (final IOException e) {
      files.delete(temporary);
      throw e;
    }
    files.rename(temporary, target);
    files.syncDirectory(directory);
    return Optional.of(index);
  }

  private boolean write(
      final JournalReader reader, final FileChannel channel, final SegmentIndex index)
      throws IOException {
    buffer.clear();
    bytes.putInt(0, SegmentDescriptor.bodyLength(0), ByteOrder.LITTLE_ENDIAN);
    descriptor.encodeBody(bytes, WORD_LENGTH, new FrameCrc());
    buffer.position(descriptor.dataOffset());
    final FrameView frame = new FrameView();
    for (final LiveMessages.Message message : messages) {
      if (!reader.read(message.location(), frame)
          || frame.streamId() != message.streamId()
          || frame.streamSequence() != message.streamSequence()) {
        return false;
      }
      final int recordLength = SegmentDescriptor.align(PREFIX_LENGTH + frame.length());
      room(channel, recordLength);
      final int frameOffset = position + buffer.position() + PREFIX_LENGTH;
      final int at = buffer.position();
      bytes.putInt(at, STAMP_LENGTH + frame.length(), ByteOrder.LITTLE_ENDIAN);
      bytes.putInt(at + WORD_LENGTH, descriptor.stampAt(frameOffset), ByteOrder.LITTLE_ENDIAN);
      bytes.setMemory(at + recordLength - 4, 4, (byte) 0);
      bytes.putBytes(at + PREFIX_LENGTH, frame.buffer(), frame.offset(), frame.length());
      buffer.position(at + recordLength);
      index.add(frame.journalSequence(), frame.timeNs(), frameOffset);
      moved.add(
          message.streamId(),
          message.streamSequence(),
          Location.of(descriptor.segment(), frameOffset));
    }
    flush(channel);
    index.publish(position);
    return true;
  }

  private void room(final FileChannel channel, final int length) throws IOException {
    if (buffer.remaining() >= length) {
      return;
    }
    flush(channel);
    if (buffer.capacity() < length) {
      buffer = ByteBuffer.allocateDirect(length);
      bytes.wrap(buffer);
    }
  }

  private void flush(final FileChannel channel) throws IOException {
    final int length = buffer.flip().remaining();
    files.write(channel, buffer, position);
    position += length;
    buffer.clear();
  }
}
