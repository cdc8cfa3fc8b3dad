package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.app.host.HostFiles;
import io.mothership.config.StorageKeys;
import io.mothership.storage.journal.JournalConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Whether what is mapped and allocated is whole pages of this kernel. */
final class PageSizeCheck implements Check {
  private static final String NAME = "page size";
  private static final long AT_PAGESZ = 6;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) {
    final long page = pageSize(examination.host());
    if (page <= 0) {
      return List.of(
          Finding.warn(
              NAME,
              "not known: /proc/self/auxv cannot be read",
              "Compare getconf PAGESIZE with storage.segment_size yourself."));
    }
    final JournalConfig journal = SpineOptions.journal(examination.config());
    final List<String> uneven = new ArrayList<>();
    if (journal.segmentBytes() % page != 0) {
      uneven.add(
          StorageKeys.SEGMENT_SIZE.fileKey()
              + "="
              + examination.config().shown(StorageKeys.SEGMENT_SIZE));
    }
    if (journal.allocateAheadBytes() % page != 0) {
      uneven.add("allocation ahead of " + journal.allocateAheadBytes() + " bytes");
    }
    final String measured =
        Amounts.bytes(page) + " pages, " + journal.segmentBytes() / page + " to a segment";
    return List.of(
        uneven.isEmpty()
            ? Finding.ok(NAME, measured)
            : Finding.fail(
                NAME,
                measured + "; not whole pages: " + String.join(", ", uneven),
                "Set storage.segment_size to a multiple of the page size, e.g. 32MB."));
  }

  /** From the values the kernel gives every process; 0 if they cannot be read. */
  static long pageSize(final HostFiles host) {
    final byte[] vector = host.bytes("proc/self/auxv").orElse(new byte[0]);
    final ByteBuffer values = ByteBuffer.wrap(vector).order(ByteOrder.nativeOrder());
    while (values.remaining() >= 2 * Long.BYTES) {
      final long type = values.getLong();
      final long value = values.getLong();
      if (type == AT_PAGESZ) {
        return value;
      }
    }
    return 0;
  }
}
