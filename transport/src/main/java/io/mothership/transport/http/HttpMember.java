package io.mothership.transport.http;

import java.net.SocketAddress;

/** A connection as {@link HttpConnectionRegistry} sees it. Any thread. */
interface HttpMember {
  /** {@link #waitingSinceNs} of one that is being served. */
  long BUSY = Long.MAX_VALUE;

  SocketAddress peer();

  /** Since when nothing came of it but parts of a head; {@link #BUSY} if it is being served. */
  long waitingSinceNs();

  /** Another one needs its place. */
  void evict();

  /** The listener stops. */
  void stop();

  /** The listener's patience is over. */
  void abort();
}
