package io.mothership.storage.retention;

import io.mothership.frame.FrameView;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.Relocations;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.SegmentDescriptor;
import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import io.mothership.storage.recovery.SegmentWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * Writes the living messages of neighbouring segments into one that takes their place. It is synced
 * before it gets its name; from then on it stands for all of them, also after a power cut.
 *
 * <p><i>Thread:</i> ms-upkeep, once.
 */
final class SegmentRewriting {
  private static final SecureRandom SALTS = new SecureRandom();

  private final FileFacade files;
  private final Path directory;
  private final List<SegmentIndex> group;
  private final List<LiveMessages.Message> messages;
  private final SegmentDescriptor descriptor;
  private final Relocations moved = new Relocations();
  private final Relocations lost = new Relocations();
  private boolean isLeftBehind;

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
        SegmentDescriptor.replacing(
            SegmentDescriptor.Kind.REWRITTEN,
            first.segment() + 1,
            SALTS.nextLong(),
            group.getLast().segment(),
            first.firstSequence(),
            first.firstTimeNs(),
            epoch);
  }

  /** Messages at their new places, after {@link #run} wrote the segment. */
  Relocations moved() {
    return moved;
  }

  /** Messages that nobody will ever read, after {@link #run} wrote none because of them. */
  Relocations lost() {
    return lost;
  }

  /**
   * Writes the segment.
   *
   * @return empty if a message cannot be read: everything stays as it was, and {@link #lost} has
   *     those that nobody ever will
   * @throws IOException everything stays as it was, unless {@link #isLeftBehind}
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
      files.rename(temporary, target);
    } catch (final IOException e) {
      files.delete(temporary);
      throw e;
    }
    try {
      files.syncDirectory(directory);
    } catch (final IOException e) {
      takeBack(target, e);
      throw e;
    }
    return Optional.of(index);
  }

  /**
   * Nobody will read it, but the next start would take it for what stands for the group, also after
   * the group's messages were written into other segments.
   */
  private void takeBack(final Path target, final IOException cause) {
    isLeftBehind = true;
    try {
      files.delete(target);
      files.syncDirectory(directory);
      isLeftBehind = false;
    } catch (final IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Whether a segment that {@link #run} did not answer is on the disk and may stand for the group
   * at the next start: until then none of the group may be written anew together with others.
   */
  boolean isLeftBehind() {
    return isLeftBehind;
  }

  private boolean write(
      final JournalReader reader, final FileChannel channel, final SegmentIndex index)
      throws IOException {
    final SegmentWriter writer = new SegmentWriter(files, channel, descriptor);
    final FrameView frame = new FrameView();
    boolean isWhole = true;
    for (final LiveMessages.Message message : messages) {
      if (!reader.read(message.location(), frame)
          || frame.streamId() != message.streamId()
          || frame.streamSequence() != message.streamSequence()) {
        isWhole = false;
        if (reader.isLost()) {
          lost.addLost(message.streamId(), message.streamSequence(), message.location());
        }
        continue;
      }
      if (!isWhole) {
        continue;
      }
      final int frameOffset = writer.append(frame);
      index.add(frame.journalSequence(), frame.timeNs(), frameOffset);
      moved.add(
          message.streamId(),
          message.streamSequence(),
          Location.of(descriptor.segment(), frameOffset));
    }
    if (!isWhole) {
      return false;
    }
    index.publish(writer.finish());
    return true;
  }
}
