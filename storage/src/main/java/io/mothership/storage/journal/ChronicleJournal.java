package io.mothership.storage.journal;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;
import static io.mothership.frame.FrameDescriptor.FLAGS_OFFSET;
import static io.mothership.frame.FrameDescriptor.FLAG_COPIED;
import static io.mothership.frame.FrameDescriptor.FRAME_LENGTH_MIN;
import static io.mothership.frame.FrameDescriptor.JOURNAL_SEQUENCE_OFFSET;
import static io.mothership.frame.FrameDescriptor.OUTBOX_ID_OFFSET;
import static io.mothership.frame.FrameDescriptor.TIME_OFFSET;
import static io.mothership.storage.recovery.SegmentDescriptor.PREFIX_LENGTH;

import io.mothership.error.MothershipException;
import io.mothership.frame.FrameCrc;
import io.mothership.frame.HotPath;
import io.mothership.frame.codec.RecordType;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalReader;
import io.mothership.journal.Location;
import io.mothership.journal.RecoveryListener;
import io.mothership.journal.Upkeep;
import io.mothership.storage.recovery.CheckpointFiles;
import io.mothership.storage.recovery.FailureMark;
import io.mothership.storage.recovery.JournalState;
import io.mothership.storage.recovery.Recovery;
import io.mothership.storage.recovery.RecoveryReport;
import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import io.mothership.storage.recovery.SegmentTable;
import io.mothership.storage.retention.JournalUpkeep;
import io.mothership.storage.retention.Reserve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.DirectBuffer;

/**
 * The journal of a data directory, on one Chronicle queue whose cycles are our segments.
 *
 * <p><i>Thread:</i> opened and closed by one thread, written by ms-journal, read through {@link
 * #reader} by any. <i>Allocates:</i> nothing per append; a few objects per segment.
 */
public final class ChronicleJournal implements Journal {
  private static final int MESSAGE = RecordType.MESSAGE.value();

  private final JournalConfig config;
  private final Path directory;

  /** Unless somebody else has it. */
  private final Optional<DirectoryLock> lock;

  private final RecoveryReport report;
  private final SegmentTable segments;
  private final Reserve reserve;
  private final JournalUpkeep upkeep;
  private final ChronicleAppender appender;
  private final SpaceAhead space;
  private final FrameCrc crc = new FrameCrc();
  private final LongAdder damagedReads = new LongAdder();
  private ActiveSegment active;
  private int nextSegment;
  private long lastSequence;
  private long lastTimeNs;
  private long lastOutboxId;
  private boolean isSpaceLow;
  private volatile Throwable failure;
  private boolean isClosed;

  private ChronicleJournal(
      final JournalConfig config,
      final Optional<DirectoryLock> lock,
      final RecoveryListener listener)
      throws IOException {
    this.config = config;
    this.lock = lock;
    this.directory = SegmentFiles.journalDirectory(config.dataDirectory());
    this.space = new SpaceAhead(config.files(), config.allocateAheadBytes());
    final Recovery.Recovered recovered =
        new Recovery(config.files(), config.dataDirectory(), config.segmentBytes(), listener).run();
    this.report = recovered.report();
    this.segments = new SegmentTable(recovered.segments());
    this.nextSegment = recovered.nextSegment();
    this.lastSequence = report.lastSequence();
    this.lastTimeNs = report.lastTimeNs();
    this.lastOutboxId = report.lastOutboxId();
    JournalState.open(report.epoch(), SegmentFiles.before(nextSegment))
        .write(config.files(), directory);
    config.files().syncDirectory(config.dataDirectory());
    this.reserve =
        new Reserve(
            config.files(),
            directory,
            config.reserveBytes(),
            new CheckpointFiles(config.files(), config.dataDirectory()).newestLength());
    this.upkeep =
        new JournalUpkeep(
            config.files(),
            config.dataDirectory(),
            segments,
            this::reader,
            recovered.checkpoint(),
            reserve,
            config.segmentBytes(),
            config.budgetBytes(),
            config.loadedBytesMax(),
            report.epoch());
    allocateMetadata();
    if (recovered.active().isPresent()) {
      active = resume(recovered.active().get());
    }
    this.appender =
        new ChronicleAppender(
            directory,
            config.segmentBytes(),
            active == null ? nextSegment : active.index().segment());
  }

