package io.mothership.alien;

/**
 * Counts of one Alien's outgoing messages since it was opened.
 *
 * @param published offered and accepted into the window
 * @param acknowledged stored by the server, duplicates included
 * @param duplicates acknowledged as already stored
 * @param refused never to be stored, e.g. larger than the stream allows
 * @param resent sent more than once, each time counted
 * @param pending neither acknowledged nor refused yet, up to the oldest one
 */
public record Delivery(
    long published, long acknowledged, long duplicates, long refused, long resent, long pending) {

  /** The sums of two. */
  public Delivery plus(final Delivery other) {
    return new Delivery(
        published + other.published,
        acknowledged + other.acknowledged,
        duplicates + other.duplicates,
        refused + other.refused,
        resent + other.resent,
        pending + other.pending);
  }
}
