package io.mothership.routing;

import java.nio.charset.StandardCharsets;

/** One entry of the subject trie. Owned by ms-dispatch. */
public final class Subscription {
  /** It is in no trie. */
  static final int NO_PLACE = -1;

  private static final byte[] NONE = {};

  /** About what it takes of the heap beside its names, its places in a session and a node too. */
  private static final int FIXED_BYTES = 208;

  private final Subscriber subscriber;
  private final byte[] subject;
  private final byte[] queue;
  private final byte[] sid;
  private long deliveredMax;
  private long delivered;
  private int place = NO_PLACE;
  private boolean isClosed;

  public Subscription(
      final Subscriber subscriber, final byte[] subject, final byte[] queue, final byte[] sid) {
    this.subscriber = subscriber;
    this.subject = subject;
    this.queue = queue;
    this.sid = sid;
  }

  /** A plain subscription of a part of the appliance itself. */
  public static Subscription internal(final Subscriber subscriber, final String subject) {
    return new Subscription(subscriber, subject.getBytes(StandardCharsets.UTF_8), NONE, NONE);
  }

  public Subscriber subscriber() {
    return subscriber;
  }

  public byte[] subject() {
    return subject;
  }

  /** Empty if it is not a member of a queue group. */
  public byte[] queue() {
    return queue;
  }

  /** The client's own name for it, as it came on the wire; empty inside. */
  public byte[] sid() {
    return sid;
  }

  /** About what it takes of the heap. */
  long heapBytes() {
    return FIXED_BYTES + subject.length + queue.length + 2L * sid.length;
  }

  /** Where it is in its node of the trie. */
  int place() {
    return place;
  }

  void place(final int newPlace) {
    place = newPlace;
  }

  public boolean isQueueMember() {
    return queue.length != 0;
  }

  /** Messages after which it ends by itself, counted from its start; 0 = never. */
  public long deliveredMax() {
    return deliveredMax;
  }

  public void deliveredMax(final long count) {
    deliveredMax = count;
  }

  public long delivered() {
    return delivered;
  }

  public long countDelivery() {
    return ++delivered;
  }

  public boolean isClosed() {
    return isClosed;
  }

  public void close() {
    isClosed = true;
  }
}
