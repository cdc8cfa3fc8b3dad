package io.mothership.bus;

/**
 * Named negative answers of every {@code tryX} on the message path; anything {@code >= 0} is
 * success.
 */
public final class Pressure {

  /** The ring is full for now: stop reading the source and try again after the next drain. */
  public static final int FULL = -1;

  /** The message can never fit: refuse it. */
  public static final int TOO_LARGE = -2;

  /** The other side has gone. */
  public static final int CLOSED = -3;

  private Pressure() {}
}