  /** Opens a journal, recovering it first; the listener sees every good record in order. */
  public static ChronicleJournal open(final JournalConfig config, final RecoveryListener listener) {
    return open(config, Optional.of(DirectoryLock.acquire(config.dataDirectory())), listener);
  }

  /** The same for who has locked the directory, and lets it go after the journal was closed. */
  public static ChronicleJournal openLocked(
      final JournalConfig config, final RecoveryListener listener) {
    return open(config, Optional.empty(), listener);
  }

  private static ChronicleJournal open(
      final JournalConfig config,
      final Optional<DirectoryLock> lock,
      final RecoveryListener listener) {
    boolean isOpen = false;
    try {
      ChronicleAppender.prepare();
      final ChronicleJournal journal = new ChronicleJournal(config, lock, listener);
      isOpen = true;
      return journal;
    } catch (final IOException e) {
      throw new MothershipException(
          MothershipException.Category.ENVIRONMENT,
          "JOURNAL_UNREADABLE",
          "cannot open the journal: path=" + config.dataDirectory() + ", cause=" + e,
          e);
    } finally {
      if (!isOpen) {
        lock.ifPresent(DirectoryLock::close);
      }
    }
  }

  /** What the open found. */
  public RecoveryReport report() {
    return report;
  }

  @Override
  public Optional<Upkeep> upkeep() {
    return Optional.of(upkeep);
  }

  /** How often a reader was refused a damaged frame. */
  public long damagedReads() {
    return damagedReads.sum();
  }

  /** The longest frame {@link #append} takes. */
  public int frameLengthMax() {
    return config.frameLengthMax();
  }

  @Override
  public void awaitOpen() {
    requireUsable();
    try {
      appender.awaitOpen();
    } catch (final IllegalStateException e) {
      throw failed(e);
    }
  }

  @Override
  @HotPath
  public long append(final DirectBuffer buffer, final int offset, final int length) {
    requireUsable();
    requireLength(length);
    final int recordLength = PREFIX_LENGTH + length;
    if (active == null || !active.hasRoom(recordLength)) {
      roll(buffer, offset, recordLength);
    }
    if (!active.isAllocated(recordLength)) {
      allocate(recordLength);
    }
    return write(buffer, offset, length);
  }

  private void requireLength(final int length) {
    if (length < FRAME_LENGTH_MIN || length > config.frameLengthMax()) {
      throw new IllegalArgumentException(
          "frame length: min="
              + FRAME_LENGTH_MIN
              + ", max="
              + config.frameLengthMax()
              + ", actual="
              + length);
    }
  }

  @HotPath
  private long write(final DirectBuffer buffer, final int offset, final int length) {
    final int recordOffset = active.nextOffset();
    final int frameOffset = recordOffset + PREFIX_LENGTH;
    try {
      appender.append(
          recordOffset,
          active.descriptor().stampAt(frameOffset),
          crc.compute(buffer, offset, length),
          buffer,
          offset,
          length);
    } catch (final Throwable e) {
      // A page fault that the disk can't serve arrives as an InternalError.
      throw failed(e);
    }
    final long timeNs = buffer.getLong(offset + TIME_OFFSET, BYTE_ORDER);
    if (!isCopied(buffer, offset)) {
      lastSequence = buffer.getLong(offset + JOURNAL_SEQUENCE_OFFSET, BYTE_ORDER);
      active.index().add(lastSequence, timeNs, frameOffset);
      lastTimeNs = timeNs;
    }
    lastOutboxId = Math.max(lastOutboxId, buffer.getLong(offset + OUTBOX_ID_OFFSET, BYTE_ORDER));
    active.advance((frameOffset + length + 3) & ~3);
    return Location.of(active.index().segment(), frameOffset);
  }

