package io.mothership.fabric;

import io.mothership.fabric.Fabric.Received;
import io.mothership.fabric.KeyValue.Entry;
import io.mothership.json.JsonObject;
import io.mothership.json.JsonText;
import java.time.Duration;
import java.util.List;

/**
 * Reads the entries of a bucket in order, with a consumer that goes when this is closed or, should
 * that fail, some minutes after its last use.
 *
 * <p><i>Thread:</i> one.
 */
final class BucketReader implements AutoCloseable {
  private static final int BATCH_MAX = 256;
  private static final Duration INACTIVE = Duration.ofMinutes(2);
  private static final Duration WAIT = Duration.ofSeconds(30);

  private final WireFabric fabric;
  private final Bucket bucket;
  private final String consumer;
  private final PullReader reader;
  private long left;

  private BucketReader(
      final WireFabric fabric, final Bucket bucket, final String consumer, final long left) {
    this.fabric = fabric;
    this.bucket = bucket;
    this.consumer = consumer;
    this.left = left;
    this.reader = new PullReader(fabric, bucket.stream(), consumer);
  }

  /**
   * @param policy JetStream's {@code deliver_policy}
   * @param start for {@code by_start_sequence}, otherwise 0
   */
  static BucketReader open(
      final WireFabric fabric,
      final Bucket bucket,
      final String filter,
      final String policy,
      final long start,
      final boolean isHeadersOnly) {
    final JsonObject made =
        fabric.api(
            "CONSUMER.CREATE." + bucket.stream(),
            new JsonText()
                .object()
                .member("stream_name", bucket.stream())
                .object("config")
                .member("deliver_policy", policy)
                .memberIfAny("opt_start_seq", start)
                .member("ack_policy", "none")
                .strings("filter_subjects", List.of(bucket.prefix() + filter))
                .memberIfAny("headers_only", isHeadersOnly)
                .member("inactive_threshold", INACTIVE.toNanos())
                .member("mem_storage", true)
                .member("num_replicas", 1)
                .end()
                .end()
                .bytes());
    return new BucketReader(fabric, bucket, made.string("name", ""), made.number("num_pending", 0));
  }

  /** Whether everything was read that was there at the time of the last entry. */
  boolean isCurrent() {
    return left == 0;
  }

  /** The entries that there are, as many as come at once. */
  List<Entry> fetchNow() throws InterruptedException {
    return entries(reader.fetchNow(BATCH_MAX));
  }

  /** The next entry, waiting some time for it. */
  List<Entry> fetchNext() throws InterruptedException {
    return entries(reader.fetchNext(WAIT));
  }

  private List<Entry> entries(final List<Received> fetched) {
    if (fetched.isEmpty()) {
      left = 0;
    }
    return fetched.stream().map(this::entry).toList();
  }

  private Entry entry(final Received received) {
    final AckSubject place = AckSubject.parse(received.reply());
    left = place.pending();
    return new Entry(
        received.subject().substring(bucket.prefix().length()),
        received.payload(),
        place.streamSequence(),
        place.timeNs(),
        WireKeyValue.operation(received.headers()));
  }

  @Override
  public void close() {
    reader.close();
    try {
      fabric.send(
          Fabric.Publication.of(
              WireFabric.apiSubject("CONSUMER.DELETE." + bucket.stream() + "." + consumer),
              new byte[0]));
    } catch (final FabricException e) {
      // It goes by itself.
    }
  }
}
