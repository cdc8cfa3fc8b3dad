package io.mothership.stream;

/**
 * Whether a frozen state is in use. As long as one is, what it shares with the streams is copied
 * before it changes.
 *
 * <p><i>Thread:</i> ms-dispatch.
 */
final class Freezing {
  private boolean isUnderWay;

  void begin() {
    isUnderWay = true;
  }

  /** Nobody reads the frozen state any more. */
  void end() {
    isUnderWay = false;
  }

  boolean isUnderWay() {
    return isUnderWay;
  }
}
