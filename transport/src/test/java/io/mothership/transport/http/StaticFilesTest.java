package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StaticFilesTest {
  private static final String FOLDER = "io/mothership/transport/http/web";
  private static final ClassLoader LOADER = StaticFilesTest.class.getClassLoader();
  private static final List<String> NAMES = List.of("index.html", "app.js", "vendor/a-1.0.css");

  private final HttpListener listener =
      new HttpListener(
          HttpConfig.of("127.0.0.1", 0),
          StaticFiles.of(LOADER, FOLDER, "/", NAMES)
              .unchanging("vendor")
              .header("Content-Security-Policy", "default-src 'none'")
              .routes(),
          List.of(),
          Runnable::run);

  @Test
  void shouldServeAFileWithItsTypeAndTag() {
    final String answer = get("/app.js", "");
    assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
    assertEquals("text/javascript; charset=utf-8", header(answer, "content-type"));
    assertEquals("no-cache", header(answer, "Cache-Control"));
    assertEquals("nosniff", header(answer, "X-Content-Type-Options"));
    assertEquals("Accept-Encoding", header(answer, "Vary"));
    assertEquals("default-src 'none'", header(answer, "Content-Security-Policy"));
    assertTrue(answer.contains("\r\n\r\nexport const answer = 42;"), answer);
    assertTrue(get("/", "").endsWith("<title>test</title>\n"));
    assertTrue(get("/index.html", "").endsWith("<title>test</title>\n"));
    assertTrue(header(get("/vendor/a-1.0.css", ""), "Cache-Control").endsWith("immutable"));
  }

  @Test
  void shouldSendNothingThatTheClientHas() {
    final String tag = header(get("/app.js", ""), "ETag");
    for (final String known : List.of(tag, "\"x\", " + tag, "W/" + tag, "*")) {
      final String answer = get("/app.js", "If-None-Match: " + known + "\r\n");
      assertTrue(answer.startsWith("HTTP/1.1 304 "), answer);
      assertTrue(answer.endsWith("\r\n\r\n"), answer);
      assertEquals(tag, header(answer, "ETag"));
      assertFalse(answer.contains("content-length"), answer);
    }
    assertTrue(get("/app.js", "If-None-Match: \"x\"\r\n").startsWith("HTTP/1.1 200 "));
  }

  @Test
  void shouldSendTheVariantThatTheClientTakes() {
    final String plain = header(get("/app.js", ""), "ETag");
    final String zipped = get("/app.js", "Accept-Encoding: deflate, gzip;q=0.5\r\n");
    assertEquals("gzip", header(zipped, "Content-Encoding"));
    assertFalse(header(zipped, "ETag").equals(plain));
    assertEquals("text/javascript; charset=utf-8", header(zipped, "content-type"));
    final String brotli = get("/app.js", "Accept-Encoding: gzip, br\r\n");
    assertEquals("br", header(brotli, "Content-Encoding"));
    assertTrue(brotli.endsWith("not really brotli"));
    for (final String none : List.of("identity", "br;q=0, gzip;q=0.000", "", "zstd")) {
      final String answer = get("/app.js", "Accept-Encoding: " + none + "\r\n");
      assertEquals("", header(answer, "Content-Encoding"), none);
      assertEquals(plain, header(answer, "ETag"));
    }
    assertEquals("", header(get("/", "Accept-Encoding: gzip\r\n"), "Content-Encoding"));
  }

  @Test
  void shouldAnswerHeadWithoutTheBody() {
    final byte[] whole = bytes("GET /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
    final byte[] head = bytes("HEAD /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n");
    final String text = new String(head, StandardCharsets.ISO_8859_1);
    assertTrue(text.endsWith("\r\n\r\n"));
    assertArrayEquals(head, java.util.Arrays.copyOf(whole, head.length));
  }

  @Test
  void shouldServeNothingElse() {
    for (final String path :
        List.of(
            "/../HttpHeadIT.class",
            "/%2e%2e/web/app.js",
            "/vendor/../app.js",
            "/vendor%2f..%2fapp.js",
            "//app.js",
            "/app.js/",
            "/vendor/",
            "/vendor",
            "/app.js.gz",
            "/APP.JS",
            "/app.js%00.css")) {
      assertTrue(get(path, "").startsWith("HTTP/1.1 404 "), path);
    }
    assertTrue(
        new String(
                bytes("POST /app.js HTTP/1.1\r\nHost: localhost\r\n\r\n"),
                StandardCharsets.ISO_8859_1)
            .startsWith("HTTP/1.1 405 "));
    assertThrows(
        IllegalArgumentException.class,
        () -> StaticFiles.of(LOADER, FOLDER, "/", List.of("../HttpHeadIT.class")));
    assertThrows(
        IllegalArgumentException.class,
        () -> StaticFiles.of(LOADER, FOLDER, "/", List.of("missing.css")));
  }

  private String get(final String path, final String headers) {
    return new String(
        bytes("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n"),
        StandardCharsets.ISO_8859_1);
  }

  private byte[] bytes(final String request) {
    final EmbeddedChannel channel = new EmbeddedChannel();
    channel.pipeline().addLast(new HttpInitializer(listener));
    channel.pipeline().fireChannelActive();
    channel.writeInbound(Unpooled.copiedBuffer(request, StandardCharsets.ISO_8859_1));
    channel.runPendingTasks();
    final ByteBuf all = Unpooled.buffer();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      all.writeBytes(out);
      out.release();
    }
    channel.finishAndReleaseAll();
    final byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }

  private static String header(final String answer, final String name) {
    return answer
        .lines()
        .filter(line -> line.toLowerCase().startsWith(name.toLowerCase() + ": "))
        .map(line -> line.substring(name.length() + 2))
        .findFirst()
        .orElse("");
  }
}
