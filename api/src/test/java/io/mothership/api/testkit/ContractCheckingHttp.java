package io.mothership.api.testkit;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * An HTTP client for tests that holds every exchange against the API's description. An answer must
 * be documented: status, headers, content type, every member of its body. A request that succeeded
 * must be documented too: parameters and body. What is not fails the test with all that is wrong.
 */
public final class ContractCheckingHttp implements AutoCloseable {
  private static final Contract CONTRACT = Contract.read();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newHttpClient();

  /** For what is not described: WebSockets, other ports. */
  public HttpClient client() {
    return client;
  }

  /**
   * Sends a request and checks it and its answer.
   *
   * @param headers names and values by turns
   */
  public HttpResponse<String> send(
      final String method, final URI uri, final String body, final String... headers)
      throws IOException, InterruptedException {
    return send(true, method, uri, body, headers);
  }

  /**
   * As {@link #send(String, URI, String, String...)}, for requests that the server takes out of
   * kindness to old clients: only the answer is checked.
   */
  public HttpResponse<String> sendLoosely(
      final String method, final URI uri, final String body, final String... headers)
      throws IOException, InterruptedException {
    return send(false, method, uri, body, headers);
  }

  private HttpResponse<String> send(
      final boolean isStrict,
      final String method,
      final URI uri,
      final String body,
      final String... headers)
      throws IOException, InterruptedException {
    final HttpRequest.Builder builder =
        HttpRequest.newBuilder(uri)
            .timeout(PATIENCE)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      builder.headers(headers);
    }
    final HttpRequest request = builder.build();
    final HttpResponse<String> response =
        client.send(request, HttpResponse.BodyHandlers.ofString());
    check(isStrict, request, body, response);
    return response;
  }

  private static void check(
      final boolean isStrict,
      final HttpRequest request,
      final String body,
      final HttpResponse<String> response) {
    final Map<String, String> query = new TreeMap<>();
    new QueryStringDecoder(request.uri())
        .parameters()
        .forEach((name, values) -> query.put(name, values.getFirst()));
    final Contract.Exchange exchange =
        new Contract.Exchange(
            request.method(),
            request.uri().getRawPath(),
            query,
            flat(request.headers().map()),
            body.getBytes(StandardCharsets.UTF_8),
            response.statusCode(),
            flat(response.headers().map()),
            response.body().getBytes(StandardCharsets.UTF_8));
    final List<String> found = new ArrayList<>(CONTRACT.answerViolations(exchange));
    if (isStrict && response.statusCode() < 300) {
      found.addAll(CONTRACT.requestViolations(exchange));
    }
    if (!found.isEmpty()) {
      throw new AssertionError(
          "not as openapi.yaml says: "
              + request.method()
              + " "
              + request.uri()
              + " -> "
              + response.statusCode()
              + "\n"
              + String.join("\n", found));
    }
  }

  private static Map<String, String> flat(final Map<String, List<String>> headers) {
    final Map<String, String> flat = new TreeMap<>();
    headers.forEach(
        (name, values) -> flat.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
    return flat;
  }

  /** Ends what is still under way. */
  @Override
  public void close() {
    client.shutdownNow();
  }
}
