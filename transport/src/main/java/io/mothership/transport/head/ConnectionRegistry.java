package io.mothership.transport.head;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections of one listener.
 *
 * <p><i>Thread:</i> any.
 *
 * @param <C> the head's connections
 */
public final class ConnectionRegistry<C extends HeadConnection> {
  private final ConcurrentHashMap<Long, C> connections = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  /** Takes a connection in unless there are too many. */
  public boolean tryAdd(final C connection, final int connectionsMax) {
    if (count.incrementAndGet() > connectionsMax) {
      count.decrementAndGet();
      return false;
    }
    connections.put(connection.id(), connection);
    return true;
  }

  public void remove(final C connection) {
    if (connections.remove(connection.id()) != null) {
      count.decrementAndGet();
    }
  }

  /** Connections at this moment. */
  public int count() {
    return count.get();
  }

  /** Those that are there now. */
  public Collection<C> snapshot() {
    return List.copyOf(connections.values());
  }
}
