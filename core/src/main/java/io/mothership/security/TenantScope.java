package io.mothership.security;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.Slice;
import io.mothership.routing.Subjects;

/** The subjects that a tenant may read, wherever they are kept. Any thread, immutable. */
final class TenantScope implements SubjectScope {
  private final byte[][] patterns;
  private final byte[][] queues;

  /**
   * @param queues what may be taken out of queues
   */
  TenantScope(final byte[][] patterns, final byte[][] queues) {
    this.patterns = patterns;
    this.queues = queues;
  }

  @Override
  public boolean isOpen() {
    return false;
  }

  @Override
  public boolean contains(final Slice subject) {
    for (final byte[] pattern : patterns) {
      if (Subjects.matches(pattern, subject)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean covers(final byte[] pattern) {
    return covers(patterns, pattern);
  }

  @Override
  public boolean takes(final byte[] pattern) {
    return covers(queues, pattern);
  }

  private static boolean covers(final byte[][] all, final byte[] pattern) {
    for (final byte[] own : all) {
      if (Subjects.covers(own, pattern)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean overlaps(final byte[] pattern) {
    for (final byte[] own : patterns) {
      if (Subjects.overlap(own, pattern)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean mayAddress(final byte[] subject) {
    return SubjectRules.isOwnInbox(Slice.of(subject));
  }
}
