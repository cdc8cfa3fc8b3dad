package io.mothership.fabric;

import io.mothership.fabric.FabricException.Refusal;
import io.mothership.routing.Subjects;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A fabric that keeps everything in lists, for tests of what is built on one; it does what {@link
 * FabricContract} says.
 */
public class MemoryFabric implements Fabric {
  private static final int WRONG_LAST_SEQUENCE = 10071;
  private static final int DUPLICATE_SUBJECTS = 10065;

  final Map<String, Kept> streams = new TreeMap<>();
  private final List<Listening> listening = new ArrayList<>();
  private final Map<String, MemoryWork.Progress> durables = new HashMap<>();

  /** In the order of the journal; what a stream let go is null. */
  private final List<StoredRecord.Kept> journal = new ArrayList<>();

  private final AtomicLong ids = new AtomicLong();
  private final AtomicLong reads = new AtomicLong();
  private int droppedBelow;
  private boolean isClosed;

  /** A stream and what it knows beside its records. */
  static final class Kept {
    final StreamOutline outline;
    final int subjectMax;
    final Map<String, Long> messageIds = new HashMap<>();
    long lastSequence;

    Kept(final StreamOutline outline, final int subjectMax) {
      this.outline = outline;
      this.subjectMax = subjectMax;
    }
  }

