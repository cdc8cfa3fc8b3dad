package io.mothership.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What pages may do, by policy, address and what browsers say of them. */
final class OriginRulesTest {
  private static final String OK = "-";
  private static final String EVIL = "Origin: http://evil.example";
  private static final String DASHBOARD = "Origin: https://dash.example";
  private static final String NEIGHBOUR = "Origin: http://localhost:5173";
  private static final String OWN = "Origin: http://localhost:8080";
  private static final String COOKIE = "Cookie: ms=1";
  private static final String BEARER = "Authorization: Bearer x";
  private static final String ASKS = "Access-Control-Request-Method: GET";

  private final OriginRules loopback = new OriginRules(OriginPolicy.standard(), true);
  private final OriginRules open = new OriginRules(OriginPolicy.standard(), false);
  private final OriginRules narrow =
      new OriginRules(
          new OriginPolicy(List.of("https://dash.example"), List.of("box.example")), true);
  private final OriginRules wide = new OriginRules(new OriginPolicy(List.of("*"), List.of()), true);

  @Test
  void shouldBeAskedByLoopbackNamesOnLoopback() {
    for (final String host :
        List.of(
            "localhost",
            "localhost:8080",
            "LOCALHOST",
            "localhost.:80",
            "app.localhost",
            "127.0.0.1:8080",
            "127.1.2.3",
            "[::1]:8080",
            "[::1]")) {
      assertEquals(OK, refusal(loopback, "GET", host), host);
      assertEquals(OK, refusal(loopback, "POST", host), host);
    }
    for (final String host :
        List.of(
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.1.5",
            "[2001:db8::1]",
            "",
            ":8080",
            "localhost@evil.example")) {
      assertEquals("FOREIGN_HOST", refusal(loopback, "GET", host), host);
      assertEquals("FOREIGN_HOST", refusal(loopback, "POST", host), host);
      assertEquals(OK, refusal(open, "POST", host), host);
    }
    assertEquals(OK, refusal(narrow, "POST", "box.example:8080"));
    assertEquals("FOREIGN_HOST", refusal(wide, "POST", "evil.example"));
  }

  @Test
  void shouldNotLetForeignPagesChangeAnythingOnLoopback() {
    for (final String method : List.of("POST", "PUT", "DELETE", "PATCH", "UPGRADE")) {
      assertEquals("FOREIGN_ORIGIN", refusal(loopback, method, "localhost:8080", EVIL, BEARER));
      assertEquals("FOREIGN_ORIGIN", refusal(loopback, method, "localhost:8080", "Origin: null"));
      assertEquals(OK, refusal(loopback, method, "localhost:8080", OWN));
      assertEquals(OK, refusal(loopback, method, "localhost:8080", NEIGHBOUR, BEARER));
      assertEquals(OK, refusal(loopback, method, "localhost:8080"));
      assertEquals(OK, refusal(open, method, "box:8080", EVIL, BEARER));
      assertEquals(OK, refusal(wide, method, "localhost:8080", EVIL, BEARER));
      assertEquals(OK, refusal(narrow, method, "localhost:8080", DASHBOARD, BEARER));
      assertEquals("FOREIGN_ORIGIN", refusal(narrow, method, "localhost:8080", NEIGHBOUR, BEARER));
    }
  }

  @Test
  void shouldLetForeignPagesAskForNothingOnLoopback() {
    assertEquals("FOREIGN_ORIGIN", refusal(loopback, "OPTIONS", "localhost", EVIL, ASKS));
    assertEquals(OK, refusal(loopback, "OPTIONS", "localhost", NEIGHBOUR, ASKS));
    assertEquals(OK, refusal(loopback, "OPTIONS", "localhost", EVIL));
    assertEquals(OK, refusal(open, "OPTIONS", "box", EVIL, ASKS));
    assertEquals("FOREIGN_ORIGIN", refusal(narrow, "OPTIONS", "localhost", EVIL, ASKS));
    assertEquals(OK, refusal(narrow, "OPTIONS", "localhost", DASHBOARD, ASKS));
  }

  @Test
  void shouldTakeCookiesFromOwnPagesOnly() {
    for (final OriginRules rules : List.of(loopback, open, wide)) {
      assertEquals("FOREIGN_ORIGIN", refusal(rules, "GET", "localhost:8080", EVIL, COOKIE));
      assertEquals("FOREIGN_ORIGIN", refusal(rules, "POST", "localhost:8080", EVIL, COOKIE));
      assertEquals("FOREIGN_ORIGIN", refusal(rules, "POST", "localhost:8080", NEIGHBOUR, COOKIE));
      assertEquals(
          "FOREIGN_ORIGIN", refusal(rules, "UPGRADE", "localhost:8080", NEIGHBOUR, COOKIE));
      assertEquals("FOREIGN_ORIGIN", refusal(rules, "POST", "localhost:8080", COOKIE));
      assertEquals(
          "FOREIGN_ORIGIN",
          refusal(rules, "POST", "localhost:8080", OWN, COOKIE, "Sec-Fetch-Site: same-site"));
      assertEquals(
          OK, refusal(rules, "POST", "localhost:8080", OWN, COOKIE, "Sec-Fetch-Site: same-origin"));
      assertEquals(OK, refusal(rules, "POST", "localhost:8080", OWN, COOKIE));
      assertEquals(OK, refusal(rules, "UPGRADE", "localhost:8080", OWN, COOKIE));
      assertEquals(OK, refusal(rules, "GET", "localhost:8080", COOKIE));
    }
    assertEquals(OK, refusal(narrow, "POST", "box.example", DASHBOARD, COOKIE));
    // A proxy in front that speaks TLS.
    assertEquals(
        OK, refusal(open, "POST", "fleet.example", "Origin: https://fleet.example:443", COOKIE));
  }

  @Test
  void shouldTellBrowsersWhoMayReadTheAnswer() {
    assertEquals("*", allowed(loopback));
    assertEquals("*", allowed(loopback, NEIGHBOUR));
    assertEquals("*", allowed(loopback, EVIL, BEARER));
    assertEquals("", allowed(loopback, EVIL));
    assertEquals("*", allowed(open, EVIL));
    assertEquals("", allowed(open, OWN, COOKIE));
    assertEquals("*", allowed(open, EVIL, BEARER, COOKIE));
    assertEquals("https://dash.example", allowed(narrow, DASHBOARD));
    assertEquals("https://dash.example", allowed(narrow, "Origin: HTTPS://Dash.Example"));
    assertEquals("", allowed(narrow, EVIL, BEARER));
    assertEquals("", allowed(narrow));
    assertEquals("*", allowed(wide, EVIL));
    assertEquals("", allowed(wide, EVIL, COOKIE));
  }

  private static String refusal(
      final OriginRules rules, final String method, final String host, final String... headers) {
    final boolean isUpgrade = method.equals("UPGRADE");
    final HttpRequest request = request(isUpgrade ? "GET" : method, host, headers);
    return rules.refusal(request, isUpgrade).map(Enum::name).orElse(OK);
  }

  private static String allowed(final OriginRules rules, final String... headers) {
    return rules.allowedOrigin(request("GET", "localhost:8080", headers).headers());
  }

  private static HttpRequest request(
      final String method, final String host, final String... headers) {
    final HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/");
    request.headers().add("Host", host);
    for (final String header : headers) {
      final String[] halves = header.split(": ", 2);
      request.headers().add(halves[0], halves[1]);
    }
    return request;
  }
}
