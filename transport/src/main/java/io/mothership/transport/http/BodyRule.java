package io.mothership.transport.http;

/**
 * What a route takes as a request's body.
 *
 * @param bytesMax longest body, also as decoded; {@link #DEFAULT} is what the listener allows
 *     routes that say nothing. The listener's own bound is never exceeded
 * @param isGzipAccepted whether it may come with {@code Content-Encoding: gzip}; otherwise that is
 *     answered 415
 * @param isStreamed whether the handler runs as soon as the head is there and pulls the body itself
 */
public record BodyRule(long bytesMax, boolean isGzipAccepted, boolean isStreamed) {
  /** As many bytes as the listener allows by default. */
  public static final long DEFAULT = -1;

  /** A whole body of the default length, as it is. */
  public static final BodyRule STANDARD = new BodyRule(DEFAULT, false, false);

  public BodyRule {
    if (bytesMax < DEFAULT) {
      throw new IllegalArgumentException("bytesMax out of range: " + bytesMax);
    }
  }

  /** The longest body on a listener with these sizes. */
  long bytesMax(final HttpConfig.Sizes sizes) {
    if (bytesMax == DEFAULT) {
      return sizes.bodyBytesMax();
    }
    // What is held as a whole has to fit into what all bodies may take.
    final long bound =
        isStreamed
            ? sizes.bodyBytesBound()
            : Math.min(sizes.bodyBytesBound(), sizes.bodiesBytesMax());
    return Math.min(bytesMax, bound);
  }
}
