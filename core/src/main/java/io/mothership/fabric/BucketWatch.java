package io.mothership.fabric;

import io.mothership.fabric.KeyValue.Entry;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One who watches a bucket; goes on behind the last entry it told after anything went wrong.
 *
 * <p><i>Thread:</i> a virtual thread of its own.
 */
final class BucketWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BucketWatch.class);
  private static final long PAUSE_MS = 500;
  private static final long CLOSE_PATIENCE_MS = 1_000;

  private final WireKeyValue bucket;
  private final String filter;
  private final KeyValue.Watcher watcher;
  private final Thread thread;
  private volatile boolean isClosed;
  private boolean isCurrentTold;
  private long revision;

  private BucketWatch(
      final WireKeyValue bucket, final String filter, final KeyValue.Watcher watcher) {
    this.bucket = bucket;
    this.filter = filter;
    this.watcher = watcher;
    this.thread = Thread.ofVirtual().name("ms-watch-" + bucket.bucket()).unstarted(this::run);
  }

  static BucketWatch start(
      final WireKeyValue bucket, final String filter, final KeyValue.Watcher watcher) {
    final BucketWatch watch = new BucketWatch(bucket, filter, watcher);
    watch.thread.start();
    return watch;
  }

  private void run() {
    while (!isClosed) {
      try (BucketReader reader =
          revision == 0
              ? bucket.reader(filter, "last_per_subject", 0)
              : bucket.reader(filter, "by_start_sequence", revision + 1)) {
        while (!isClosed) {
          tellCurrent(reader);
          tell(reader.isCurrent() ? reader.fetchNext() : reader.fetchNow());
        }
      } catch (final InterruptedException e) {
        return;
      } catch (final RuntimeException e) {
        if (isClosed || !tryPause(e)) {
          return;
        }
      }
    }
  }

  private void tellCurrent(final BucketReader reader) {
    if (!isCurrentTold && reader.isCurrent()) {
      isCurrentTold = true;
      watcher.onCurrent();
    }
  }

  private void tell(final List<Entry> entries) {
    for (final Entry entry : entries) {
      revision = entry.revision();
      try {
        watcher.onEntry(entry);
      } catch (final RuntimeException e) {
        LOG.error("a watcher failed: bucket={}, key={}", bucket.bucket(), entry.key(), e);
      }
    }
  }

  private boolean tryPause(final RuntimeException cause) {
    LOG.warn(
        "a bucket cannot be watched for now: bucket={}, cause={}",
        bucket.bucket(),
        cause.getMessage());
    try {
      Thread.sleep(PAUSE_MS);
      return true;
    } catch (final InterruptedException e) {
      return false;
    }
  }

  @Override
  public void close() {
    isClosed = true;
    thread.interrupt();
    try {
      thread.join(CLOSE_PATIENCE_MS);
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
