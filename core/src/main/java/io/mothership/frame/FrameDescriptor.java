package io.mothership.frame;

import io.mothership.frame.codec.MessageHeaderEncoder;
import io.mothership.frame.codec.RecordEncoder;
import java.nio.ByteOrder;

/**
 * Layout of a frame, the same bytes in ring, journal and replication (little endian; the SBE schema
 * {@code mothership.xml} is its source).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          block length         |          template id          |  0
 *  +-------------------------------+-------------------------------+
 *  |           schema id           |            version            |  4
 *  +-------------------------------+-------------------------------+
 *  |                        magic "MSHP"                           |  8
 *  +---------------------------------------------------------------+
 *  |                        frame length                           | 12
 *  +---------------------------------------------------------------+
 *  |                           CRC32C                              | 16
 *  +---------------+---------------+---------------+---------------+
 *  |  record type  |    origin     |    key id     |format version | 20
 *  +---------------+---------------+---------------+---------------+
 *  |                         account id                            | 24
 *  +---------------------------------------------------------------+
 *  |                          stream id                            | 28
 *  +---------------------------------------------------------------+
 *  |                      journal sequence                         | 32
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                       stream sequence                         | 40
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                          time, ns                             | 48
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                          outbox id                            | 56
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                           TTL, ns                             | 64
 *  |                                                               |
 *  +---------------------------------------------------------------+
 *  |                            epoch                              | 72
 *  +-------------------------------+-------------------------------+
 *  |             flags             |           reserved            | 76
 *  +-------------------------------+-------------------------------+
 *  |  u16 length, subject; u16 length, reply; u32 length, headers; u32 length, payload
 *  +---------------------------------------------------------------
 * </pre>
 */
public final class FrameDescriptor {

  /** The bytes {@code MSHP}. */
  public static final int MAGIC = 0x5048534D;

  public static final int FORMAT_VERSION = 1;

  /** Fixed part: message header and block. */
  public static final int FIXED_LENGTH =
      MessageHeaderEncoder.ENCODED_LENGTH + RecordEncoder.BLOCK_LENGTH;

  /** The four length fields of the variable part. */
  public static final int VAR_LENGTHS = 2 + 2 + 4 + 4;

  /** The shortest frame: no subject, reply, headers or payload. */
  public static final int FRAME_LENGTH_MIN = FIXED_LENGTH + VAR_LENGTHS;

  /** No frame is ever longer, whatever the configuration says. */
  public static final int FRAME_LENGTH_MAX = 80 * 1024 * 1024;

  public static final int SUBJECT_LENGTH_MAX = 4096;

  public static final int MAGIC_OFFSET = at(RecordEncoder.magicEncodingOffset());
  public static final int FRAME_LENGTH_OFFSET = at(RecordEncoder.frameLengthEncodingOffset());
  public static final int CRC_OFFSET = at(RecordEncoder.crcEncodingOffset());
  public static final int RECORD_TYPE_OFFSET = at(RecordEncoder.recordTypeEncodingOffset());
  public static final int ORIGIN_OFFSET = at(RecordEncoder.originEncodingOffset());
  public static final int KEY_ID_OFFSET = at(RecordEncoder.keyIdEncodingOffset());
  public static final int FORMAT_VERSION_OFFSET = at(RecordEncoder.formatVersionEncodingOffset());
  public static final int ACCOUNT_ID_OFFSET = at(RecordEncoder.accountIdEncodingOffset());
  public static final int STREAM_ID_OFFSET = at(RecordEncoder.streamIdEncodingOffset());
  public static final int JOURNAL_SEQUENCE_OFFSET =
      at(RecordEncoder.journalSequenceEncodingOffset());
  public static final int STREAM_SEQUENCE_OFFSET = at(RecordEncoder.streamSequenceEncodingOffset());
  public static final int TIME_OFFSET = at(RecordEncoder.timeNsEncodingOffset());
  public static final int OUTBOX_ID_OFFSET = at(RecordEncoder.outboxIdEncodingOffset());
  public static final int TTL_OFFSET = at(RecordEncoder.ttlNsEncodingOffset());
  public static final int EPOCH_OFFSET = at(RecordEncoder.epochEncodingOffset());
  public static final int FLAGS_OFFSET = at(RecordEncoder.flagsEncodingOffset());
  public static final int RESERVED_OFFSET = at(RecordEncoder.reservedEncodingOffset());

  /** {@code flags}: copied forward by compaction. */
  public static final int FLAG_COPIED = 1;

  /** {@code flags}: the acknowledgement waits for the disk. */
  public static final int FLAG_SYNCED = 1 << 1;

  /** {@code flags}: headers and payload are sealed. */
  public static final int FLAG_ENCRYPTED = 1 << 2;

  public static final ByteOrder BYTE_ORDER = ByteOrder.LITTLE_ENDIAN;

  private FrameDescriptor() {}

  /** Bytes of a frame with these parts. */
  public static int frameLength(
      final int subjectLength,
      final int replyLength,
      final int headersLength,
      final int payloadLength) {
    return FRAME_LENGTH_MIN + subjectLength + replyLength + headersLength + payloadLength;
  }

  private static int at(final int fieldOffset) {
    return MessageHeaderEncoder.ENCODED_LENGTH + fieldOffset;
  }
}
