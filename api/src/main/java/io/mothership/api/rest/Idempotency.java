package io.mothership.api.rest;

import io.mothership.error.ServiceException;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes a repeated request harmless: of requests of one caller with the same {@code
 * Idempotency-Key} the first is done, the others get its answer. Only what was done is remembered;
 * a request that was refused may be sent again.
 */
final class Idempotency {
  private static final String HEADER = "Idempotency-Key";
  private static final String REPLAYED = "Idempotency-Replayed";
  private static final int KEY_LENGTH_MAX = 255;
  private static final String BUSY_RETRY_S = "1";

  private final IdempotencyStore store;
  private final RestMetrics metrics;

  Idempotency(final IdempotencyStore store, final RestMetrics metrics) {
    this.store = store;
    this.metrics = metrics;
  }

  HttpResponse around(final Operation operation, final Call call) throws Exception {
    final String given = key(operation, call.request());
    if (given.isEmpty()) {
      return operation.handler().handle(call);
    }
    final String key = call.principal().id() + '\n' + given;
    return switch (store.claim(key, fingerprint(call.request()))) {
      case IdempotencyStore.Claim.First() -> first(operation, call, key);
      case IdempotencyStore.Claim.Repeat(final HttpResponse answer) -> {
        metrics.onReplay();
        yield answer.withHeader(REPLAYED, "true");
      }
      case IdempotencyStore.Claim.Mismatch() ->
          call.failure(422, "IDEMPOTENCY_MISMATCH", "another request was sent with this " + HEADER);
      case IdempotencyStore.Claim.UnderWay() ->
          call.failure(
                  409, "IDEMPOTENCY_UNDER_WAY", "the first request with this " + HEADER + " runs")
              .withHeader("Retry-After", BUSY_RETRY_S);
    };
  }

  private HttpResponse first(final Operation operation, final Call call, final String key)
      throws Exception {
    boolean isKept = false;
    try {
      final HttpResponse answer = operation.handler().handle(call);
      if (answer.status() < 400 && !answer.isStreaming()) {
        store.keep(key, answer);
        isKept = true;
      }
      return answer;
    } finally {
      if (!isKept) {
        store.release(key);
      }
    }
  }

  /** Empty where there is none, or it means nothing. */
  private static String key(final Operation operation, final HttpRequestView request) {
    if (!operation.method().equals("POST") || operation.body().isStreamed()) {
      return "";
    }
    final String key = request.header(HEADER).orElse("");
    if (key.length() > KEY_LENGTH_MAX) {
      throw new ServiceException(
          ServiceException.Kind.INVALID,
          Rules.CODE,
          "%s too long: max=%d, actual=%d".formatted(HEADER, KEY_LENGTH_MAX, key.length()));
    }
    return key;
  }

  private static String fingerprint(final HttpRequestView request) {
    final MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (final NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
    for (final String part :
        new String[] {
          request.method(),
          request.path(),
          Admission.parameter(request, "org_id"),
          Admission.parameter(request, "entity_id")
        }) {
      digest.update(part.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    return HexFormat.of().formatHex(digest.digest(request.body()));
  }
}
