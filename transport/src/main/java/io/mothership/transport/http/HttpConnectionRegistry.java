package io.mothership.transport.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The connections of a listener, and who has to go when there are too many: the one of the same
 * address, or of the address with most of them, that has been waiting longest. So whoever opens
 * many and says nothing takes his own places only, and a request that is sent at once is served.
 *
 * <p>Addresses of IPv6 count by their first 64 bits, which is what a subscriber gets. Loopback ones
 * have no share that they could exhaust, and a few places more than there are.
 *
 * <p><i>Thread:</i> any.
 */
final class HttpConnectionRegistry {
  /** All that comes from this machine, a proxy on it included. */
  private static final Object LOOPBACK = new Object();

  /** One place in so many is kept for this machine. */
  private static final int RESERVE_SHARE = 16;

  private static final int PREFIX_LENGTH = 8;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final Map<Object, Set<HttpMember>> shares = new HashMap<>();
  private int count;

  /** Takes a connection; answers why not. */
  Optional<HttpErrors> tryJoin(final HttpMember member, final HttpConfig.Connections limits) {
    final Optional<HttpMember> evicted;
    lock.lock();
    try {
      final Object key = key(member.peer());
      final Set<HttpMember> share = shares.getOrDefault(key, Set.of());
      final boolean isShareFull = key != LOOPBACK && share.size() >= limits.perAddressMax();
      if (isShareFull) {
        evicted = longestWaiting(share);
        if (evicted.isEmpty()) {
          return Optional.of(HttpErrors.ADDRESS_MAX);
        }
      } else if (count >= limits.max()) {
        evicted = longestWaitingOfMost();
        final int reserve = Math.max(1, limits.max() / RESERVE_SHARE);
        final boolean hasReserve = key == LOOPBACK && count < limits.max() + reserve;
        if (evicted.isEmpty() && !hasReserve) {
          return Optional.of(HttpErrors.CONNECTIONS_MAX);
        }
      } else {
        evicted = Optional.empty();
      }
      evicted.ifPresent(this::remove);
      add(member);
    } finally {
      lock.unlock();
    }
    evicted.ifPresent(HttpMember::evict);
    return Optional.empty();
  }

  /** Takes back one that was to be evicted and began to be served in the meantime. */
  void rejoin(final HttpMember member) {
    lock.lock();
    try {
      add(member);
    } finally {
      lock.unlock();
    }
  }

  void leave(final HttpMember member) {
    lock.lock();
    try {
      remove(member);
      left.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  List<HttpMember> snapshot() {
    lock.lock();
    try {
      final List<HttpMember> all = new ArrayList<>(count);
      shares.values().forEach(all::addAll);
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until nobody is left; false if {@code patienceMs} passed first. */
  boolean awaitEmpty(final long patienceMs) {
    long restNs = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    lock.lock();
    try {
      while (count > 0) {
        if (restNs <= 0) {
          return false;
        }
        restNs = left.awaitNanos(restNs);
      }
      return true;
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void add(final HttpMember member) {
    if (shares.computeIfAbsent(key(member.peer()), key -> new LinkedHashSet<>()).add(member)) {
      count++;
    }
  }

  private void remove(final HttpMember member) {
    final Object key = key(member.peer());
    final Set<HttpMember> share = shares.getOrDefault(key, new LinkedHashSet<>());
    if (share.remove(member)) {
      count--;
    }
    if (share.isEmpty()) {
      shares.remove(key);
    }
  }

  private Optional<HttpMember> longestWaitingOfMost() {
    return shares.values().stream()
        .sorted(Comparator.comparingInt((Set<HttpMember> share) -> share.size()).reversed())
        .map(HttpConnectionRegistry::longestWaiting)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<HttpMember> longestWaiting(final Set<HttpMember> share) {
    HttpMember longest = null;
    long longestSinceNs = HttpMember.BUSY;
    for (final HttpMember member : share) {
      final long sinceNs = member.waitingSinceNs();
      if (sinceNs != HttpMember.BUSY && (longest == null || sinceNs - longestSinceNs < 0)) {
        longest = member;
        longestSinceNs = sinceNs;
      }
    }
    return Optional.ofNullable(longest);
  }

  private static Object key(final SocketAddress peer) {
    if (!(peer instanceof final InetSocketAddress socket) || socket.getAddress() == null) {
      return LOOPBACK;
    }
    final InetAddress address = socket.getAddress();
    if (address.isLoopbackAddress()) {
      return LOOPBACK;
    }
    return address instanceof Inet6Address
        ? ByteBuffer.wrap(address.getAddress(), 0, PREFIX_LENGTH)
        : address;
  }
}
