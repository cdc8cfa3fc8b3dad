package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.transport.loop.SocketDriver;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Server-sent events over raw sockets. */
final class HttpEventsIT {
  private static final String GET = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private final EventLoopGroup group = SocketDriver.best().loops(1);
  private final BlockingQueue<EventStream.Event> events = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicLong flooded = new AtomicLong();
  private HttpListener listener;

  @BeforeEach
  void start() {
    listener =
        HttpListener.start(
            HttpConfig.of("127.0.0.1", 0)
                .withTimes(new HttpConfig.Times(60_000, 500, 60_000, 5_000, 50)),
            group,
            List.of(
                Route.of("GET", "/events", request -> HttpResponse.events(this::run)),
                Route.of("GET", "/few", request -> HttpResponse.events(HttpEventsIT::few)),
                Route.of("GET", "/flood", request -> HttpResponse.events(this::flood))),
            List.of());
  }

  @AfterEach
  void stop() {
    listener.close();
    assertEquals(0, listener.connectionCount());
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void shouldSendEventsInTheirForm() throws Exception {
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(GET.replace("/events", "/few").replace("1.1", "1.0"));
      final String answer = client.rest();
      assertTrue(answer.contains("content-type: text/event-stream\r\n"), answer);
      assertTrue(answer.contains("Cache-Control: no-store\r\n"), answer);
      assertEquals(
          ":\n\nretry: 1500\n\nid: 7\nevent: entity\ndata: a\ndata: \ndata: b\n\ndata: c\n\n",
          answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }
  }

  @Test
  void shouldSayThatItLivesWhenNothingHappens() throws Exception {
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(GET);
      client.head();
      final String beat = "3\r\n:\n\n\r\n";
      assertEquals(beat.repeat(3), text(client.read(beat.length() * 3)));
      events.add(new EventStream.Event("", "", "x"));
      final StringBuilder seen = new StringBuilder();
      while (seen.indexOf("data: x\n\n") < 0) {
        seen.append(text(client.read(1)));
      }
    }
    assertTrue(ended.await(60, TimeUnit.SECONDS), "a client that is gone ends its source");
  }

  @Test
  void shouldEndProperlyWhenTheListenerStops() throws Exception {
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(GET);
      client.head();
      client.read(8);
      listener.close();
      assertTrue(client.rest().endsWith("0\r\n\r\n"));
      assertTrue(ended.await(60, TimeUnit.SECONDS));
      assertEquals(0, listener.refusalCount(HttpErrors.INTERNAL));
    }
  }

  @Test
  void shouldCutAClientThatDoesNotRead() throws Exception {
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(GET.replace("/events", "/flood"));
      assertTrue(ended.await(60, TimeUnit.SECONDS));
      // The connection ends when the refusal is counted.
      client.rest();
      assertTrue(flooded.get() < 64L * 1024 * 1024, "flooded=" + flooded.get());
      assertEquals(1, listener.refusalCount(HttpErrors.WRITE_STALLED));
    }
  }

  @Test
  void shouldAnswerHeadWithoutStarting() throws Exception {
    try (RawConnection client = new RawConnection(listener.port())) {
      client.send(
          "HEAD /events HTTP/1.1\r\nHost: localhost\r\n\r\n" + GET.replace("/events", "/few"));
      assertTrue(client.head().contains("text/event-stream"));
      assertTrue(client.head().contains("text/event-stream"));
    }
  }

  @Test
  void shouldNotTakeIdsThatWouldEndTheirLine() {
    assertThrows(
        IllegalArgumentException.class, () -> new EventStream.Event("1\ndata: forged", "", ""));
    assertThrows(IllegalArgumentException.class, () -> new EventStream.Event("", "a\rb", ""));
  }

  private void run(final EventStream stream) throws IOException, InterruptedException {
    try {
      while (true) {
        stream.send(events.take());
      }
    } finally {
      ended.countDown();
    }
  }

  private static void few(final EventStream stream) throws IOException, InterruptedException {
    stream.retry(1_500);
    stream.send(new EventStream.Event("7", "entity", "a\r\n\nb"));
    stream.send(new EventStream.Event("", "", "c"));
  }

  private void flood(final EventStream stream) throws IOException, InterruptedException {
    final String data = "x".repeat(10_000);
    try {
      while (true) {
        stream.send(new EventStream.Event("", "", data));
        flooded.addAndGet(data.length());
      }
    } finally {
      ended.countDown();
    }
  }

  private static String text(final byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.US_ASCII);
  }
}
