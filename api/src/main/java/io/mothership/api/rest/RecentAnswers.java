package io.mothership.api.rest;

import io.mothership.clock.Clock;
import io.mothership.transport.http.HttpResponse;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps answers in memory for {@value #HOURS} hours, the newest {@value #COUNT_MAX} of them and
 * {@value #BYTES_MAX} bytes at most. A restart forgets them.
 *
 * <p><i>Thread:</i> any.
 */
public final class RecentAnswers implements IdempotencyStore {
  static final int COUNT_MAX = 10_000;
  static final long BYTES_MAX = 8L * 1024 * 1024;
  private static final int HOURS = 24;
  private static final int ENTRY_BYTES = 512;

  private final Clock clock;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long bytes;

  public RecentAnswers(final Clock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized Claim claim(final String key, final String fingerprint) {
    forgetOld();
    final Entry known = entries.get(key);
    if (known == null) {
      put(key, new Entry(fingerprint, HttpResponse.empty(0), clock.monotonicNs(), true));
      return new Claim.First();
    }
    if (!known.fingerprint().equals(fingerprint)) {
      return new Claim.Mismatch();
    }
    return known.isUnderWay() ? new Claim.UnderWay() : new Claim.Repeat(known.answer());
  }

  @Override
  public synchronized void keep(final String key, final HttpResponse answer) {
    final Entry claimed = entries.get(key);
    if (claimed != null) {
      remove(key);
      put(key, new Entry(claimed.fingerprint(), answer, clock.monotonicNs(), false));
    }
  }

  @Override
  public synchronized void release(final String key) {
    remove(key);
  }

  private void put(final String key, final Entry entry) {
    entries.put(key, entry);
    bytes += entry.bytes();
    final Iterator<Entry> oldest = entries.values().iterator();
    while ((entries.size() > COUNT_MAX || bytes > BYTES_MAX) && oldest.hasNext()) {
      final Entry old = oldest.next();
      if (!old.isUnderWay()) {
        bytes -= old.bytes();
        oldest.remove();
      }
    }
  }

  private void remove(final String key) {
    final Entry removed = entries.remove(key);
    if (removed != null) {
      bytes -= removed.bytes();
    }
  }

  private void forgetOld() {
    final long nowNs = clock.monotonicNs();
    final Iterator<Entry> oldest = entries.values().iterator();
    while (oldest.hasNext()) {
      final Entry old = oldest.next();
      if (nowNs - old.atNs() < TimeUnit.HOURS.toNanos(HOURS)) {
        return;
      }
      bytes -= old.bytes();
      oldest.remove();
    }
  }

  private record Entry(String fingerprint, HttpResponse answer, long atNs, boolean isUnderWay) {
    long bytes() {
      return ENTRY_BYTES + answer.body().length;
    }
  }
}
