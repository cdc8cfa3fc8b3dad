package io.mothership.dispatch;

import io.mothership.bus.Ingress;
import io.mothership.error.MothershipException;
import io.mothership.frame.FrameDescriptor;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;

/**
 * Sizes and threading of the spine, checked once.
 *
 * @param threading how the agents are put on threads
 * @param payloadBytesMax headers and payload of one message
 * @param ingressRingBytes power of two
 * @param journalRingBytes power of two; also how much of the journal's tail stays in memory
 * @param readRingBytes power of two
 * @param largeFrameBytesMax budget of all frames that travel by reference
 * @param syncIntervalNs how long a record that asks for no sync may stay unsynced
 * @param checkpointBytes journal bytes after which a checkpoint is written at the earliest
 * @param subscriptionsMax subscriptions of one client, 0 = no limit
 * @param subscriptionBytesMax about what all subscriptions together may take of the heap
 */
public record SpineConfig(
    Threading threading,
    int payloadBytesMax,
    int ingressRingBytes,
    int journalRingBytes,
    int readRingBytes,
    long largeFrameBytesMax,
    long syncIntervalNs,
    long checkpointBytes,
    int subscriptionsMax,
    long subscriptionBytesMax) {
  private static final int MIB = 1024 * 1024;
  private static final int JOURNAL_RING_SHARE = 3;
  private static final int AGRONA_SHARE = 8;

  /** Large frames: the pool has so many slots. */
  static final int LARGE_FRAME_SLOTS = 64;

  /** The defaults for a payload limit: the journal ring grows with it. */
  public static SpineConfig of(final Threading threading, final int payloadBytesMax) {
    final int recordLengthMax = recordLengthMax(payloadBytesMax);
    return new SpineConfig(
        threading,
        payloadBytesMax,
        MIB,
        Math.max(
            4 * MIB,
            BitUtil.findNextPositivePowerOfTwo(JOURNAL_RING_SHARE * (recordLengthMax + 64))),
        MIB,
        Math.max(64L * MIB, 8L * recordLengthMax),
        100_000_000L,
        32L * MIB,
        100_000,
        24L * MIB);
  }

  /** The same with checkpoints after so many bytes of journal. */
  public SpineConfig withCheckpointBytes(final long newCheckpointBytes) {
    return new SpineConfig(
        threading,
        payloadBytesMax,
        ingressRingBytes,
        journalRingBytes,
        readRingBytes,
        largeFrameBytesMax,
        syncIntervalNs,
        newCheckpointBytes,
        subscriptionsMax,
        subscriptionBytesMax);
  }

  /** The same with other limits of subscriptions. */
  public SpineConfig withSubscriptions(final int max, final long bytesMax) {
    return new SpineConfig(
        threading,
        payloadBytesMax,
        ingressRingBytes,
        journalRingBytes,
        readRingBytes,
        largeFrameBytesMax,
        syncIntervalNs,
        checkpointBytes,
        max,
        bytesMax);
  }

  /** The longest frame a publish can make. */
  public int recordLengthMax() {
    return recordLengthMax(payloadBytesMax);
  }

  /**
   * Checks every limit and how they relate.
   *
   * @throws MothershipException {@code CONFIGURATION_INVALID} with all problems
   */
  public SpineConfig conclude() {
    final List<String> problems = new ArrayList<>();
    if (payloadBytesMax < 1 || payloadBytesMax > 64 * MIB) {
      problems.add("max_payload must be 1 B to 64 MiB: actual=" + payloadBytesMax);
    }
    powerOfTwo(problems, "ingress ring", ingressRingBytes);
    powerOfTwo(problems, "journal ring", journalRingBytes);
    powerOfTwo(problems, "read ring", readRingBytes);
    final int inlineMax = Ingress.INLINE_LENGTH_MAX + 64;
    if (ingressRingBytes / AGRONA_SHARE < inlineMax) {
      problems.add("ingress ring must be at least 8 x " + inlineMax + ": " + ingressRingBytes);
    }
    if (readRingBytes / AGRONA_SHARE < inlineMax) {
      problems.add("read ring must be at least 8 x " + inlineMax + ": " + readRingBytes);
    }
    if ((long) journalRingBytes < (long) JOURNAL_RING_SHARE * (recordLengthMax() + 64)) {
      problems.add(
          "journal ring must be at least "
              + JOURNAL_RING_SHARE
              + " x the largest record: max_payload="
              + payloadBytesMax
              + ", ring="
              + journalRingBytes);
    }
    if (largeFrameBytesMax < 2L * recordLengthMax()) {
      problems.add("large frames need at least 2 x the largest record: " + largeFrameBytesMax);
    }
    if (syncIntervalNs <= 0) {
      problems.add("sync interval must be positive: " + syncIntervalNs);
    }
    if (checkpointBytes <= 0) {
      problems.add("checkpoint bytes must be positive: " + checkpointBytes);
    }
    if (subscriptionsMax < 0) {
      problems.add("max_subscriptions must be 0 or more: " + subscriptionsMax);
    }
    if (subscriptionBytesMax <= 0) {
      problems.add("max_subscription_memory must be positive: " + subscriptionBytesMax);
    }
    if (!problems.isEmpty()) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "CONFIGURATION_INVALID",
          String.join("; ", problems));
    }
    return this;
  }

  private static int recordLengthMax(final int payloadBytesMax) {
    return FrameDescriptor.frameLength(
        FrameDescriptor.SUBJECT_LENGTH_MAX, FrameDescriptor.SUBJECT_LENGTH_MAX, 0, payloadBytesMax);
  }

  private static void powerOfTwo(final List<String> problems, final String what, final int length) {
    if (length < 64 * 1024 || !BitUtil.isPowerOfTwo(length)) {
      problems.add(what + " must be a power of two of at least 64 KiB: " + length);
    }
  }
}
