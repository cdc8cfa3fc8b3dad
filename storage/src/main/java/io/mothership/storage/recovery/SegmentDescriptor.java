package io.mothership.storage.recovery;

import static io.mothership.frame.FrameDescriptor.BYTE_ORDER;

import io.mothership.frame.FrameCrc;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * How a segment file is laid out, and the values in its descriptor.
 *
 * <pre>
 *  0                 Chronicle's front: header, empty index
 *  headerOffset      length word | descriptor A | CRC of image | image of the front | descriptor B
 *  dataOffset        length word | stamp | frame | padding to 4
 *                    length word | stamp | frame | padding to 4
 *                    …
 *                    end mark (in a sealed segment), zeros
 *
 *  descriptor, 64 bytes, little endian
 *   0  magic "MSEG"       4  version u16, kind u16    8  segment    12  header offset
 *  16  salt              24  data offset     28  previous end      32  first sequence
 *  40  first time, ns    48  epoch           52  CRC32C of 0..51   56  synced cell (descriptor A only)
 * </pre>
 *
 * <p>The <i>image</i> is the front as it was before the first record: restored before Chronicle
 * opens the segment again, so that Chronicle never reads a front that was not verified. A
 * <i>stamp</i> depends on the salt and the offset: bytes in a payload that look like a frame, or a
 * frame at another place, don't have it. The <i>synced cell</i> says up to where the segment was
 * synced, as known when it was written.
 *
 * @param segment segment number
 * @param headerOffset offset of the length word of the document that holds the descriptors
 * @param salt secret of the segment's stamps
 * @param dataOffset offset of the first record's length word
 * @param previousEnd offset after the last record of the segment before, 0 if there was none: a
 *     sealed segment that ends earlier has lost records. In a rewritten segment the number of the
 *     last one whose place it takes; the first has the number below its own
 * @param firstSequence no record here, copies aside, has a lower journal sequence
 * @param firstTimeNs no record here, copies aside, is older
 * @param epoch epoch in which the segment was created
 * @param kind whether it took the place of others, and what it holds of them
 */
