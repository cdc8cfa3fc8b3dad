package io.mothership.transport.http;

/**
 * Where a listener listens and what it bears.
 *
 * @param host address to bind
 * @param port 0 takes any free one
 * @param lineBytesMax of the request line
 * @param headerBytesMax of all header lines of a request together
 * @param bodyBytesMax of a request's body
 * @param bodiesBytesMax of the bodies of all requests under way together
 * @param connectionsMax at one time
 * @param readTimeoutMs from a request's first byte to its last
 * @param writeTimeoutMs that a response may stand still
 * @param idleTimeoutMs between requests
 * @param stopPatienceMs that requests under way get when the listener closes
 */
public record HttpConfig(
    String host,
    int port,
    int lineBytesMax,
    int headerBytesMax,
    int bodyBytesMax,
    long bodiesBytesMax,
    int connectionsMax,
    long readTimeoutMs,
    long writeTimeoutMs,
    long idleTimeoutMs,
    long stopPatienceMs) {

  public HttpConfig {
    require(port >= 0 && port <= 65_535, "port", port);
    require(lineBytesMax >= 512, "lineBytesMax", lineBytesMax);
    require(headerBytesMax >= lineBytesMax, "headerBytesMax", headerBytesMax);
    require(bodyBytesMax >= 0, "bodyBytesMax", bodyBytesMax);
    require(bodiesBytesMax >= bodyBytesMax, "bodiesBytesMax", bodiesBytesMax);
    require(connectionsMax > 0, "connectionsMax", connectionsMax);
    require(readTimeoutMs > 0, "readTimeoutMs", readTimeoutMs);
    require(writeTimeoutMs > 0, "writeTimeoutMs", writeTimeoutMs);
    require(idleTimeoutMs > 0, "idleTimeoutMs", idleTimeoutMs);
    require(stopPatienceMs >= 0, "stopPatienceMs", stopPatienceMs);
  }

  /**
   * The contract's limits: 8 KiB line, 32 KiB headers, 1 MiB body (8 MiB together), 10 s to read,
   * 120 s idle.
   */
  public static HttpConfig of(final String host, final int port) {
    return new HttpConfig(
        host,
        port,
        8 * 1024,
        32 * 1024,
        1024 * 1024,
        8 * 1024 * 1024,
        1024,
        10_000,
        10_000,
        120_000,
        10_000);
  }

  /** The same with other times, for slow links and tests. */
  public HttpConfig withTimes(
      final long newReadTimeoutMs,
      final long newWriteTimeoutMs,
      final long newIdleTimeoutMs,
      final long newStopPatienceMs) {
    return new HttpConfig(
        host,
        port,
        lineBytesMax,
        headerBytesMax,
        bodyBytesMax,
        bodiesBytesMax,
        connectionsMax,
        newReadTimeoutMs,
        newWriteTimeoutMs,
        newIdleTimeoutMs,
        newStopPatienceMs);
  }

  private static void require(final boolean holds, final String name, final long actual) {
    if (!holds) {
      throw new IllegalArgumentException("HTTP limit out of range: " + name + "=" + actual);
    }
  }
}
