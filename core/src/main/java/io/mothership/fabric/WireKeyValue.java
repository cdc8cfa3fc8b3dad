package io.mothership.fabric;

import io.mothership.fabric.Fabric.Publication;
import io.mothership.fabric.Fabric.Received;
import io.mothership.fabric.FabricException.Refusal;
import io.mothership.json.JsonText;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A bucket over the JetStream API: a stream with a subject per key, read directly and through
 * consumers that live as long as one look.
 */
final class WireKeyValue implements KeyValue {
  static final String OPERATION = "KV-Operation";
  private static final String MARKER = "Nats-Marker-Reason";
  private static final String ROLLUP = "Nats-Rollup";
  private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_=/-]+(\\.[A-Za-z0-9_=/-]+)*");
  private static final Pattern FILTER =
      Pattern.compile("([A-Za-z0-9_=/-]+|\\*)(\\.([A-Za-z0-9_=/-]+|\\*))*(\\.>)?|>");
  private static final byte[] NOTHING = {};
  private static final int NOT_FOUND = 404;
  private static final int WRONG_LAST_SEQUENCE = 10071;

  private final WireFabric fabric;
  private final Bucket bucket;

  WireKeyValue(final WireFabric fabric, final Bucket bucket) {
    this.fabric = fabric;
    this.bucket = bucket;
  }

  /** The configuration that clients give the stream of such a bucket. */
  static byte[] stream(final Bucket bucket) {
    final JsonText json =
        new JsonText()
            .object()
            .member("name", bucket.stream())
            .strings("subjects", List.of(bucket.prefix() + ">"))
            .member("retention", "limits")
            .member("discard", "new")
            .member("max_msgs_per_subject", bucket.history())
            .member("max_msg_size", bucket.valueBytesMax())
            .member("max_bytes", bucket.bytesMax())
            .member("max_age", bucket.age().toNanos())
            .member("deny_delete", true)
            .member("allow_rollup_hdrs", true)
            .member("allow_direct", true);
    return WireFabric.synced(json, bucket.isSynced()).end().bytes();
  }

  @Override
  public String bucket() {
    return bucket.name();
  }

  @Override
  public Optional<Entry> get(final String key) {
    return read(key, "." + subject(key), NOTHING)
        .filter(entry -> entry.operation() == Operation.PUT);
  }

  @Override
  public Optional<Entry> get(final String key, final long revision) {
    subject(key);
    return read(key, "", new JsonText().object().member("seq", revision).end().bytes())
        .filter(entry -> entry.operation() == Operation.PUT);
  }

  private Optional<Entry> read(final String key, final String suffix, final byte[] body) {
    final Received received =
        fabric.await(
            Publication.of(WireFabric.apiSubject("DIRECT.GET." + bucket.stream() + suffix), body));
    final int status = received.headers().status();
    if (status == NOT_FOUND) {
      return Optional.empty();
    }
    if (status != 0) {
      throw new FabricException(
          WireFabric.isNoResponders(received) ? Refusal.NO_STREAM : Refusal.REFUSED,
          "a bucket cannot be read: bucket=" + bucket.name() + ", status=" + status);
    }
    return Optional.of(
            new Entry(
                key(received.headers().first("Nats-Subject").orElse("")),
                received.payload(),
                Long.parseLong(received.headers().first("Nats-Sequence").orElse("0")),
                timeNs(received.headers().first("Nats-Time-Stamp").orElse("")),
                operation(received.headers())))
        .filter(entry -> entry.key().equals(key));
  }

  @Override
  public long put(final String key, final byte[] value) {
    return publish(key, value, Headers.NONE);
  }

  @Override
  public long create(final String key, final byte[] value) {
    try {
      return update(key, value, 0);
    } catch (final FabricException e) {
      if (e.errorCode() != WRONG_LAST_SEQUENCE) {
        throw e;
      }
      final Optional<Entry> last = read(key, "." + subject(key), NOTHING);
      if (last.isEmpty() || last.get().operation() == Operation.PUT) {
        throw e;
      }
      return update(key, value, last.get().revision());
    }
  }

  @Override
  public long update(final String key, final byte[] value, final long revision) {
    return publish(
        key, value, Headers.of(Headers.EXPECTED_LAST_SUBJECT_SEQUENCE, Long.toString(revision)));
  }

  @Override
  public void delete(final String key) {
    publish(key, NOTHING, Headers.of(OPERATION, "DEL"));
  }

  @Override
  public void purge(final String key) {
    publish(key, NOTHING, Headers.of(OPERATION, "PURGE").with(ROLLUP, "sub"));
  }

  private long publish(final String key, final byte[] value, final Headers headers) {
    return WireFabric.await(fabric.publish(new Publication(subject(key), "", value, 0, headers)))
        .sequence();
  }

  @Override
  public List<String> keys(final String filter) {
    final List<String> keys = new ArrayList<>();
    look(
        filter,
        "last_per_subject",
        true,
        entry -> {
          if (entry.operation() == Operation.PUT) {
            keys.add(entry.key());
          }
        });
    return keys;
  }

  @Override
  public List<Entry> history(final String key) {
    final List<Entry> entries = new ArrayList<>();
    subject(key);
    look(key, "all", false, entries::add);
    return entries;
  }

  @Override
  public AutoCloseable watch(final String filter, final Watcher watcher) {
    requireFilter(filter);
    return BucketWatch.start(this, filter, watcher);
  }

  private void look(
      final String filter,
      final String policy,
      final boolean isHeadersOnly,
      final Consumer<Entry> consumer) {
    requireFilter(filter);
    try (BucketReader reader =
        BucketReader.open(fabric, bucket, filter, policy, 0, isHeadersOnly)) {
      while (!reader.isCurrent()) {
        reader.fetchNow().forEach(consumer);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      throw WireFabric.closed();
    }
  }

  BucketReader reader(final String filter, final String policy, final long start) {
    return BucketReader.open(fabric, bucket, filter, policy, start, false);
  }

  private String subject(final String key) {
    if (!KEY.matcher(key).matches()) {
      throw new FabricException(Refusal.INVALID, "not a key: length=" + key.length());
    }
    return bucket.prefix() + key;
  }

  private static void requireFilter(final String filter) {
    if (!FILTER.matcher(filter).matches()) {
      throw new FabricException(
          Refusal.INVALID, "not a pattern of keys: length=" + filter.length());
    }
  }

  private String key(final String subject) {
    return subject.startsWith(bucket.prefix())
        ? subject.substring(bucket.prefix().length())
        : subject;
  }

  static Operation operation(final Headers headers) {
    if (headers.isEmpty()) {
      return Operation.PUT;
    }
    return switch (headers.first(OPERATION).or(() -> headers.first(MARKER)).orElse("")) {
      case "DEL", "Remove" -> Operation.DELETE;
      case "PURGE", "Purge", "MaxAge" -> Operation.PURGE;
      default -> Operation.PUT;
    };
  }

  private static long timeNs(final String text) {
    try {
      final Instant time = Instant.parse(text);
      return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    } catch (final DateTimeException e) {
      return 0;
    }
  }
}