  @Override
  public void sync() {
    requireUsable();
    syncActive();
  }

  private void syncActive() {
    if (active != null && active.isDirty()) {
      try {
        active.sync();
      } catch (final Throwable e) {
        throw failed(e);
      }
    }
  }

  @Override
  public JournalReader reader() {
    return new SegmentReader(config.files(), segments, damagedReads);
  }

  /** Numbers of all segments, oldest first; the last one may be being written. */
  public int[] segments() {
    final SegmentIndex[] all = segments.all();
    final int[] numbers = new int[all.length];
    for (int i = 0; i < all.length; i++) {
      numbers[i] = all[i].segment();
    }
    return numbers;
  }

  /** What was freed and written anew. Any thread. */
  JournalUpkeep retention() {
    return upkeep;
  }

  /** Segments there are now. Any thread. */
  public int segmentCount() {
    return segments.all().length;
  }

  /** Bytes of all segments up to their last records. Any thread. */
  public long usedBytes() {
    long bytes = 0;
    for (final SegmentIndex segment : segments.all()) {
      bytes += segment.end();
    }
    return bytes;
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try {
      if (failure == null) {
        closeCleanly();
      }
    } finally {
      closeQuietly();
    }
  }

  private void closeCleanly() {
    syncActive();
    try {
      new JournalState(
              true,
              report.epoch(),
              active == null ? SegmentFiles.before(nextSegment) : active.index().segment(),
              active == null ? 0 : active.nextOffset(),
              lastSequence,
              lastTimeNs,
              lastOutboxId)
          .write(config.files(), directory);
    } catch (final IOException e) {
      throw failed(e);
    }
  }

  private void closeQuietly() {
    try {
      appender.close();
      if (active != null) {
        if (failure == null) {
          active.trim();
        }
        active.close();
      }
    } catch (final IOException e) {
      throw failed(e);
    } finally {
      lock.ifPresent(DirectoryLock::close);
    }
  }

  private ActiveSegment resume(final SegmentIndex index) throws IOException {
    final FileChannel channel = config.files().open(index.file());
    return new ActiveSegment(
        config.files(), channel, index, space, config.segmentBytes(), index.end());
  }

  private void roll(final DirectBuffer buffer, final int offset, final int recordLength) {
    isSpaceLow = isBelowReserve();
    sync();
    final int segment = nextSegment;
    if (segment > SegmentFiles.SEGMENT_MAX) {
      throw failed(new IllegalStateException("no segment numbers left"));
    }
    awaitOpen();
    final FileChannel channel = createFile(segment, recordLength);
    nextSegment = SegmentFiles.next(segment);
    try {
      appender.segment(segment);
      final ActiveSegment created =
          SegmentCreation.run(
              config, appender, channel, beginning(segment, buffer, offset), space, directory);
      sealActive();
      config.files().syncDirectory(directory);
      active = created;
      segments.add(created.index());
    } catch (final Throwable e) {
      throw failed(e);
    }
  }

  private SegmentCreation.Beginning beginning(
      final int segment, final DirectBuffer buffer, final int offset) {
    final SegmentIndex[] known = segments.all();
    final boolean hasPrevious =
        known.length > 0 && known[known.length - 1].segment() == SegmentFiles.before(segment);
    final boolean isCopied = isCopied(buffer, offset);
    return new SegmentCreation.Beginning(
        segment,
        hasPrevious ? known[known.length - 1].end() : 0,
        isCopied ? lastSequence + 1 : buffer.getLong(offset + JOURNAL_SEQUENCE_OFFSET, BYTE_ORDER),
        isCopied ? lastTimeNs : buffer.getLong(offset + TIME_OFFSET, BYTE_ORDER),
        report.epoch());
  }

