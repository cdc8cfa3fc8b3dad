package io.mothership.transport.http;

import java.util.List;

/**
 * Whose pages may ask, and by which names.
 *
 * <p>Without origins the contract's rule holds: {@code Access-Control-Allow-Origin: *} for requests
 * without a cookie, and a listener on loopback refuses pages that do not come from this machine.
 * With origins these and the listener's own are the only ones; {@code *} among them stands for all,
 * on loopback too, but not for requests with a cookie.
 *
 * @param origins as browsers send them, {@code https://host:port}
 * @param hosts names a listener on loopback may be asked by besides loopback ones; a listener on
 *     other addresses may be asked by any name
 */
public record OriginPolicy(List<String> origins, List<String> hosts) {
  static final String ANY = "*";

  public OriginPolicy {
    origins = List.copyOf(origins);
    hosts = List.copyOf(hosts);
  }

  /** The contract's rule. */
  public static OriginPolicy standard() {
    return new OriginPolicy(List.of(), List.of());
  }
}
