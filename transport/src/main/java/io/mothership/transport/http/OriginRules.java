package io.mothership.transport.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a page in somebody's browser may do on one listener, by what browsers say of it: {@code
 * Origin}, {@code Sec-Fetch-Site}, {@code Host}, {@code Cookie}. Programs say none of it, and are
 * not concerned but by the names of a loopback listener. Immutable.
 *
 * <p>A name that an attacker owns can be made to point to 127.0.0.1 (DNS rebinding); then his page
 * has the listener's own origin, and only {@code Host} gives it away.
 */
final class OriginRules {
  private static final Set<String> FETCHED_FROM_OWN_PAGES = Set.of("same-origin", "none");

  private final OriginPolicy policy;
  private final boolean isLoopback;

  /**
   * @param isLoopback whether the listener's address is one of the machine's own
   */
  OriginRules(final OriginPolicy policy, final boolean isLoopback) {
    this.policy = policy;
    this.isLoopback = isLoopback;
  }

  /** Why a request is not served; empty if it is. */
  Optional<HttpErrors> refusal(final HttpRequest request, final boolean isUpgrade) {
    final HttpHeaders headers = request.headers();
    if (isLoopback && !isKnownHost(headers)) {
      return Optional.of(HttpErrors.FOREIGN_HOST);
    }
    final boolean isSafe = isSafe(request.method()) && !isUpgrade;
    if (carriesCookie(headers) ? isForgeable(headers, isSafe) : isForeign(headers, isSafe)) {
      return Optional.of(HttpErrors.FOREIGN_ORIGIN);
    }
    return Optional.empty();
  }

  /**
   * The value of {@code Access-Control-Allow-Origin}, empty for none: then browsers keep the answer
   * from pages of other origins.
   */
  String allowedOrigin(final HttpHeaders headers) {
    final String origin = origin(headers);
    if (!origin.isEmpty() && policy.origins().contains(origin)) {
      return origin;
    }
    if (carriesCookie(headers)) {
      return "";
    }
    if (policy.origins().isEmpty()) {
      final boolean isBarred =
          isLoopback
              && kind(headers) == Kind.FOREIGN
              && !headers.contains(HttpHeaderNames.AUTHORIZATION);
      return isBarred ? "" : OriginPolicy.ANY;
    }
    return policy.origins().contains(OriginPolicy.ANY) ? OriginPolicy.ANY : "";
  }

  /** The same for an answer to what could not be read. */
  String allowedOrigin() {
    return policy.origins().isEmpty() || policy.origins().contains(OriginPolicy.ANY)
        ? OriginPolicy.ANY
        : "";
  }

  /** Cookies come by themselves, whoever made the page; who sends a header knows what it says. */
  private static boolean carriesCookie(final HttpHeaders headers) {
    return headers.contains(HttpHeaderNames.COOKIE)
        && !headers.contains(HttpHeaderNames.AUTHORIZATION);
  }

  /** Whether another site may have made a browser send this request with its cookie. */
  private boolean isForgeable(final HttpHeaders headers, final boolean isSafe) {
    final Kind kind = kind(headers);
    if (kind == Kind.CONFIGURED) {
      return false;
    }
    if (isSafe) {
      return kind == Kind.FOREIGN || kind == Kind.LOCAL;
    }
    final String site = headers.get("Sec-Fetch-Site", "");
    return site.isEmpty() ? kind != Kind.OWN : !FETCHED_FROM_OWN_PAGES.contains(site);
  }

  private boolean isForeign(final HttpHeaders headers, final boolean isSafe) {
    if (isSafe && !headers.contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)) {
      return false;
    }
    if (policy.origins().contains(OriginPolicy.ANY)) {
      return false;
    }
    final boolean isNarrowed = !policy.origins().isEmpty();
    return switch (kind(headers)) {
      case NONE, OWN, CONFIGURED -> false;
      case LOCAL -> isNarrowed;
      case FOREIGN -> isNarrowed || isLoopback;
    };
  }

  private enum Kind {
    /** Nothing said: no browser, or a page reading its own origin. */
    NONE,
    /** The page came from this listener. */
    OWN,
    /** Named in the configuration. */
    CONFIGURED,
    /** From another server of the machine on whose loopback this listener is. */
    LOCAL,
    FOREIGN
  }

  private Kind kind(final HttpHeaders headers) {
    final String origin = origin(headers);
    if (origin.isEmpty()) {
      return Kind.NONE;
    }
    if (policy.origins().contains(origin)) {
      return Kind.CONFIGURED;
    }
    final int scheme = origin.indexOf("://");
    if (scheme < 0) {
      return Kind.FOREIGN;
    }
    final String authority = origin.substring(scheme + 3);
    final String defaultPort = origin.startsWith("https:") ? ":443" : ":80";
    if (without(authority, defaultPort).equals(without(host(headers), defaultPort))) {
      return Kind.OWN;
    }
    return isLoopback && isLoopbackName(name(authority)) ? Kind.LOCAL : Kind.FOREIGN;
  }

  private boolean isKnownHost(final HttpHeaders headers) {
    final String name = name(host(headers));
    // Without one it is no browser: HTTP/1.0.
    return !headers.contains(HttpHeaderNames.HOST)
        || isLoopbackName(name)
        || policy.hosts().contains(name);
  }

  private static boolean isSafe(final HttpMethod method) {
    return method.equals(HttpMethod.GET)
        || method.equals(HttpMethod.HEAD)
        || method.equals(HttpMethod.OPTIONS);
  }

  private static String origin(final HttpHeaders headers) {
    return headers.get(HttpHeaderNames.ORIGIN, "").strip().toLowerCase(Locale.ROOT);
  }

  private static String host(final HttpHeaders headers) {
    return headers.get(HttpHeaderNames.HOST, "").strip().toLowerCase(Locale.ROOT);
  }

  private static String without(final String authority, final String defaultPort) {
    return authority.endsWith(defaultPort)
        ? authority.substring(0, authority.length() - defaultPort.length())
        : authority;
  }

  /** What stands before the port. */
  private static String name(final String authority) {
    final int bracket = authority.lastIndexOf(']');
    final int colon = authority.indexOf(':', Math.max(0, bracket));
    final String name = colon < 0 ? authority : authority.substring(0, colon);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isLoopbackName(final String name) {
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return true;
    }
    final InetAddress literal =
        NetUtil.createInetAddressFromIpAddressString(name.replace("[", "").replace("]", ""));
    return literal != null && literal.isLoopbackAddress();
  }
}
