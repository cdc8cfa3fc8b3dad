package io.mothership.app.supervision;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd, or whoever speaks sd_notify(3)'s protocol, how the process is doing. Without a
 * {@code NOTIFY_SOCKET} in the environment nobody listens, and every call does nothing.
 *
 * <p>The JDK has no datagrams on UNIX sockets; Netty's native transport has.
 *
 * <p><i>Thread:</i> any.
 */
public final class SystemdProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemdProxy.class);
  private static final long SEND_PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long SEND_RETRY_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final OptionalLong watchdogNs;
  private final byte[] address;
  private final Socket socket;

  private SystemdProxy(final OptionalLong watchdogNs, final byte[] address, final Socket socket) {
    this.watchdogNs = watchdogNs;
    this.address = address;
    this.socket = socket;
  }

  /** For what the process's environment names. */
  public static SystemdProxy of(final Map<String, String> environment) {
    final String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (name.isEmpty()) {
      return new SystemdProxy(OptionalLong.empty(), new byte[0], null);
    }
    if (!Epoll.isAvailable()) {
      LOG.error(
          "NOTIFY_SOCKET={} cannot be served: Netty's native library does not load: {}",
          name,
          String.valueOf(Epoll.unavailabilityCause()));
      return new SystemdProxy(OptionalLong.empty(), new byte[0], null);
    }
    return new SystemdProxy(watchdogNs(environment), address(name), Socket.newSocketDomainDgram());
  }

  /** A leading {@code @} stands for the zero byte of an abstract name. */
  private static byte[] address(final String name) {
    final byte[] address = name.getBytes(StandardCharsets.UTF_8);
    if (address[0] == '@') {
      address[0] = 0;
    }
    return address;
  }

  private static OptionalLong watchdogNs(final Map<String, String> environment) {
    final String pid = environment.getOrDefault("WATCHDOG_PID", "");
    final String period = environment.getOrDefault("WATCHDOG_USEC", "");
    final boolean isForUs =
        pid.isEmpty() || pid.equals(Long.toString(ProcessHandle.current().pid()));
    return isForUs && period.matches("[1-9][0-9]{0,15}")
        ? OptionalLong.of(TimeUnit.MICROSECONDS.toNanos(Long.parseLong(period)))
        : OptionalLong.empty();
  }

  /** How often at least {@link #alive} has to be said; empty if nobody waits for it. */
  public OptionalLong watchdogNs() {
    return watchdogNs;
  }

  /** All listeners are bound, or a reload is over; {@code status} says in a few words how it is. */
  public void ready(final String status) {
    // A line break would begin another assignment.
    send("READY=1\nSTATUS=" + status.replaceAll("\\s+", " "));
  }

  /** The configuration is being read again; {@link #ready} follows. */
  public void reloading() {
    // On Linux nanoTime is CLOCK_MONOTONIC, which is what systemd compares it with.
    send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
  }

  /** The process is about to end. */
  public void stopping() {
    send("STOPPING=1\nSTATUS=stopping");
  }

  /** Everything that has to go on goes on. */
  public void alive() {
    send("WATCHDOG=1");
  }

  private synchronized void send(final String message) {
    if (socket == null) {
      return;
    }
    final byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    final ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    try {
      final long deadline = System.nanoTime() + SEND_PATIENCE_NS;
      // The socket does not block: nothing is sent while the receiver's queue is full.
      while (socket.sendToDomainSocket(buffer, 0, bytes.length, address) <= 0) {
        if (System.nanoTime() - deadline > 0) {
          LOG.warn("the service manager does not take messages: lost={}", message);
          return;
        }
        LockSupport.parkNanos(SEND_RETRY_NS);
      }
    } catch (final IOException e) {
      LOG.warn("cannot tell the service manager: lost={}, cause={}", message, e.toString());
    }
  }

  @Override
  public void close() {
    if (socket != null) {
      try {
        socket.close();
      } catch (final IOException e) {
        LOG.debug("the notification socket did not close", e);
      }
    }
  }
}
