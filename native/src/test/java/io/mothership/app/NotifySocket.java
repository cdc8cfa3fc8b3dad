package io.mothership.app;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Listens where a service manager would. */
final class NotifySocket implements AutoCloseable {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(30);

  private final String name;
  private final Socket socket;

  /**
   * @param name a path, or an abstract name behind {@code @}
   */
  NotifySocket(final String name) throws IOException {
    Epoll.ensureAvailability();
    this.name = name;
    socket = Socket.newSocketDomainDgram();
    socket.bind(new DomainSocketAddress(name.replaceFirst("^@", "\0")));
  }

  String name() {
    return name;
  }

  /** The next message that begins so; those before it are dropped. */
  String await(final String beginning) throws IOException, InterruptedException {
    final long deadlineNs = System.nanoTime() + PATIENCE_NS;
    final ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    while (System.nanoTime() - deadlineNs < 0) {
      final var sender = socket.recvFromDomainSocket(buffer, 0, buffer.capacity());
      if (sender == null) {
        Thread.sleep(10);
        continue;
      }
      final byte[] bytes = new byte[sender.receivedAmount()];
      buffer.get(0, bytes);
      final String message = new String(bytes, StandardCharsets.UTF_8);
      if (message.startsWith(beginning)) {
        return message;
      }
    }
    throw new IllegalStateException("nobody said " + beginning);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
