package io.mothership.api.rest;

/**
 * How much one caller may ask for.
 *
 * @param perPrincipal requests per second of one principal, 0 = no limit
 * @param perAddress requests per second from one address, 0 = no limit
 * @param burst seconds' worth of requests that may come at once
 */
public record RateLimits(int perPrincipal, int perAddress, int burst) {
  /** What nobody reaches who has not gone wrong. */
  public static final RateLimits STANDARD = new RateLimits(10_000, 20_000, 2);

  public static final RateLimits NONE = new RateLimits(0, 0, 1);

  RateLimiter principals() {
    return limiter(perPrincipal);
  }

  RateLimiter addresses() {
    return limiter(perAddress);
  }

  private RateLimiter limiter(final int perSecond) {
    return new RateLimiter(perSecond, Math.max(1, Math.multiplyExact(perSecond, burst)));
  }
}
