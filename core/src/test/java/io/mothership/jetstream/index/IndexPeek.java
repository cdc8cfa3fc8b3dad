package io.mothership.jetstream.index;

/** What tests of whole streams know of an index. */
public final class IndexPeek {
  /** Bytes of a chunk's columns that are not packed. */
  public static final int CHUNK_BYTES = IndexChunk.FULL_BYTES;

  private IndexPeek() {}
}
