package io.mothership.transport.loop;

import java.util.Locale;

/** Says why an address cannot be listened on, in words that tell what to do. */
public final class BindFailure {
  private BindFailure() {}

  /**
   * One line.
   *
   * @param protocol what would have been spoken there
   * @param remedy what somebody can do about a taken port, as {@code use --http HOST:PORT}; may be
   *     empty
   */
  public static String text(
      final String protocol,
      final String host,
      final int port,
      final Throwable cause,
      final String remedy) {
    return "cannot listen for "
        + protocol
        + ": host="
        + host
        + ", port="
        + port
        + ": "
        + reason(cause)
        + (remedy.isEmpty() ? "" : "; " + remedy);
  }

  private static String reason(final Throwable cause) {
    // Drivers have classes and codes of their own; the system's words are what they share.
    final String words = String.valueOf(cause.getMessage());
    final String lower = words.toLowerCase(Locale.ROOT);
    if (lower.contains("address already in use") || lower.contains("error(-98)")) {
      return "the port is in use by another program";
    }
    if (lower.contains("permission denied") || lower.contains("error(-13)")) {
      return "not permitted; ports below 1024 need CAP_NET_BIND_SERVICE";
    }
    if (lower.contains("cannot assign requested address") || lower.contains("error(-99)")) {
      return "no address of this machine";
    }
    if (cause instanceof java.nio.channels.UnresolvedAddressException
        || cause instanceof java.net.UnknownHostException) {
      return "no such host";
    }
    return words;
  }
}
