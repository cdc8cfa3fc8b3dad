package io.mothership.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * WebSockets on the feed that take the first bytes and then read nothing, and requests for pages of
 * history, many at a time.
 *
 * <p><i>Thread:</i> one; virtual threads ask for pages.
 */
final class SlowFeeds implements AutoCloseable {
  private static final int PAGE_TIMEOUT_MS = 60_000;

  private final MeasuredProcess process;
  private final String organization;
  private final String authorization;
  private final long since;
  private final List<Socket> sockets = new ArrayList<>();
  private final List<Thread> askers = new ArrayList<>();
  private volatile boolean isClosed;
  private volatile int pages;
  private volatile int refusals;

  /**
   * @param since journal sequence from which the feeds begin
   */
  SlowFeeds(
      final MeasuredProcess process,
      final String organization,
      final String token,
      final long since) {
    this.process = process;
    this.since = since;
    this.organization = organization;
    this.authorization = "Authorization: Bearer " + token + "\r\n";
  }

  /** Returns the first line of the answer if it was refused, else nothing. */
  String tryOpen() throws IOException {
    final Socket socket = connect(4 * 1024);
    socket
        .getOutputStream()
        .write(
            ("GET /api/v1/feed?since="
                    + since
                    + "&org_id="
                    + organization
                    + " HTTP/1.1\r\nHost: localhost\r\n"
                    + authorization
                    + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    final StringBuilder line = new StringBuilder();
    for (int letter = socket.getInputStream().read();
        letter >= 0 && letter != '\n';
        letter = socket.getInputStream().read()) {
      line.append((char) letter);
    }
    sockets.add(socket);
    return line.indexOf(" 101 ") > 0 ? "" : line.toString().strip();
  }

  /** So many clients ask for the longest page again and again. */
  void askForPages(final int clients) {
    for (int i = 0; i < clients; i++) {
      askers.add(Thread.startVirtualThread(this::ask));
    }
  }

  private void ask() {
    while (!isClosed && process.isAlive()) {
      try (Socket socket = connect(64 * 1024)) {
        socket.setSoTimeout(PAGE_TIMEOUT_MS);
        socket
            .getOutputStream()
            .write(
                ("GET /api/v1/telemetry?limit=1000&org_id="
                        + organization
                        + " HTTP/1.1\r\nHost: localhost\r\n"
                        + authorization
                        + "Connection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        final BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        final String status = in.readLine();
        in.skip(Long.MAX_VALUE);
        count(status != null && status.contains(" 200 "));
      } catch (final IOException e) {
        count(false);
      }
    }
  }

  private synchronized void count(final boolean isGood) {
    pages += isGood ? 1 : 0;
    refusals += isGood ? 0 : 1;
  }

  /** Pages that came, and requests that got something else. */
  String pages() {
    return String.format("%,d pages of history, %,d refused", pages, refusals);
  }

  private Socket connect(final int receiveBytes) throws IOException {
    final Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBytes);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), process.httpPort()), 10_000);
    return socket;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    isClosed = true;
    for (final Socket socket : sockets) {
      socket.close();
    }
    for (final Thread asker : askers) {
      asker.join();
    }
  }
}
