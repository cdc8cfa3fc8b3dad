package io.mothership.transport.ws;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What the sessions of one route have seen since the start. Any thread. */
public final class WebSocketCounters {
  private final LongAdder opened = new LongAdder();
  private final LongAdder open = new LongAdder();
  private final LongAdder messagesSent = new LongAdder();
  private final LongAdder bytesSent = new LongAdder();
  private final LongAdder messagesReceived = new LongAdder();
  private final LongAdder bytesReceived = new LongAdder();
  private final AtomicLongArray ends = new AtomicLongArray(WebSocketErrors.values().length);

  /** Sessions begun. */
  public long opened() {
    return opened.sum();
  }

  /** Sessions at this moment. */
  public long open() {
    return open.sum();
  }

  public long messagesSent() {
    return messagesSent.sum();
  }

  /** Bytes of payloads sent. */
  public long bytesSent() {
    return bytesSent.sum();
  }

  /** Text messages received. */
  public long messagesReceived() {
    return messagesReceived.sum();
  }

  /** Bytes of their payloads. */
  public long bytesReceived() {
    return bytesReceived.sum();
  }

  /** Sessions that ended for this reason. */
  public long ends(final WebSocketErrors reason) {
    return ends.get(reason.ordinal());
  }

  void countOpen() {
    opened.increment();
    open.increment();
  }

  void countEnd(final WebSocketErrors reason) {
    open.decrement();
    ends.incrementAndGet(reason.ordinal());
  }

  void countSent(final int bytes) {
    messagesSent.increment();
    bytesSent.add(bytes);
  }

  void countReceived(final int bytes) {
    messagesReceived.increment();
    bytesReceived.add(bytes);
  }
}