public record SegmentDescriptor(
    int segment,
    int headerOffset,
    long salt,
    int dataOffset,
    int previousEnd,
    long firstSequence,
    long firstTimeNs,
    int epoch,
    Kind kind) {

  /** How a segment came to be; a value's ordinal is what the descriptor says. */
  public enum Kind {
    /** Record by record. */
    APPENDED,
    /** It took the place of others, and holds only the messages that lived in them. */
    REWRITTEN,
    /** It took the place of a damaged one, and holds all that was good in it. */
    REPAIRED
  }

  /** The descriptor of a segment that takes the place of others. Its front is empty. */
  public static SegmentDescriptor replacing(
      final Kind kind,
      final int segment,
      final long salt,
      final int lastReplaced,
      final long firstSequence,
      final long firstTimeNs,
      final int epoch) {
    return new SegmentDescriptor(
        segment,
        0,
        salt,
        WORD_LENGTH + bodyLength(0),
        lastReplaced,
        firstSequence,
        firstTimeNs,
        epoch,
        kind);
  }

  /** Whether it took the place of others. */
  public boolean isReplacing() {
    return kind != Kind.APPENDED;
  }

  /** Bytes of a descriptor. */
  public static final int LENGTH = 64;

  /** Chronicle's length word in front of every document. */
  public static final int WORD_LENGTH = 4;

  public static final int STAMP_LENGTH = 4;

  /** Bytes in front of a frame: length word and stamp. */
  public static final int PREFIX_LENGTH = WORD_LENGTH + STAMP_LENGTH;

  /** Chronicle's mark at the end of a sealed segment. */
  public static final int END_MARK = 0xC000_0000;

  /** What Chronicle writes behind it: a field named EOF. */
  public static final int END_NAME = 0x464F_45C3;

  /** The descriptors lie below this offset, whatever Chronicle's front becomes one day. */
  public static final int HEADER_OFFSET_MAX = 256 * 1024;

  /** Both descriptors lie within it as long as Chronicle's front is what it is today. */
  static final int FRONT_LENGTH = 16 * 1024;

  private static final int MAGIC = 0x4745534D;
  private static final int VERSION = 1;
  private static final int KIND_OFFSET = 6;
  private static final Kind[] KINDS = Kind.values();
  private static final int CRC_OFFSET = 52;
  private static final int CELL_OFFSET = 56;
  private static final long MIX = 0x9E3779B97F4A7C15L;

  /** Length of the header document's body, for a front of {@code headerOffset} bytes. */
  public static int bodyLength(final int headerOffset) {
    return align(LENGTH + Integer.BYTES + headerOffset) + LENGTH;
  }

  public static int align(final int offset) {
    return (offset + 3) & ~3;
  }

  /** Offset in the file of the CRC of the front's image; the image follows. */
  public int imageOffset() {
    return headerOffset + WORD_LENGTH + LENGTH;
  }

  public int cellOffset() {
    return headerOffset + WORD_LENGTH + CELL_OFFSET;
  }

  int copyOffset() {
    return dataOffset - LENGTH;
  }

  /** What lies between the length word and a frame at {@code offset}. */
  public int stampAt(final int offset) {
    long mixed = salt ^ (offset * MIX);
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return (int) (mixed >>> 32);
  }

  /** Writes 64 bytes; the synced cell stays empty. */
  public void encode(final MutableDirectBuffer buffer, final int offset, final FrameCrc crc) {
    buffer.setMemory(offset, LENGTH, (byte) 0);
    buffer.putInt(offset, MAGIC, BYTE_ORDER);
    buffer.putShort(offset + 4, (short) VERSION, BYTE_ORDER);
    buffer.putShort(offset + KIND_OFFSET, (short) kind.ordinal(), BYTE_ORDER);
    buffer.putInt(offset + 8, segment, BYTE_ORDER);
    buffer.putInt(offset + 12, headerOffset, BYTE_ORDER);
    buffer.putLong(offset + 16, salt, BYTE_ORDER);
    buffer.putInt(offset + 24, dataOffset, BYTE_ORDER);
    buffer.putInt(offset + 28, previousEnd, BYTE_ORDER);
    buffer.putLong(offset + 32, firstSequence, BYTE_ORDER);
    buffer.putLong(offset + 40, firstTimeNs, BYTE_ORDER);
    buffer.putInt(offset + 48, epoch, BYTE_ORDER);
    buffer.putInt(offset + CRC_OFFSET, crc.ofBytes(buffer, offset, CRC_OFFSET), BYTE_ORDER);
  }

  /** Writes the body of the header document of a segment whose front is empty. */
  public void encodeBody(final MutableDirectBuffer buffer, final int offset, final FrameCrc crc) {
    encode(buffer, offset, crc);
    final int image = offset + LENGTH + Integer.BYTES;
    buffer.putInt(offset + LENGTH, crc.ofBytes(buffer, image, 0), BYTE_ORDER);
    encode(buffer, offset + bodyLength(0) - LENGTH, crc);
  }

  /** Whether this segment took the place of another. */
  public boolean replaces(final int other) {
    return isReplacing() && segment - 1 <= other && other <= previousEnd && other != segment;
  }

  /**
   * Looks for a good copy in the first bytes of a segment file.
   *
   * @return null if there is none
   */
  static SegmentDescriptor find(
      final DirectBuffer file, final int length, final int segment, final FrameCrc crc) {
    final int limit = Math.min(length, HEADER_OFFSET_MAX) - LENGTH;
    for (int at = 0; at <= limit; at += 4) {
      if (file.getInt(at, BYTE_ORDER) == MAGIC) {
        final SegmentDescriptor found = decode(file, at, length, segment, crc);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** Whether both copies are as they were written. */
  boolean isWhole(final DirectBuffer file, final int length, final FrameCrc crc) {
    return equals(decode(file, headerOffset + WORD_LENGTH, length, segment, crc))
        && equals(decode(file, copyOffset(), length, segment, crc));
  }

  /** Whether the image of the front can be restored. */
  boolean hasImage(final DirectBuffer file, final FrameCrc crc) {
    return file.getInt(imageOffset(), BYTE_ORDER)
        == crc.ofBytes(file, imageOffset() + Integer.BYTES, headerOffset);
  }

  /** A value for the synced cell. */
  public long cell(final int syncedTo) {
    final int check = ~syncedTo ^ (int) salt;
    return ((long) check << 32) | (syncedTo & 0xFFFF_FFFFL);
  }

  /** Up to where the segment is known to have been synced; its start if the cell says nothing. */
  int syncedTo(final DirectBuffer file) {
    final long cell = file.getLong(cellOffset(), BYTE_ORDER);
    final int syncedTo = (int) cell;
    return cell == cell(syncedTo) && syncedTo > dataOffset ? syncedTo : dataOffset;
  }

  private static SegmentDescriptor decode(
      final DirectBuffer file,
      final int at,
      final int length,
      final int segment,
      final FrameCrc crc) {
    if (at < 0
        || at > length - LENGTH
        || file.getInt(at, BYTE_ORDER) != MAGIC
        || file.getInt(at + 8, BYTE_ORDER) != segment
        || file.getInt(at + CRC_OFFSET, BYTE_ORDER) != crc.ofBytes(file, at, CRC_OFFSET)) {
      return null;
    }
    final int version = file.getShort(at + 4, BYTE_ORDER) & 0xFFFF;
    FormatVersion.refuseNewer("segment " + segment, version, VERSION);
    if (version != VERSION) {
      return null;
    }
    final int kind = file.getShort(at + KIND_OFFSET, BYTE_ORDER);
    final int headerOffset = file.getInt(at + 12, BYTE_ORDER);
    final int dataOffset = file.getInt(at + 24, BYTE_ORDER);
    if (kind < 0
        || kind >= KINDS.length
        || headerOffset < 0
        || headerOffset > HEADER_OFFSET_MAX
        || dataOffset != headerOffset + WORD_LENGTH + bodyLength(headerOffset)) {
      return null;
    }
    return new SegmentDescriptor(
        segment,
        headerOffset,
        file.getLong(at + 16, BYTE_ORDER),
        dataOffset,
        file.getInt(at + 28, BYTE_ORDER),
        file.getLong(at + 32, BYTE_ORDER),
        file.getLong(at + 40, BYTE_ORDER),
        file.getInt(at + 48, BYTE_ORDER),
        KINDS[kind]);
  }
}
