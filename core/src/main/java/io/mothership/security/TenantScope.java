package io.mothership.security;

import io.mothership.bus.SubjectScope;
import io.mothership.frame.Slice;
import io.mothership.routing.Subjects;

/** The subjects that a tenant may read, wherever they are kept. Any thread, immutable. */
final class TenantScope implements SubjectScope {
  private final byte[][] patterns;

  TenantScope(final byte[][] patterns) {
    this.patterns = patterns;
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
    for (final byte[] own : patterns) {
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
