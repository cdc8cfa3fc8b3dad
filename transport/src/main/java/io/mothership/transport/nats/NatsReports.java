package io.mothership.transport.nats;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what goes wrong with one connection, and says so in the log, now and then if it happens
 * often.
 *
 * <p><i>Thread:</i> any; most of it the connection's event loop.
 */
final class NatsReports {
  private static final Logger LOGGER = LoggerFactory.getLogger(NatsReports.class);

  private final long id;
  private final Channel channel;
  private final ConnectOptions options;
  private final NatsCounters counters;

  NatsReports(
      final long id,
      final Channel channel,
      final ConnectOptions options,
      final NatsCounters counters) {
    this.id = id;
    this.channel = channel;
    this.options = options;
    this.counters = counters;
  }

  void report(final NatsErrors error) {
    report(error, "");
  }

  void report(final NatsErrors error, final String detail) {
    final long times = counters.count(error);
    if (times > 0 && LOGGER.isEnabledForLevel(error.level())) {
      LOGGER
          .atLevel(error.level())
          .log(
              "{}: conn={}, ip={}, client={}, times={} {}",
              error,
              id,
              clientIp(),
              clientName(),
              times,
              detail);
    }
  }

  /** Nothing if it is not known. */
  String clientIp() {
    return channel.remoteAddress() instanceof final InetSocketAddress address
        ? address.getAddress().getHostAddress()
        : "";
  }

  private String clientName() {
    return GoText.cut(options.lang() + ':' + options.version() + ':' + options.name());
  }
}
