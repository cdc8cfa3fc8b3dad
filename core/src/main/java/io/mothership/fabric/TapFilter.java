package io.mothership.fabric;

import java.util.List;

/**
 * Which records a tap hands out.
 *
 * @param streams by name; none = of every stream
 * @param subjects wildcards allowed, of which one must match; none = any
 * @param hasAcknowledged whether messages count too that left a work queue or an interest stream
 *     because they were acknowledged. To see each of them, however far behind it is, the tap then
 *     reads everything in between; otherwise it sees of those what it was near enough to see.
 */
public record TapFilter(List<String> streams, List<String> subjects, boolean hasAcknowledged) {
  private static final TapFilter ALL = new TapFilter(List.of(), List.of(), true);

  public TapFilter {
    streams = List.copyOf(streams);
    subjects = subjects.contains(">") ? List.of() : List.copyOf(subjects);
  }

  /** Every record. */
  public static TapFilter all() {
    return ALL;
  }

  public static TapFilter ofSubjects(final String... subjects) {
    return new TapFilter(List.of(), List.of(subjects), false);
  }

  public static TapFilter ofStream(final String stream, final String... subjects) {
    return new TapFilter(List.of(stream), List.of(subjects), false);
  }

  /** The same with what was acknowledged. */
  public TapFilter withAcknowledged() {
    return new TapFilter(streams, subjects, true);
  }

  /** Whether it lets everything through. */
  public boolean isAll() {
    return streams.isEmpty() && subjects.isEmpty();
  }
}