  /** When the record with this journal sequence is said to have been stored. */
  protected long storedNs(final long sequence) {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  /** Records handed to taps since the last call. */
  public long takeReads() {
    return reads.getAndSet(0);
  }

  /** Forgets the oldest records, as retention does. */
  public synchronized void drop(final int count) {
    droppedBelow = count;
  }

  /** Makes a stream, if there is none of its name. */
  @Override
  public synchronized void ensureStream(final StreamOutline outline) {
    keep(outline, 0);
  }

  synchronized void keep(final StreamOutline outline, final int subjectMax) {
    if (streams.containsKey(outline.name())) {
      return;
    }
    for (final Kept other : streams.values()) {
      for (final String one : outline.subjects()) {
        for (final String two : other.outline.subjects()) {
          if (Subjects.overlap(bytes(one), bytes(two))) {
            throw FabricException.of(
                DUPLICATE_SUBJECTS, "subjects overlap with an existing stream", Refusal.REFUSED);
          }
        }
      }
    }
    streams.put(outline.name(), new Kept(outline, subjectMax));
  }

  @Override
  public CompletableFuture<PublishAck> publish(final Publication publication) {
    try {
      return CompletableFuture.completedFuture(store(publication));
    } catch (final FabricException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized PublishAck store(final Publication publication) {
    final Kept stream =
        stream(publication.subject())
            .orElseThrow(
                () -> new FabricException(Refusal.NO_STREAM, "no stream keeps this subject"));
    final Headers headers = publication.allHeaders();
    final String id = headers.first(Headers.MESSAGE_ID).orElse("");
    if (stream.messageIds.containsKey(id)) {
      return new PublishAck(stream.outline.name(), stream.messageIds.get(id), true);
    }
    final long last = last(publication.subject()).map(StoredRecord.Kept::streamSequence).orElse(0L);
    if (headers
        .first(Headers.EXPECTED_LAST_SUBJECT_SEQUENCE)
        .filter(expected -> !expected.equals(Long.toString(last)))
        .isPresent()) {
      throw FabricException.of(
          WRONG_LAST_SEQUENCE, "wrong last sequence: " + last, Refusal.PUBLISH_REFUSED);
    }
    stream.lastSequence++;
    if (!id.isEmpty()) {
      stream.messageIds.put(id, stream.lastSequence);
    }
    final long sequence = journal.size() + 1L;
    journal.add(
        new StoredRecord.Kept(
            stream.outline.name(),
            publication.subject(),
            headers,
            publication.payload().clone(),
            sequence,
            stream.lastSequence,
            storedNs(sequence)));
    letGo(publication.subject(), stream, headers.first("Nats-Rollup").isPresent());
    notifyAll();
    route(received(publication, ""));
    return new PublishAck(stream.outline.name(), stream.lastSequence, false);
  }

  private void letGo(final String subject, final Kept stream, final boolean isRolledUp) {
    final int max = isRolledUp ? 1 : stream.subjectMax;
    int count = 0;
    for (int i = journal.size() - 1; i >= 0 && max > 0; i--) {
      final StoredRecord.Kept record = journal.get(i);
      if (record != null && record.subject().equals(subject) && ++count > max) {
        journal.set(i, null);
      }
    }
  }

  private Optional<Kept> stream(final String subject) {
    return streams.values().stream()
        .filter(
            stream ->
                stream.outline.subjects().stream().anyMatch(pattern -> matches(pattern, subject)))
        .findFirst();
  }

  /** The newest record of a subject. */
  synchronized Optional<StoredRecord.Kept> last(final String subject) {
    return records("", List.of(subject)).stream().reduce((one, other) -> other);
  }

  /** What a stream (empty for all) has of some subjects (none for all). */
  synchronized List<StoredRecord.Kept> records(final String stream, final List<String> subjects) {
    return journal.stream()
        .filter(record -> record != null && record.journalSequence() > droppedBelow)
        .filter(record -> stream.isEmpty() || record.stream().equals(stream))
        .filter(
            record ->
                subjects.isEmpty()
                    || subjects.stream().anyMatch(pattern -> matches(pattern, record.subject())))
        .toList();
  }

  static boolean matches(final String pattern, final String subject) {
    return Subjects.covers(bytes(pattern), bytes(subject));
  }

  private static byte[] bytes(final String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Received received(final Publication publication, final String reply) {
    return new Received(
        publication.subject(), reply, publication.allHeaders(), publication.payload().clone());
  }

  /** Answers how many it reached. */
  private synchronized int route(final Received received) {
    final Map<String, List<Listening>> groups = new HashMap<>();
    int reached = 0;
    for (final Listening each : listening) {
      if (!matches(each.subject, received.subject())) {
        continue;
      }
      if (each.queueGroup.isEmpty()) {
        each.queue.add(received);
        reached++;
      } else {
        groups.computeIfAbsent(each.queueGroup, name -> new ArrayList<>()).add(each);
      }
    }
    for (final List<Listening> members : groups.values()) {
      members.get((int) (ids.incrementAndGet() % members.size())).queue.add(received);
      reached++;
    }
    return reached;
  }

  @Override
  public void send(final Publication publication) {
    if (stream(publication.subject()).isPresent()) {
      store(publication);
    } else {
      route(received(publication, ""));
    }
  }

  @Override
  public CompletableFuture<Received> request(
      final Publication publication, final Duration patience) {
    final CompletableFuture<Received> answer = new CompletableFuture<>();
    final String reply = "_INBOX.memory." + ids.incrementAndGet();
    final AutoCloseable inbox = subscribe(reply, answer::complete);
    if (route(received(publication, reply)) == 0) {
      answer.completeExceptionally(
          new FabricException(Refusal.NO_RESPONDERS, "nobody listens on " + publication.subject()));
    }
    return answer
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((received, error) -> close(inbox))
        .exceptionallyCompose(
            error ->
                CompletableFuture.failedFuture(
                    cause(error) instanceof TimeoutException
                        ? new FabricException(Refusal.TIMEOUT, "no answer in time")
                        : cause(error)));
  }

  private static Throwable cause(final Throwable error) {
    return error instanceof CompletionException ? error.getCause() : error;
  }

  private static void close(final AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (final Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public synchronized AutoCloseable subscribe(
      final String subject, final String queueGroup, final Consumer<Received> consumer) {
    final Listening added = new Listening(subject, queueGroup, consumer);
    listening.add(added);
    return () -> {
      synchronized (this) {
        listening.remove(added);
      }
      added.thread.interrupt();
    };
  }

  @Override
  public AutoCloseable consume(final Consumption consumption, final Delivery.Handler handler) {
    final MemoryWork.Progress progress;
    synchronized (this) {
      if (!streams.containsKey(consumption.stream())) {
        throw FabricException.of(10059, "stream not found", Refusal.REFUSED);
      }
      progress =
          durables.computeIfAbsent(
              consumption.stream() + "/" + consumption.durable(),
              name -> new MemoryWork.Progress());
    }
    return MemoryWork.start(this, consumption, handler, progress);
  }

  @Override
  public KeyValue kv(final Bucket bucket) {
    keep(
        new StreamOutline(
            bucket.stream(),
            List.of(bucket.prefix() + ">"),
            bucket.age(),
            bucket.bytesMax(),
            bucket.isSynced()),
        bucket.history());
    return new MemoryKeyValue(this, bucket);
  }

  @Override
  public synchronized Tap tap(final TapFilter filter, final TapStart start) {
    return new ListTap(filter, start);
  }

  @Override
  public synchronized Backlog backlog(final TapFilter filter, final long afterSequence) {
    long count = 0;
    long bytes = 0;
    long oldestNs = 0;
    for (final StoredRecord.Kept record : records("", filter.subjects())) {
      if (record.journalSequence() > afterSequence && isWanted(filter, record)) {
        count++;
        bytes += record.payloadLength();
        oldestNs = oldestNs == 0 ? record.timeNs() : oldestNs;
      }
    }
    return new Backlog(count, bytes, oldestNs);
  }

  private static boolean isWanted(final TapFilter filter, final StoredRecord.Kept record) {
    return (filter.streams().isEmpty() || filter.streams().contains(record.stream()))
        && (filter.subjects().isEmpty()
            || filter.subjects().stream().anyMatch(each -> matches(each, record.subject())));
  }

  @Override
  public synchronized void close() {
    isClosed = true;
    listening.forEach(each -> each.thread.interrupt());
    listening.clear();
    notifyAll();
  }

  /** Waits until something may have been stored. */
  synchronized void awaitStored(final int seen, final long patienceMs) throws InterruptedException {
    if (journal.size() == seen && !isClosed && patienceMs > 0) {
      wait(patienceMs);
    }
  }

  synchronized int storedCount() {
    return journal.size();
  }

  /** One subscription and its thread. */
  private static final class Listening {
    private final LinkedBlockingQueue<Received> queue = new LinkedBlockingQueue<>();
    private final String subject;
    private final String queueGroup;
    private final Thread thread;

    Listening(final String subject, final String queueGroup, final Consumer<Received> consumer) {
      this.subject = subject;
      this.queueGroup = queueGroup;
      this.thread =
          Thread.startVirtualThread(
              () -> {
                try {
                  while (true) {
                    consumer.accept(queue.take());
                  }
                } catch (final InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
    }
  }

  private final class ListTap implements Tap {
    private final TapFilter filter;
    private final boolean isBackwards;
    private final long latestNs;
    private long sequence;
    private long dropped;
    private long read;
    private boolean isCaughtUp;

    ListTap(final TapFilter filter, final TapStart start) {
      this.filter = filter;
      this.isBackwards = start instanceof TapStart.Before;
      this.latestNs = start instanceof final TapStart.Before before ? before.timeNs() : 0;
      this.sequence =
          switch (start) {
            case TapStart.Oldest() -> 0;
            case TapStart.Now() -> journal.size();
            case TapStart.AfterSequence(final long after) -> after;
            case TapStart.AtTime(final long timeNs) -> before(timeNs);
            case TapStart.Before(final long before, final long timeNs) ->
                Math.min(before, journal.size() + 1L);
          };
    }

    private long before(final long timeNs) {
      long found = 0;
      while (found < journal.size()
          && (journal.get((int) found) == null || journal.get((int) found).timeNs() < timeNs)) {
        found++;
      }
      return found;
    }

    @Override
    public int poll(final Tap.Consumer consumer, final int limit) {
      int count = 0;
      isCaughtUp = false;
      while (count < limit) {
        final StoredRecord.Kept record = next();
        if (record == null) {
          isCaughtUp = true;
          return count;
        }
        if (isWanted(filter, record) && (!isBackwards || record.timeNs() <= latestNs)) {
          read++;
          reads.incrementAndGet();
          consumer.onRecord(record);
          count++;
        }
      }
      return count;
    }

    private StoredRecord.Kept next() {
      synchronized (MemoryFabric.this) {
        if (sequence < droppedBelow && !isBackwards) {
          dropped += droppedBelow - sequence;
          sequence = droppedBelow;
        }
        while (isBackwards ? sequence > 1 + droppedBelow : sequence < journal.size()) {
          sequence += isBackwards ? -1 : 1;
          if (journal.get((int) sequence - 1) != null) {
            return journal.get((int) sequence - 1);
          }
        }
        return null;
      }
    }

    @Override
    public void await(final long patienceMs) throws InterruptedException {
      if (committedSequence() <= sequence) {
        awaitStored((int) sequence, patienceMs);
      }
    }

    @Override
    public boolean isCaughtUp() {
      return isCaughtUp;
    }

    @Override
    public long journalSequence() {
      return sequence;
    }

    @Override
    public long committedSequence() {
      return storedCount();
    }

    @Override
    public long takeDropped() {
      final long taken = dropped;
      dropped = 0;
      return taken;
    }

    @Override
    public long recordsRead() {
      return read;
    }

    @Override
    public void close() {}
  }
}
