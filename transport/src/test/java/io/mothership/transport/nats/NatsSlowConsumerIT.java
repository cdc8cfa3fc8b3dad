package io.mothership.transport.nats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.dispatch.Threading;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that stops reading is told and closed, and nobody else notices. */
final class NatsSlowConsumerIT {
  private static final String QUIET = "CONNECT {\"verbose\":false}\r\n";
  private static final int PAYLOAD_LENGTH = 10_000;
  private static final int MESSAGES = 6_000;

  private TcpBroker broker;

  @AfterEach
  void close() {
    broker.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Threading.class,
      names = {"SHARED", "DEDICATED"})
  void shouldCutTheBacklogAtAMessageAndSayWhy(final Threading threading) throws IOException {
    open(threading, new NatsConfig().farewellMs(60_000));
    try (Socket slow = connect();
        Socket publisher = connect()) {
      send(slow, QUIET + "SUB a 1\r\nPING\r\n");
      final InputStream in = new BufferedInputStream(slow.getInputStream());
      readUntilPong(in);
      publish(publisher);
      assertEquals(1, broker.listener().counters().slowConsumers());
      final String message = "MSG a 1 " + PAYLOAD_LENGTH + "\r\n";
      String line = readLine(in);
      int whole = 0;
      while (line.equals(message)) {
        assertEquals(PAYLOAD_LENGTH, in.readNBytes(PAYLOAD_LENGTH).length);
        assertEquals("\r\n", readLine(in));
        whole++;
        line = readLine(in);
      }
      assertEquals("-ERR 'Slow Consumer'\r\n", line);
      assertEquals(-1, in.read());
      assertTrue(whole > 0 && whole < MESSAGES);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Threading.class,
      names = {"SHARED", "DEDICATED"})
  void shouldEndAConnectionThatTakesNothingForTheWriteDeadline(final Threading threading)
      throws Exception {
    open(
        threading,
        new NatsConfig().pendingBytesMax(1L << 30).clientBytesMax(1L << 40).writeDeadlineMs(300));
    try (Socket slow = connect();
        Socket publisher = connect()) {
      send(slow, QUIET + "SUB a 1\r\nPING\r\n");
      readUntilPong(slow.getInputStream());
      publish(publisher);
      while (broker.listener().connectionCount() > 1) {
        Thread.sleep(10);
      }
      assertEquals(1, broker.listener().counters().errors(NatsErrors.WRITE_DEADLINE_EXCEEDED));
    }
  }

  private void open(final Threading threading, final NatsConfig config) {
    if (config.pendingBytesMax() < 1L << 30) {
      config.pendingBytesMax(2L * 1024 * 1024);
    }
    broker = new TcpBroker(config, threading);
  }

  private Socket connect() throws IOException {
    final Socket socket = new Socket();
    socket.setReceiveBufferSize(16 * 1024);
    socket.connect(new InetSocketAddress("127.0.0.1", broker.port()));
    return socket;
  }

  private static void publish(final Socket publisher) throws IOException {
    final String message = "PUB a " + PAYLOAD_LENGTH + "\r\n" + "x".repeat(PAYLOAD_LENGTH) + "\r\n";
    send(publisher, QUIET);
    final byte[] bytes = message.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < MESSAGES; i++) {
      publisher.getOutputStream().write(bytes);
    }
    send(publisher, "PING\r\n");
    readUntilPong(publisher.getInputStream());
  }

  private static void send(final Socket socket, final String text) throws IOException {
    final OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static void readUntilPong(final InputStream in) throws IOException {
    String line = readLine(in);
    while (!"PONG\r\n".equals(line)) {
      assertTrue(line.startsWith("INFO ") || "PING\r\n".equals(line), line);
      line = readLine(in);
    }
  }

  private static String readLine(final InputStream in) throws IOException {
    final StringBuilder line = new StringBuilder();
    while (line.indexOf("\r\n") < 0) {
      final int letter = in.read();
      if (letter < 0) {
        return line.append("<end>").toString();
      }
      line.append((char) letter);
    }
    return line.toString();
  }
}
