package io.mothership.fabric;

import io.mothership.fabric.Fabric.Publication;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A bucket of a {@link MemoryFabric}. */
final class MemoryKeyValue implements KeyValue {
  private static final byte[] NOTHING = {};
  private static final long LOOK_MS = 20;

  private final MemoryFabric fabric;
  private final Bucket bucket;

  MemoryKeyValue(final MemoryFabric fabric, final Bucket bucket) {
    this.fabric = fabric;
    this.bucket = bucket;
  }

  @Override
  public String bucket() {
    return bucket.name();
  }

  @Override
  public Optional<Entry> get(final String key) {
    return fabric
        .last(subject(key))
        .map(this::entry)
        .filter(entry -> entry.operation() == Operation.PUT);
  }

  @Override
  public Optional<Entry> get(final String key, final long revision) {
    return history(key).stream()
        .filter(entry -> entry.revision() == revision && entry.operation() == Operation.PUT)
        .findFirst();
  }

  @Override
  public long put(final String key, final byte[] value) {
    return publish(key, value, Headers.NONE);
  }

  @Override
  public long create(final String key, final byte[] value) {
    final Optional<Entry> last = fabric.last(subject(key)).map(this::entry);
    return update(
        key,
        value,
        last.filter(entry -> entry.operation() != Operation.PUT).map(Entry::revision).orElse(0L));
  }

  @Override
  public long update(final String key, final byte[] value, final long revision) {
    return publish(
        key, value, Headers.of(Headers.EXPECTED_LAST_SUBJECT_SEQUENCE, Long.toString(revision)));
  }

  @Override
  public void delete(final String key) {
    publish(key, NOTHING, Headers.of(WireKeyValue.OPERATION, "DEL"));
  }

  @Override
  public void purge(final String key) {
    publish(key, NOTHING, Headers.of(WireKeyValue.OPERATION, "PURGE").with("Nats-Rollup", "sub"));
  }

  private long publish(final String key, final byte[] value, final Headers headers) {
    return WireFabric.await(fabric.publish(new Publication(subject(key), "", value, 0, headers)))
        .sequence();
  }

  @Override
  public List<String> keys(final String filter) {
    final TreeMap<String, Entry> newest = new TreeMap<>();
    fabric
        .records(bucket.stream(), List.of(bucket.prefix() + filter))
        .forEach(record -> newest.put(record.subject(), entry(record)));
    return newest.values().stream()
        .filter(entry -> entry.operation() == Operation.PUT)
        .map(Entry::key)
        .toList();
  }

  @Override
  public List<Entry> history(final String key) {
    return fabric.records(bucket.stream(), List.of(subject(key))).stream()
        .map(this::entry)
        .toList();
  }

  @Override
  public AutoCloseable watch(final String filter, final Watcher watcher) {
    final Thread thread = Thread.startVirtualThread(() -> tell(filter, watcher));
    return thread::interrupt;
  }

  private void tell(final String filter, final Watcher watcher) {
    final TapFilter wanted = TapFilter.ofStream(bucket.stream(), bucket.prefix() + filter);
    try (Tap tap = fabric.tap(wanted, new TapStart.Oldest())) {
      final TreeMap<String, StoredRecord.Kept> newest = new TreeMap<>();
      tap.poll(record -> newest.put(record.subject(), record.kept()), Integer.MAX_VALUE);
      newest.values().stream()
          .sorted((one, other) -> Long.compare(one.streamSequence(), other.streamSequence()))
          .forEach(record -> watcher.onEntry(entry(record)));
      watcher.onCurrent();
      while (true) {
        tap.poll(record -> watcher.onEntry(entry(record)), Integer.MAX_VALUE);
        tap.await(LOOK_MS);
      }
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Entry entry(final StoredRecord record) {
    return new Entry(
        record.subject().substring(bucket.prefix().length()),
        record.payload(),
        record.streamSequence(),
        record.timeNs(),
        WireKeyValue.operation(record.headers()));
  }

  private String subject(final String key) {
    if (key.isEmpty() || key.contains("..") || key.contains(" ") || key.contains("*")) {
      throw new FabricException(FabricException.Refusal.INVALID, "not a key");
    }
    return bucket.prefix() + key;
  }
}
