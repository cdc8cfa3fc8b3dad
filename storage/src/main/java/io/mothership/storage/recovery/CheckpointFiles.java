package io.mothership.storage.recovery;

import io.mothership.error.MothershipException;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.FrozenState;
import io.mothership.journal.StateDecoder;
import io.mothership.journal.StateEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.agrona.BufferUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints as files in {@code checkpoint/}: written beside, synced, renamed, so that a file with
 * a final name is whole; its CRC covers all of it.
 *
 * <p><i>Thread:</i> one at a time.
 */
public final class CheckpointFiles {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFiles.class);
  private static final String SUFFIX = ".checkpoint";
  private static final String UNFINISHED_SUFFIX = ".tmp";
  private static final int MAGIC = 0x5048434D;
  private static final int VERSION = 2;
  private static final int HEADER_LENGTH = 64;
  private static final int HEADER_CRC_OFFSET = HEADER_LENGTH - Integer.BYTES;
  private static final int WRITE_LENGTH = 64 * 1024;
  private static final int KEPT = 2;

  private final FileFacade files;
  private final Path directory;

  public CheckpointFiles(final FileFacade files, final Path dataDirectory) {
    this.files = files;
    this.directory = dataDirectory.resolve("checkpoint");
  }

  /** Before the first one is kept: its name survives a power cut only in a directory that does. */
  void createDirectory() throws IOException {
    files.createDirectories(directory);
  }

  /**
   * Keeps a checkpoint; when this returns it survives a power cut, and of the older ones the newest
   * is kept.
   *
   * @param rewritten numbers of the rewritten segments to whose places the state refers
   * @return bytes written
   * @throws MothershipException {@code CHECKPOINT_FAILED}: the older ones are intact
   */
  public long write(final Checkpoint checkpoint, final int[] rewritten, final FrozenState state) {
    final String digits = Long.toString(checkpoint.journalSequence());
    final Path target = directory.resolve("0".repeat(19 - digits.length()) + digits + SUFFIX);
    final Path temporary = target.resolveSibling(target.getFileName() + UNFINISHED_SUFFIX);
    try {
      createDirectory();
      files.delete(temporary);
      final long length;
      try (FileChannel channel = files.open(temporary)) {
        length = new Writing(channel).run(checkpoint, rewritten, state);
        files.sync(channel);
      }
      files.rename(temporary, target);
      files.syncDirectory(directory);
      final List<Path> newestFirst = list();
      for (final Path old :
          newestFirst.subList(Math.min(KEPT, newestFirst.size()), newestFirst.size())) {
        files.delete(old);
      }
      return length;
    } catch (final IOException | UncheckedIOException e) {
      giveUp(temporary, e);
      throw failed("cannot write checkpoint: path=" + target + ", cause=" + e, e);
    }
  }

  /** For whoever could not keep one. */
  public static MothershipException failed(final String what, final Exception cause) {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT, "CHECKPOINT_FAILED", what, cause);
  }

  private void giveUp(final Path temporary, final Exception cause) {
    try {
      // What was written of it takes space that others need.
      files.delete(temporary);
    } catch (final IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Deletes what a stop left unfinished. */
  void deleteUnfinished() throws IOException {
    if (Files.isDirectory(directory)) {
      try (var found = Files.newDirectoryStream(directory, "*" + UNFINISHED_SUFFIX)) {
        for (final Path file : found) {
          files.delete(file);
        }
      }
    }
  }

  /** Bytes of the newest one, 0 if there is none. */
  public long newestLength() throws IOException {
    final List<Path> newestFirst = list();
    return newestFirst.isEmpty() ? 0 : Files.size(newestFirst.getFirst());
  }

  /** One file being written: the state first, then the header, which knows its CRC. */
  private final class Writing {
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private long position = HEADER_LENGTH;

    private Writing(final FileChannel channel) {
      this.channel = channel;
    }

    private long run(final Checkpoint checkpoint, final int[] rewritten, final FrozenState state)
        throws IOException {
      final StateEncoder out = new StateEncoder(WRITE_LENGTH, this::append);
      out.i32(rewritten.length).ints(rewritten, 0, rewritten.length);
      state.encode(out);
      out.finish();
      final ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
      header.putInt(0, MAGIC).putInt(4, VERSION).putInt(8, (int) crc.getValue());
      header.putLong(16, checkpoint.journalSequence()).putLong(24, checkpoint.location());
      header.putLong(32, checkpoint.timeNs()).putLong(40, checkpoint.outboxId());
      header.putInt(48, checkpoint.epoch()).putLong(52, position - HEADER_LENGTH);
      header.putInt(HEADER_CRC_OFFSET, headerCrc(header));
      files.write(channel, header, 0);
      return position;
    }

    private void append(final ByteBuffer part) {
      try {
        crc.update(part.duplicate());
        final int length = part.remaining();
        files.write(channel, part, position);
        position += length;
      } catch (final IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Files with a final name, newest first; nothing of them was looked at. */
  public List<Path> list() throws IOException {
    final List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
        entries.forEach(found::add);
      }
    }
    found.sort(Comparator.comparing((Path file) -> file.getFileName().toString()).reversed());
    return found;
  }

  /**
   * A checkpoint file whose every byte was verified, in memory outside the heap.
   *
   * <p>To be closed by whoever opened it; the state is not to be looked at afterwards.
   */
  public static final class Opened implements AutoCloseable {
    private final Checkpoint checkpoint;
    private final int[] rewritten;
    private final StateDecoder state;
    private final ByteBuffer file;

    private Opened(
        final Checkpoint checkpoint,
        final int[] rewritten,
        final StateDecoder state,
        final ByteBuffer file) {
      this.checkpoint = checkpoint;
      this.rewritten = rewritten;
      this.state = state;
      this.file = file;
    }

    public Checkpoint checkpoint() {
      return checkpoint;
    }

    /** Whether the state refers to places in a segment that was written anew. */
    boolean knows(final int segment) {
      for (final int known : rewritten) {
        if (known == segment) {
          return true;
        }
      }
      return false;
    }

    StateDecoder state() {
      return state;
    }

    /** All that was encoded, little endian. */
    public ByteBuffer bytes() {
      return stateIn(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() {
      BufferUtil.free(file);
    }
  }

  /** Whether a file holds a good checkpoint of this version. */
  static boolean isGood(final FileFacade files, final Path file) throws IOException {
    final Optional<Opened> opened = open(files, file);
    opened.ifPresent(Opened::close);
    return opened.isPresent();
  }

  /**
   * The checkpoint in a file; empty if it is damaged, of another version, or the disk cannot read
   * it. What a disk cannot read is no error in a mapping, so it is read in the ordinary way.
   *
   * @throws OutOfMemoryError if there is no room for it
   */
  public static Optional<Opened> open(final FileFacade files, final Path path) throws IOException {
    final ByteBuffer file;
    try (FileChannel channel = files.openToRead(path)) {
      if (channel.size() < HEADER_LENGTH || channel.size() > Integer.MAX_VALUE) {
        return Optional.empty();
      }
      file = ByteBuffer.allocateDirect((int) channel.size()).order(ByteOrder.LITTLE_ENDIAN);
      if (!isRead(files, channel, file) || !isWhole(file)) {
        BufferUtil.free(file);
        return Optional.empty();
      }
    }
    final Checkpoint checkpoint =
        new Checkpoint(
            file.getLong(16),
            file.getLong(24),
            file.getInt(48),
            file.getLong(32),
            file.getLong(40));
    final StateDecoder state = new StateDecoder(stateIn(file));
    final int[] rewritten = new int[state.count(Integer.BYTES)];
    state.ints(rewritten, 0, rewritten.length);
    return Optional.of(new Opened(checkpoint, rewritten, state, file));
  }

  private static boolean isRead(
      final FileFacade files, final FileChannel channel, final ByteBuffer target) {
    try {
      files.read(channel, target, 0);
      return !target.hasRemaining();
    } catch (final IOException e) {
      LOG.error("a checkpoint cannot be read: {}", e.toString());
      return false;
    }
  }

  private static ByteBuffer stateIn(final ByteBuffer file) {
    return file.slice(HEADER_LENGTH, file.capacity() - HEADER_LENGTH);
  }

  private static boolean isWhole(final ByteBuffer file) {
    final ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
    header.put(0, file, 0, HEADER_LENGTH);
    if (header.getInt(0) != MAGIC || header.getInt(HEADER_CRC_OFFSET) != headerCrc(header)) {
      return false;
    }
    FormatVersion.refuseNewer("a checkpoint", header.getInt(4), VERSION);
    if (header.getInt(4) != VERSION || header.getLong(52) != file.capacity() - HEADER_LENGTH) {
      return false;
    }
    final CRC32C crc = new CRC32C();
    crc.update(stateIn(file));
    return (int) crc.getValue() == header.getInt(8);
  }

  private static int headerCrc(final ByteBuffer header) {
    final CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, HEADER_CRC_OFFSET);
    return (int) crc.getValue();
  }
}
