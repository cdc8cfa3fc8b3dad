package io.mothership.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The two parts of a listening address written in one. */
public final class HostAndPort {
  private HostAndPort() {}

  /**
   * Splits {@code HOST:PORT}, {@code [IPV6]:PORT}, {@code :PORT} or {@code PORT}; a part that is
   * not there is not in the result.
   *
   * @throws IllegalArgumentException if there is no port in it
   */
  public static Map<ConfigKey, String> split(
      final String text, final ConfigKey host, final ConfigKey port) {
    final int colon = text.lastIndexOf(':');
    final String portText = text.substring(colon + 1);
    if (portText.isEmpty() || !portText.chars().allMatch(c -> c == '-' || Character.isDigit(c))) {
      throw new IllegalArgumentException("expected HOST:PORT");
    }
    final Map<ConfigKey, String> parts = new LinkedHashMap<>();
    parts.put(port, portText);
    String hostText = colon < 0 ? "" : text.substring(0, colon);
    if (hostText.startsWith("[") && hostText.endsWith("]")) {
      hostText = hostText.substring(1, hostText.length() - 1);
    }
    if (!hostText.isEmpty()) {
      parts.put(host, hostText);
    }
    return parts;
  }
}
