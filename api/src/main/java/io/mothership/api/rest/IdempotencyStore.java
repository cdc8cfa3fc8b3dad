package io.mothership.api.rest;

import io.mothership.transport.http.HttpResponse;

/** Remembers what requests with an idempotency key were answered. Any thread. */
public interface IdempotencyStore {

  /**
   * Asks whether a request is the first with its key; who is told so must call {@link #keep} or
   * {@link #release}.
   *
   * @param key the caller and its key
   * @param fingerprint the same for equal requests only
   */
  Claim claim(String key, String fingerprint);

  /** The request was done; from now on this is the answer to its repeats. */
  void keep(String key, HttpResponse answer);

  /** The request was not done; the next one is the first again. */
  void release(String key);

  /** What is known of a key. */
  sealed interface Claim {

    /** Nothing: do it. */
    record First() implements Claim {}

    /** It was done. */
    record Repeat(HttpResponse answer) implements Claim {}

    /** Another request has the key. */
    record Mismatch() implements Claim {}

    /** The first is not answered yet. */
    record UnderWay() implements Claim {}
  }
}
