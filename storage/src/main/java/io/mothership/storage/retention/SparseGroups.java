package io.mothership.storage.retention;

import io.mothership.storage.recovery.SegmentFiles;
import io.mothership.storage.recovery.SegmentIndex;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses which segments are worth to be written anew: neighbours in which little lives, as many
 * together as fit into one segment.
 */
final class SparseGroups {
  /**
   * Their places are in the heap while the group is written anew; a segment alone may have more.
   */
  private static final int MESSAGES_MAX = 128 * 1024;

  private final SegmentIndex[] all;
  private final LiveBytes live;
  private final int segmentBytes;
  private final int neighboursMax;
  private final List<List<SegmentIndex>> groups = new ArrayList<>();
  private List<SegmentIndex> group = new ArrayList<>();
  private long groupLive;
  private int groupMessages;

  private SparseGroups(
      final SegmentIndex[] all,
      final LiveBytes live,
      final int segmentBytes,
      final int neighboursMax) {
    this.all = all;
    this.live = live;
    this.segmentBytes = segmentBytes;
    this.neighboursMax = neighboursMax;
  }

  /**
   * @param candidates segments that may be written anew, oldest first
   * @param all every segment, oldest first
   * @param share the part of {@code segmentBytes} below which a segment counts as sparse
   * @param neighboursMax so many sparse neighbours are joined whatever that frees
   */
  static List<List<SegmentIndex>> of(
      final List<SegmentIndex> candidates,
      final SegmentIndex[] all,
      final LiveBytes live,
      final int segmentBytes,
      final double share,
      final int neighboursMax) {
    final SparseGroups chosen = new SparseGroups(all, live, segmentBytes, neighboursMax);
    for (final SegmentIndex segment : candidates) {
      final long bytes = live.bytes(segment.segment());
      if (bytes >= share * segmentBytes) {
        chosen.finish();
        continue;
      }
      final int messages = live.messages(segment.segment());
      if (chosen.groupLive + bytes > segmentBytes * 0.9
          || chosen.groupMessages + messages > MESSAGES_MAX) {
        chosen.finish();
      }
      chosen.group.add(segment);
      chosen.groupLive += bytes;
      chosen.groupMessages += messages;
    }
    chosen.finish();
    return chosen.groups;
  }

  private void finish() {
    if (!group.isEmpty() && isWorthIt() && hasNumber()) {
      groups.add(group);
    }
    group = new ArrayList<>();
    groupLive = 0;
    groupMessages = 0;
  }

  private boolean isWorthIt() {
    final long bytes = group.stream().mapToLong(SegmentIndex::end).sum();
    return bytes - groupLive >= segmentBytes / 2 || group.size() >= neighboursMax;
  }

  /** Whether there is a number for what takes the group's place, between it and its neighbours. */
  private boolean hasNumber() {
    final int number = group.getFirst().segment() + 1;
    if (!SegmentFiles.isRewritten(number)) {
      return false;
    }
    for (final SegmentIndex segment : all) {
      if (segment.segment() == number) {
        return false;
      }
    }
    return true;
  }
}
