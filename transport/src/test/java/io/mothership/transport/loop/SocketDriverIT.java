package io.mothership.transport.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mothership.transport.http.HttpConfig;
import io.mothership.transport.http.HttpListener;
import io.mothership.transport.http.HttpResponse;
import io.mothership.transport.http.Route;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way of waiting for sockets carries a head; the tests of the heads take the best one. */
class SocketDriverIT {

  @ParameterizedTest
  @EnumSource
  void shouldServe(final SocketDriver driver) throws Exception {
    assumeTrue(driver.isAvailable());
    final EventLoopGroup loops = driver.loops(2);
    final byte[] body = "x".repeat(300_000).getBytes(StandardCharsets.US_ASCII);
    final Route route = new Route("GET", "/", request -> HttpResponse.of(200, "x/y", body));
    try (HttpListener listener =
            HttpListener.start(HttpConfig.of("127.0.0.1", 0), loops, List.of(route), List.of());
        Socket client = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      client
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      final String answer =
          new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
      assertEquals("x".repeat(300_000), answer.substring(answer.indexOf("\r\n\r\n") + 4));
    } finally {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void shouldTakeEpollOnLinux() {
    final boolean isLinux = System.getProperty("os.name").equals("Linux");
    assertEquals(isLinux ? SocketDriver.EPOLL : SocketDriver.NIO, SocketDriver.best());
  }
}
