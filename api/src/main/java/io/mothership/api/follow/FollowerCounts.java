package io.mothership.api.follow;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a follower did since the start. Any thread. */
final class FollowerCounts {
  private static final Logger LOG = LoggerFactory.getLogger(FollowerCounts.class);
  private static final int FAILURE_LENGTH_MAX = 256;

  private final AtomicLong delivered = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong deadLetters = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private volatile String lastFailure = "";

  void delivered(final int count) {
    delivered.addAndGet(count);
    lastFailure = "";
  }

  void failed(final String cause) {
    failures.incrementAndGet();
    lastFailure = cause.substring(0, Math.min(cause.length(), FAILURE_LENGTH_MAX));
  }

  void deadLetter() {
    deadLetters.incrementAndGet();
  }

  void lost(final String follower, final long count) {
    if (count > 0) {
      lost.addAndGet(count);
      LOG.warn(
          "records left their streams before a follower could read them: name={}, count={}",
          follower,
          count);
    }
  }

  long delivered() {
    return delivered.get();
  }

  long failures() {
    return failures.get();
  }

  long deadLetters() {
    return deadLetters.get();
  }

  long lost() {
    return lost.get();
  }

  String lastFailure() {
    return lastFailure;
  }
}
