package io.mothership.transport.nats;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of one listener.
 *
 * <p><i>Thread:</i> any.
 */
final class ConnectionRegistry {
  private final ConcurrentHashMap<Long, NatsConnection> connections = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /** Takes a connection in unless there are too many. */
  boolean tryAdd(final NatsConnection connection, final int connectionsMax) {
    if (count.incrementAndGet() > connectionsMax) {
      count.decrementAndGet();
      return false;
    }
    connections.put(connection.id(), connection);
    return true;
  }

  void remove(final NatsConnection connection) {
    if (connections.remove(connection.id()) != null) {
      count.decrementAndGet();
    }
  }

  int count() {
    return count.get();
  }

  Collection<NatsConnection> snapshot() {
    return List.copyOf(connections.values());
  }
}
