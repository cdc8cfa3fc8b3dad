package io.mothership.dispatch;

/** How the agents are put on threads. */
public enum Threading {
  /** The dispatcher runs inside the one I/O loop; journal and reads have threads of their own. */
  SHARED,
  /** Each agent has a thread of its own. */
  DEDICATED,
  /** Nobody runs by itself: tests step all agents by hand. */
  INVOKER
}
