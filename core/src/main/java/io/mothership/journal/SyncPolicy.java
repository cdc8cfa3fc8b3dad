package io.mothership.journal;

/** When an acknowledgement leaves; a stream's {@code sync}. */
public enum SyncPolicy {
  /** After the disk has the batch. */
  ALWAYS,
  /** After the append; the disk follows within the configured interval. */
  INTERVAL
}
