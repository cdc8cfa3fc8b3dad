package io.mothership.dispatch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the broker holds at one moment: totals, and the states of its first streams and consumers.
 *
 * <p><i>Thread:</i> filled on ms-dispatch, then handed over and never changed again.
 * <i>Allocates:</i> per stream and consumer, up to its limits.
 */
public final class BrokerReport {
  private final int streamsMax;
  private final int consumersMax;
  private final List<StreamState> streams = new ArrayList<>();
  private final List<ConsumerState> consumers = new ArrayList<>();
  private int sessions;
  private int subscriptions;
  private int streamCount;
  private int consumerCount;
  private long fileBytes;
  private long memoryBytes;
  private long requests;
  private long stateBytes;
  private long stateBytesMax;
  private long stateRefusals;
  private long recordTimeNs;

  /**
   * @param streamsMax states of streams to keep; more are only counted
   * @param consumersMax states of consumers to keep; more are only counted
   */
  public BrokerReport(final int streamsMax, final int consumersMax) {
    this.streamsMax = streamsMax;
    this.consumersMax = consumersMax;
  }

  /**
   * A stream.
   *
   * @param messages stored, those included that wait for the disk
   * @param bytes as the stream's limits count them
   * @param firstSequence of the oldest message, or one above the last if there is none
   * @param lastSequence the highest that may be shown to anybody
   * @param stateBytes what it takes of the heap
   * @param bytesMax limit, -1 = none
   * @param lostMessages those whose records the disk did not keep
   */
  public record StreamState(
      String name,
      long messages,
      long bytes,
      long firstSequence,
      long lastSequence,
      int consumers,
      int subjects,
      long stateBytes,
      long bytesMax,
      long lostMessages) {}

  /**
   * A consumer.
   *
   * @param pending messages not delivered yet
   * @param ackPending messages delivered and not acknowledged
   * @param redelivered of these, delivered more than once
   * @param delivered deliveries so far
   */
  public record ConsumerState(
      String stream, String name, long pending, int ackPending, int redelivered, long delivered) {}

  /** Time of the newest record, which is ahead of the wall clock while that is behind. */
  void recordTime(final long newRecordTimeNs) {
    recordTimeNs = newRecordTimeNs;
  }

  /** Time of the newest record in ns since 1970, 0 = there is none. */
  public long recordTimeNs() {
    return recordTimeNs;
  }

  void clients(final int sessionCount, final int subscriptionCount) {
    sessions = sessionCount;
    subscriptions = subscriptionCount;
  }

  /** Stored bytes of all streams, and requests to the API so far. */
  public void totals(final long newFileBytes, final long newMemoryBytes, final long newRequests) {
    fileBytes = newFileBytes;
    memoryBytes = newMemoryBytes;
    requests = newRequests;
  }

  /** What streams and consumers take of the heap, may take, and how often more was refused. */
  public void state(final long newBytes, final long newBytesMax, final long newRefusals) {
    stateBytes = newBytes;
    stateBytesMax = newBytesMax;
    stateRefusals = newRefusals;
  }

  /** Counts a stream; true if its state is wanted too, by {@link #add(StreamState)}. */
  public boolean countStream() {
    return streamCount++ < streamsMax;
  }

  public void add(final StreamState stream) {
    streams.add(stream);
  }

  /** Counts a consumer; true if its state is wanted too, by {@link #add(ConsumerState)}. */
  public boolean countConsumer() {
    return consumerCount++ < consumersMax;
  }

  public void add(final ConsumerState consumer) {
    consumers.add(consumer);
  }

  /** Sessions of clients and of the appliance's own services. */
  public int sessions() {
    return sessions;
  }

  /** Subscriptions of all accounts, the appliance's own included. */
  public int subscriptions() {
    return subscriptions;
  }

  public int streamCount() {
    return streamCount;
  }

  public int consumerCount() {
    return consumerCount;
  }

  /** Bytes stored in file streams. */
  public long fileBytes() {
    return fileBytes;
  }

  /** Bytes stored in memory streams. */
  public long memoryBytes() {
    return memoryBytes;
  }

  /** Requests to the JetStream API so far. */
  public long requests() {
    return requests;
  }

  /** What streams and consumers take of the heap. */
  public long stateBytes() {
    return stateBytes;
  }

  /** What they may take. */
  public long stateBytesMax() {
    return stateBytesMax;
  }

  /** How often more was refused or held back. */
  public long stateRefusals() {
    return stateRefusals;
  }

  /** The first streams, by name. */
  public List<StreamState> streams() {
    return Collections.unmodifiableList(streams);
  }

  /** The first consumers, by stream and name. */
  public List<ConsumerState> consumers() {
    return Collections.unmodifiableList(consumers);
  }
}