  private static boolean isCopied(final DirectBuffer buffer, final int offset) {
    return (buffer.getShort(offset + FLAGS_OFFSET, BYTE_ORDER) & FLAG_COPIED) != 0;
  }

  /**
   * Renames the segment that was written until now; its synced records are all it will ever have,
   * and who finds it under its new name finds it with its last length.
   */
  private void sealActive() throws IOException {
    if (active != null) {
      final SegmentIndex index = active.index();
      final Path sealed = SegmentFiles.sealed(directory, index.segment());
      active.trim();
      config.files().rename(index.file(), sealed);
      index.file(sealed);
      active.close();
    }
  }

  private FileChannel createFile(final int segment, final int recordLength) {
    final Path file = SegmentFiles.active(directory, segment);
    FileChannel channel = null;
    try {
      channel = config.files().open(file);
      SegmentCreation.allocate(config, channel, space, recordLength);
      return channel;
    } catch (final IOException e) {
      throw refused(e, channel, file);
    }
  }

  private MothershipException refused(
      final IOException cause, final FileChannel channel, final Path file) {
    try {
      if (channel != null) {
        channel.close();
      }
      config.files().delete(file);
      // Should the name come back after a power cut, it would vouch for its predecessor.
      config.files().syncDirectory(directory);
    } catch (final IOException e) {
      cause.addSuppressed(e);
      return failed(cause);
    }
    return noSpaceOr(cause);
  }

  private void allocate(final int recordLength) {
    isSpaceLow = isBelowReserve();
    try {
      active.allocate(recordLength);
    } catch (final IOException e) {
      throw noSpaceOr(e);
    }
  }

  @Override
  public boolean isSpaceLow(final boolean isAskedAnew) {
    if (isAskedAnew) {
      isSpaceLow = isBelowReserve();
    }
    return isSpaceLow;
  }

  private boolean isBelowReserve() {
    try {
      return reserve.isTouched();
    } catch (final IOException e) {
      // Nothing was written: what there is no answer to is as it was.
      return isSpaceLow;
    }
  }

  /** Nothing was appended yet: no space is a state that may pass, anything else is the end. */
  private MothershipException noSpaceOr(final IOException cause) {
    final String message = String.valueOf(cause.getMessage());
    if (message.contains("No space left")
        || message.contains("quota")
        || isSmallerThan(config.allocateAheadBytes())) {
      isSpaceLow = true;
      return diskFull("cannot allocate: cause=" + message, cause);
    }
    return failed(cause);
  }

  private boolean isSmallerThan(final long bytes) {
    try {
      return config.files().usableBytes(directory) < bytes;
    } catch (final IOException e) {
      return false;
    }
  }

  private MothershipException diskFull(final String what, final Throwable cause) {
    return new MothershipException(
        MothershipException.Category.CAPACITY,
        DISK_FULL,
        "journal takes nothing more: path=" + directory + ", " + what,
        cause);
  }

  /** Chronicle's metadata file, allocated before Chronicle maps it: see {@link ActiveSegment}. */
  private void allocateMetadata() throws IOException {
    final int length = 128 * 1024;
    try (FileChannel channel = config.files().open(SegmentFiles.chronicleMetadata(directory))) {
      config.files().write(channel, ByteBuffer.allocate(length), 0);
    }
  }

  private void requireUsable() {
    if (failure != null || isClosed) {
      throw unusable();
    }
  }

  private MothershipException failed(final Throwable cause) {
    if (cause instanceof MothershipException known && failure != null) {
      return known;
    }
    if (failure == null) {
      FailureMark.set(config.files(), directory, cause);
    }
    failure = cause;
    return unusable();
  }

  private MothershipException unusable() {
    return new MothershipException(
        MothershipException.Category.ENVIRONMENT,
        "JOURNAL_FAILED",
        "journal takes no writes until it is opened again: path="
            + directory
            + ", cause="
            + (failure == null ? "closed" : failure),
        failure);
  }
}
