package io.mothership.transport.http;

import io.netty.handler.ssl.SslContext;
import java.util.Optional;

/**
 * Where a listener listens and what it bears.
 *
 * @param host address to bind
 * @param port 0 takes any free one
 * @param origins whose pages may ask, and by which names
 * @param tls certificate and key; without, the listener speaks in the clear
 * @param remedy what somebody can do if the address cannot be bound; may be empty
 */
public record HttpConfig(
    String host,
    int port,
    Sizes sizes,
    Connections connections,
    Times times,
    OriginPolicy origins,
    Optional<SslContext> tls,
    String remedy) {
  private static final int KIB = 1024;

  public HttpConfig {
    require(port >= 0 && port <= 65_535, "port", port);
  }

  /**
   * How much a request may bring.
   *
   * @param lineBytesMax of the request line
   * @param headerBytesMax of all header lines of a request together
   * @param bodyBytesMax of a request's body where the route says nothing
   * @param bodyBytesBound of any body, whatever a route says
   * @param bodiesBytesMax of what is held of all bodies under way together
   */
  public record Sizes(
      int lineBytesMax,
      int headerBytesMax,
      int bodyBytesMax,
      long bodyBytesBound,
      long bodiesBytesMax) {
    public Sizes {
      require(lineBytesMax >= 512, "lineBytesMax", lineBytesMax);
      require(headerBytesMax >= lineBytesMax, "headerBytesMax", headerBytesMax);
      require(bodyBytesMax >= 0, "bodyBytesMax", bodyBytesMax);
      require(bodyBytesBound >= bodyBytesMax, "bodyBytesBound", bodyBytesBound);
      require(bodiesBytesMax >= bodyBytesMax, "bodiesBytesMax", bodiesBytesMax);
    }
  }

  /**
   * How many may come.
   *
   * @param max at one time
   * @param perAddressMax of them from one address; loopback ones have no such limit
   */
  public record Connections(int max, int perAddressMax) {
    public Connections {
      require(max > 0, "connections.max", max);
      require(perAddressMax > 0, "connections.perAddressMax", perAddressMax);
    }
  }

  /**
   * How long things may take.
   *
   * @param readTimeoutMs from a request's first byte to its last; of a streamed body between two
   *     reads
   * @param writeTimeoutMs that a response may stand still
   * @param idleTimeoutMs between requests
   * @param stopPatienceMs that requests under way get when the listener closes
   * @param heartbeatMs of silence after which a stream of events says that it lives
   */
  public record Times(
      long readTimeoutMs,
      long writeTimeoutMs,
      long idleTimeoutMs,
      long stopPatienceMs,
      long heartbeatMs) {
    public Times {
      require(readTimeoutMs > 0, "readTimeoutMs", readTimeoutMs);
      require(writeTimeoutMs > 0, "writeTimeoutMs", writeTimeoutMs);
      require(idleTimeoutMs > 0, "idleTimeoutMs", idleTimeoutMs);
      require(stopPatienceMs >= 0, "stopPatienceMs", stopPatienceMs);
      require(heartbeatMs > 0, "heartbeatMs", heartbeatMs);
    }
  }

  /**
   * The contract's limits: 8 KiB line, 32 KiB headers, 1 MiB body (64 MiB where a route says so, 8
   * MiB held together), 1,024 connections, 256 of an address, 10 s to read, 120 s idle.
   */
  public static HttpConfig of(final String host, final int port) {
    return new HttpConfig(
        host,
        port,
        new Sizes(8 * KIB, 32 * KIB, KIB * KIB, 64L * KIB * KIB, 8L * KIB * KIB),
        new Connections(1024, 256),
        new Times(10_000, 10_000, 120_000, 10_000, 15_000),
        OriginPolicy.standard(),
        Optional.empty(),
        "");
  }

  /** The same with other times, for slow links and tests. */
  public HttpConfig withTimes(
      final long readTimeoutMs,
      final long writeTimeoutMs,
      final long idleTimeoutMs,
      final long stopPatienceMs) {
    return withTimes(
        new Times(
            readTimeoutMs, writeTimeoutMs, idleTimeoutMs, stopPatienceMs, times.heartbeatMs()));
  }

  public HttpConfig withTimes(final Times newTimes) {
    return new HttpConfig(host, port, sizes, connections, newTimes, origins, tls, remedy);
  }

  public HttpConfig withSizes(final Sizes newSizes) {
    return new HttpConfig(host, port, newSizes, connections, times, origins, tls, remedy);
  }

  public HttpConfig withConnections(final int max, final int perAddressMax) {
    return new HttpConfig(
        host, port, sizes, new Connections(max, perAddressMax), times, origins, tls, remedy);
  }

  public HttpConfig withOrigins(final OriginPolicy newOrigins) {
    return new HttpConfig(host, port, sizes, connections, times, newOrigins, tls, remedy);
  }

  public HttpConfig withTls(final Optional<SslContext> newTls) {
    return new HttpConfig(host, port, sizes, connections, times, origins, newTls, remedy);
  }

  public HttpConfig withRemedy(final String newRemedy) {
    return new HttpConfig(host, port, sizes, connections, times, origins, tls, newRemedy);
  }

  private static void require(final boolean holds, final String name, final long actual) {
    if (!holds) {
      throw new IllegalArgumentException("HTTP limit out of range: " + name + "=" + actual);
    }
  }
}
