package io.mothership.journal;

/** Packs and unpacks a frame's location. */
public final class Location {
  private Location() {}

  public static long of(final int segment, final int offset) {
    return ((long) segment << 32) | (offset & 0xFFFF_FFFFL);
  }

  public static int segment(final long location) {
    return (int) (location >>> 32);
  }

  public static int offset(final long location) {
    return (int) location;
  }
}
