package io.mothership.journal;

import io.mothership.bus.Doorbell;
import io.mothership.bus.Pressure;
import io.mothership.frame.FrameDescriptor;
import io.mothership.frame.FrameEncoder;
import io.mothership.frame.FrameView;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.codec.Origin;
import io.mothership.frame.codec.RecordType;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The ring from ms-dispatch to ms-journal, which keeps its frames until they are overwritten and so
 * is the tail window too: a frame is written here once, appended to the journal from here,
 * acknowledged from here, and delivered to consumers near the head from here.
 *
 * <pre>
 *  position grows for ever; index = position &amp; (capacity - 1)
 *
 *   producer - capacity      released          consumed      published = producer
 *        |  still readable      |  acks pending   | to append     |
 *  ------+----------------------+-----------------+---------------+------
 *  entry: i32 frame length (negative: padding to the end), i32 unused, frame; aligned to 8
 * </pre>
 *
 * <p><i>Thread:</i> one producer (ms-dispatch), one consumer (ms-journal). <i>Allocates:</i> never.
 * <i>Back-pressure:</i> {@link Pressure#FULL} while the entry that would be overwritten is not
 * released.
 */
public final class JournalRing {
  private static final int HEADER = 8;
  private static final int ALIGNMENT = 8;

  /** One frame may take this part of the ring at most. */
  private static final int FRAME_SHARE = 3;

  private final UnsafeBuffer buffer;
  private final int capacity;
  private final int mask;
  private final int sequenceMask;
  private final long[] positions;
  private final long[] locations;
  private final AtomicLong published = new AtomicLong();
  private final AtomicLong appendedSequence;
  private final AtomicLong syncedSequence;
  private volatile boolean isFailed;
  private volatile boolean isSpaceLow;
  private volatile boolean isStalled;
  private volatile Doorbell doorbell = Doorbell.SILENT;

  // ms-dispatch only
  private final int epoch;
  private long producerPosition;
  private long releasedPosition;
  private long lastSequence;
  private long lastTimeNs;
  private long lastOutboxId;

  // ms-journal only
  private long consumerPosition;
  private boolean isSyncWanted;
  private boolean isPlainAppended;

  /**
   * @param capacity bytes, a power of two, at least {@value #FRAME_SHARE} times the largest frame
   * @param lastSequence journal sequence of the last record in the journal, 0 if it is empty
   * @param lastTimeNs its time
   * @param lastOutboxId the highest SQL outbox id in the journal
   * @param epoch of this start
   */
  public JournalRing(
      final int capacity,
      final long lastSequence,
      final long lastTimeNs,
      final long lastOutboxId,
      final int epoch) {
    if (!BitUtil.isPowerOfTwo(capacity)) {
      throw new IllegalArgumentException("capacity is not a power of two: " + capacity);
    }
    this.capacity = capacity;
    this.mask = capacity - 1;
    this.buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(capacity));
    final int entryMin = BitUtil.align(HEADER + FrameDescriptor.FRAME_LENGTH_MIN, ALIGNMENT);
    final int entries = BitUtil.findNextPositivePowerOfTwo(capacity / entryMin + 1);
    this.sequenceMask = entries - 1;
    this.positions = new long[entries];
    this.locations = new long[entries];
    this.lastSequence = lastSequence;
    this.lastTimeNs = lastTimeNs;
    this.lastOutboxId = lastOutboxId;
    this.epoch = epoch;
    this.appendedSequence = new AtomicLong(lastSequence);
    this.syncedSequence = new AtomicLong(lastSequence);
  }

  /** What is rung after each record. */
  public void doorbell(final Doorbell newDoorbell) {
    doorbell = newDoorbell;
  }

  /** The largest frame it can take. */
  public int frameLengthMax() {
    return capacity / FRAME_SHARE - HEADER;
  }

  /** Whether a frame of {@code length} bytes would be taken now; ms-dispatch. */
  public boolean hasRoom(final int length) {
    return !wouldOverwrite(BitUtil.align(HEADER + length, ALIGNMENT));
  }

  /**
   * Encodes and stamps a record and publishes it to ms-journal.
   *
   * @return its journal sequence, or a negative {@link Pressure}
   */
  @HotPath
  public long tryAppend(
      final RecordType type,
      final Origin origin,
      final int accountId,
      final int streamId,
      final long streamSequence,
      final int flags,
      final long ttlNs,
      final long outboxId,
      final long wallNs,
      final MessageView message) {
    if (isFailed) {
      return Pressure.CLOSED;
    }
    final int length = FrameEncoder.frameLength(message);
    if (length > frameLengthMax()) {
      return Pressure.TOO_LARGE;
    }
    final int entryLength = BitUtil.align(HEADER + length, ALIGNMENT);
    if (wouldOverwrite(entryLength)) {
      return Pressure.FULL;
    }
    int index = (int) producerPosition & mask;
    if (entryLength > capacity - index) {
      buffer.putInt(index, -(capacity - index));
      producerPosition += capacity - index;
      index = 0;
    }
    final int frame = index + HEADER;
    final long sequence = lastSequence + 1;
    // Behind a clock that was ahead, times still tell the order.
    lastTimeNs = wallNs >= lastTimeNs ? wallNs : lastTimeNs + 1;
    lastOutboxId = Math.max(lastOutboxId, outboxId);
    FrameEncoder.encode(buffer, frame, type, origin, accountId, message);
    FrameEncoder.stamp(buffer, frame, streamId, streamSequence, sequence, lastTimeNs, epoch, flags);
    FrameEncoder.ttlNs(buffer, frame, ttlNs);
    FrameEncoder.outboxId(buffer, frame, outboxId);
    buffer.putInt(index, length);
    positions[(int) sequence & sequenceMask] = producerPosition;
    producerPosition += entryLength;
    lastSequence = sequence;
    published.setRelease(producerPosition);
    doorbell.ring();
    return sequence;
  }

  /** Journal sequence of the last record taken; ms-dispatch. */
  public long lastSequence() {
    return lastSequence;
  }

  /** Record time of the last record taken; ms-dispatch. */
  public long lastTimeNs() {
    return lastTimeNs;
  }

  /** The highest SQL outbox id of a record in ring or journal; ms-dispatch. */
  public long lastOutboxId() {
    return lastOutboxId;
  }

  /** Stamped into every record. */
  public int epoch() {
    return epoch;
  }

  /** Bytes taken since the start, about those that the journal grew by; ms-dispatch. */
  public long writtenBytes() {
    return producerPosition;
  }

  /** Wraps a frame that is not released yet; ms-dispatch. */
  public FrameView pending(final long sequence, final FrameView frame) {
    final long position = positions[(int) sequence & sequenceMask];
    return frame.wrap(buffer, ((int) position & mask) + HEADER);
  }

  /** Where an appended record lies in the journal; ms-dispatch, for records not released yet. */
  public long location(final long sequence) {
    return locations[(int) sequence & sequenceMask];
  }

  /** Lets go of everything up to a record: it may be overwritten when the space is needed. */
  public void release(final long sequence) {
    final long position = positions[(int) sequence & sequenceMask];
    final int length = buffer.getInt((int) position & mask);
    releasedPosition = position + BitUtil.align(HEADER + length, ALIGNMENT);
  }

  /** Wraps a frame if it is still in the window; ms-dispatch. */
  public boolean read(final long sequence, final FrameView frame) {
    if (sequence > lastSequence || sequence <= lastSequence - positions.length || sequence <= 0) {
      return false;
    }
    final long position = positions[(int) sequence & sequenceMask];
    if (position < producerPosition - capacity) {
      return false;
    }
    final int index = (int) position & mask;
    if (buffer.getInt(index) < FrameDescriptor.FRAME_LENGTH_MIN) {
      return false;
    }
    frame.wrap(buffer, index + HEADER);
    return frame.journalSequence() == sequence;
  }

  /** Highest journal sequence appended to the journal. Any thread. */
  public long appendedSequence() {
    return appendedSequence.getAcquire();
  }

  /** Highest journal sequence that survives a power cut. Any thread. */
  public long syncedSequence() {
    return syncedSequence.getAcquire();
  }

  /** Whether the journal takes no more writes until restart. Any thread. */
  public boolean isFailed() {
    return isFailed;
  }

  /** Whether the disk is so full that no new messages should be taken. Any thread. */
  public boolean isSpaceLow() {
    return isSpaceLow;
  }

  /** Whether records wait because the disk has no room for them. Any thread. */
  public boolean isStalled() {
    return isStalled;
  }

  /** Whether everything taken was appended. Any thread. */
  boolean isDrained() {
    return published.getAcquire() == consumerPosition;
  }

  /**
   * Appends what was published, up to about {@code bytesMax}; ms-journal. If the journal cannot
   * take a frame, those before it count all the same, and it is the next to be appended.
   *
   * @return records appended; whether any asked for a sync is told by {@link #takeSyncWanted},
   *     whether any did not by {@link #takePlainAppended}
   */
  int drainTo(final Journal journal, final int bytesMax) {
    final long limit = Math.min(published.getAcquire(), consumerPosition + bytesMax);
    long position = consumerPosition;
    long sequence = -1;
    int count = 0;
    try {
      while (position < limit) {
        final int index = (int) position & mask;
        final int length = buffer.getInt(index);
        if (length < 0) {
          position -= length;
          continue;
        }
        final int frame = index + HEADER;
        final long next =
            buffer.getLong(
                frame + FrameDescriptor.JOURNAL_SEQUENCE_OFFSET, FrameDescriptor.BYTE_ORDER);
        locations[(int) next & sequenceMask] = journal.append(buffer, frame, length);
        sequence = next;
        final boolean isSynced =
            (buffer.getShort(frame + FrameDescriptor.FLAGS_OFFSET, FrameDescriptor.BYTE_ORDER)
                    & FrameDescriptor.FLAG_SYNCED)
                != 0;
        isSyncWanted |= isSynced;
        isPlainAppended |= !isSynced;
        position += BitUtil.align(HEADER + length, ALIGNMENT);
        count++;
      }
    } finally {
      consumerPosition = position;
      if (count != 0) {
        appendedSequence.setRelease(sequence);
      }
    }
    return count;
  }

  /** Whether a record appended since the last call asked for a sync; ms-journal. */
  boolean takeSyncWanted() {
    final boolean wasWanted = isSyncWanted;
    isSyncWanted = false;
    return wasWanted;
  }

  /** Whether a record appended since the last call asked for no sync; ms-journal. */
  boolean takePlainAppended() {
    final boolean wasAppended = isPlainAppended;
    isPlainAppended = false;
    return wasAppended;
  }

  /** Tells ms-dispatch whether to take new messages; ms-journal. */
  void spaceLow(final boolean isLow) {
    isSpaceLow = isLow;
  }

  /** Tells ms-dispatch whether waiting for the journal to catch up is in vain; ms-journal. */
  void stalled(final boolean isNowStalled) {
    isStalled = isNowStalled;
  }

  /** Everything appended is synced; ms-journal. */
  void markSynced() {
    syncedSequence.setRelease(appendedSequence.getPlain());
  }

  /** No more writes until restart; ms-journal. */
  void markFailed() {
    isFailed = true;
  }

  private boolean wouldOverwrite(final int entryLength) {
    final int index = (int) producerPosition & mask;
    final int toEnd = capacity - index;
    final long needed = entryLength > toEnd ? (long) toEnd + entryLength : entryLength;
    return producerPosition + needed - capacity > releasedPosition;
  }
}
