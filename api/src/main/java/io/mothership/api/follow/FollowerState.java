package io.mothership.api.follow;

/** How a follower fares. */
public enum FollowerState {
  /** Delivers what comes. */
  RUNNING("running"),
  /** Delivers, and is far behind. */
  LAGGING("lagging"),
  /** Waits before it tries again what failed. */
  BACKING_OFF("backing_off"),
  /** Leaves its target alone for a while: too much failed in a row. */
  BROKEN("broken"),
  /** Somebody stopped it. */
  PAUSED("paused");

  private final String text;

  FollowerState(final String text) {
    this.text = text;
  }

  /** As it is told to the world. */
  public String text() {
    return text;
  }
}
