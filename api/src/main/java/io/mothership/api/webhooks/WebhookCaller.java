package io.mothership.api.webhooks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Posts one body to somebody's server and looks at the status of the answer, no further: redirects
 * lead nowhere, the body is not read. It calls the very address that {@link WebhookTargets} let
 * through, which the JDK's client cannot be told.
 *
 * <p><i>Thread:</i> a virtual one; blocks up to the time limit.
 */
final class WebhookCaller {
  private static final int HEAD_BYTES_MAX = 1_024;
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  private final WebhookTargets targets;
  private final Duration limit;

  /**
   * @param limit for the whole call
   */
  WebhookCaller(final WebhookTargets targets, final Duration limit) {
    this.targets = targets;
    this.limit = limit;
  }

  /**
   * The status of the answer.
   *
   * @throws IOException if there is none; the message is fit for the webhook's owner
   */
  int post(final URI url, final Map<String, String> headers, final byte[] body) throws IOException {
    final long deadlineNs = System.nanoTime() + limit.toNanos();
    final boolean isSecure = url.getScheme().equalsIgnoreCase("https");
    final int port = url.getPort() >= 0 ? url.getPort() : isSecure ? HTTPS : HTTP;
    final String host = url.getHost().replaceAll("[\\[\\]]", "");
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(targets.resolve(host), port), remainingMs(deadlineNs));
      plain.setSoTimeout(remainingMs(deadlineNs));
      try (Socket socket = isSecure ? secured(plain, host, port) : plain) {
        final OutputStream out = socket.getOutputStream();
        out.write(head(url, headers, body.length).getBytes(StandardCharsets.UTF_8));
        out.write(body);
        out.flush();
        return status(socket, deadlineNs);
      }
    } catch (final SocketTimeoutException e) {
      throw new IOException("no answer within " + limit.toMillis() + " ms");
    }
  }

  private static Socket secured(final Socket plain, final String host, final int port)
      throws IOException {
    final SSLSocket secured =
        (SSLSocket)
            ((SSLSocketFactory) SSLSocketFactory.getDefault())
                .createSocket(plain, host, port, true);
    final SSLParameters parameters = secured.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return secured;
  }

  private static String head(
      final URI url, final Map<String, String> headers, final int bodyLength) {
    final String path = url.getRawPath() == null ? "" : url.getRawPath();
    final StringBuilder head = new StringBuilder("POST ");
    head.append(path.isEmpty() ? "/" : path);
    if (url.getRawQuery() != null) {
      head.append('?').append(url.getRawQuery());
    }
    head.append(" HTTP/1.1\r\nHost: ").append(url.getRawAuthority());
    headers.forEach((name, value) -> head.append("\r\n").append(name).append(": ").append(value));
    head.append("\r\nContent-Length: ").append(bodyLength);
    return head.append("\r\nConnection: close\r\n\r\n").toString();
  }

  /** Of the first answer that is not a mere 1xx. */
  private static int status(final Socket socket, final long deadlineNs) throws IOException {
    final InputStream in = socket.getInputStream();
    String line = line(in, socket, deadlineNs);
    while (line.startsWith("HTTP/1.1 1")) {
      while (!line.isEmpty()) {
        line = line(in, socket, deadlineNs);
      }
      line = line(in, socket, deadlineNs);
    }
    if (!line.matches("HTTP/1\\.[01] [2-5][0-9][0-9]( .*)?")) {
      throw new IOException("the answer is not HTTP/1.1");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static String line(final InputStream in, final Socket socket, final long deadlineNs)
      throws IOException {
    final StringBuilder line = new StringBuilder();
    for (int i = 0; i < HEAD_BYTES_MAX; i++) {
      socket.setSoTimeout(remainingMs(deadlineNs));
      final int c = in.read();
      if (c < 0) {
        throw new IOException("the connection ended before an answer");
      }
      if (c == '\n') {
        return line.toString().strip();
      }
      line.append((char) c);
    }
    throw new IOException("the answer's head is longer than " + HEAD_BYTES_MAX + " bytes");
  }

  private static int remainingMs(final long deadlineNs) throws SocketTimeoutException {
    final long ms = (deadlineNs - System.nanoTime()) / 1_000_000;
    if (ms <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) ms;
  }
}
