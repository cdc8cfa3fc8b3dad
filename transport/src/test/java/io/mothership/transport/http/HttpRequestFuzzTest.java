package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Requests of strangers: however they are cut into reads, the same answers come of them, nothing
 * escapes, and nothing is held when the connection is gone.
 */
final class HttpRequestFuzzTest {
  private static final int PIECE_MAX = 16;
  private static final int BODY_MAX = 300;

  private final HttpListener listener =
      new HttpListener(
          HttpConfig.of("0.0.0.0", 0)
              .withTimes(10, 10, 10, 10)
              .withConnections(4, 4)
              .withSizes(new HttpConfig.Sizes(512, 1024, BODY_MAX, BODY_MAX, BODY_MAX)),
          List.of(
              new Route("GET", "/", HttpRequestFuzzTest::echo),
              new Route("POST", "/echo/{name}", HttpRequestFuzzTest::echo),
              new Route(Route.ANY_METHOD, "/any/{a}/{b}", HttpRequestFuzzTest::echo),
              new Route("GET", "/stream", HttpRequestFuzzTest::stream)),
          List.of(new Refusal()),
          Runnable::run);

  @FuzzTest
  void shouldAnswerTheSameHoweverItIsSplit(final byte[] input) {
    if (input.length < 1) {
      return;
    }
    final int piece = 1 + (input[0] & 0xFF) % PIECE_MAX;
    final String whole = answers(input, input.length);
    requireSame(whole, answers(input, 1));
    requireSame(whole, answers(input, piece));
    assertEquals(0, listener.refusalCount(HttpErrors.INTERNAL));
    assertEquals(0, listener.refusalCount(HttpErrors.HANDLER_FAILED));
    assertEquals(0, listener.connectionCount());
    assertEquals(0, listener.reservedBytes());
  }

  /**
   * Netty counts a CR whose LF has not come yet: whether a line of exactly the limit is too long
   * depends on the split, and nothing is answered behind that.
   */
  private static void requireSame(final String whole, final String split) {
    final int end = Math.min(tooLongAt(whole), tooLongAt(split));
    assertEquals(
        whole.substring(0, Math.min(end, whole.length())),
        split.substring(0, Math.min(end, split.length())));
  }

  private static int tooLongAt(final String answers) {
    final int at = answers.indexOf("HTTP/1.1 431 ");
    return at < 0 ? Integer.MAX_VALUE : at;
  }

  private String answers(final byte[] input, final int piece) {
    final EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel.pipeline().addLast(new HttpInitializer(listener));
    channel.pipeline().fireChannelActive();
    try {
      for (int at = 1; at < input.length && channel.isOpen(); at += piece) {
        final int length = Math.min(piece, input.length - at);
        channel.writeInbound(Unpooled.copiedBuffer(input, at, length));
        channel.runPendingTasks();
      }
      return sent(channel);
    } finally {
      channel.finishAndReleaseAll();
    }
  }

  private static String sent(final EmbeddedChannel channel) {
    final StringBuilder text = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      text.append(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
    return text.toString().replaceAll("(?mi)^date: .*$", "date");
  }

  /** All that the head understood of a request. */
  private static HttpResponse echo(final HttpRequestView request) {
    final StringBuilder text = new StringBuilder();
    text.append(request.method()).append(' ').append(request.path()).append('\n');
    for (final String name : List.of("name", "a", "b")) {
      if (request.hasPathParameter(name)) {
        text.append(name).append('=').append(request.pathParameter(name)).append('\n');
      }
    }
    text.append(request.query("q")).append('\n');
    text.append(request.header("X-Test").orElse("-")).append('\n');
    text.append(new String(request.body(), StandardCharsets.ISO_8859_1));
    return HttpResponse.of(
        200, "text/plain", text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static HttpResponse stream(final HttpRequestView request) {
    return HttpResponse.streaming(200, "text/plain", sink -> {});
  }

  private static final class Refusal implements UpgradeRoute {
    @Override
    public String template() {
      return "/ws";
    }

    @Override
    public Decision decide(final HttpRequestView request) {
      return new Decision.Refused(HttpResponse.empty(403));
    }
  }
}
