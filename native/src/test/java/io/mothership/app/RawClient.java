package io.mothership.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A socket that sends any bytes. Text is Latin 1: one char a byte. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MS = 20_000;

  private final Socket socket;
  private final InputStream in;

  RawClient(final int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(PATIENCE_MS);
    socket.setTcpNoDelay(true);
    in = socket.getInputStream();
  }

  /** Sends as much as the other side takes before it closes. */
  RawClient send(final String latin1) {
    try {
      socket.getOutputStream().write(latin1.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    } catch (final IOException e) {
      // It may have closed at the first bytes; what it said is still to be read.
    }
    return this;
  }

  /** Nothing more will come from here. */
  RawClient end() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Everything up to the end of the connection; fails if it does not end. */
  String untilClosed() throws IOException {
    final ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        all.write(b);
      }
    } catch (final SocketTimeoutException e) {
      throw new IOException("still open after: " + all.toString(StandardCharsets.ISO_8859_1), e);
    } catch (final IOException e) {
      all.writeBytes("<reset>".getBytes(StandardCharsets.US_ASCII));
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** Everything up to and with {@code end}. */
  String until(final String end) throws IOException {
    final StringBuilder all = new StringBuilder();
    while (all.indexOf(end, Math.max(0, all.length() - end.length())) < 0) {
      final int b = in.read();
      if (b < 0) {
        throw new IOException("closed after: " + all);
      }
      all.append((char) b);
    }
    return all.toString();
  }

  String read(final int length) throws IOException {
    return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
