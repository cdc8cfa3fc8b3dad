package io.mothership.bus;

import io.mothership.frame.codec.Origin;

/**
 * What the dispatcher has to know of a new session.
 *
 * @param connectionId names the connection in all ingress messages; never used twice in a process
 * @param accountId the account whose subjects it sees; {@code 0} is {@code $G}
 * @param origin the head it came through
 * @param outbox the way back
 * @param isEcho whether it gets its own messages back
 * @param wantsNoResponders whether a request nobody listens to is answered with status 503
 * @param takesHeaders whether it can be sent header blocks; others get messages without them
 * @param scope which stored messages it may reach by asking
 */
public record SessionOpening(
    long connectionId,
    int accountId,
    Origin origin,
    Outbox outbox,
    boolean isEcho,
    boolean wantsNoResponders,
    boolean takesHeaders,
    SubjectScope scope) {

  /** Of somebody who may reach everything. */
  public SessionOpening(
      final long connectionId,
      final int accountId,
      final Origin origin,
      final Outbox outbox,
      final boolean isEcho,
      final boolean wantsNoResponders,
      final boolean takesHeaders) {
    this(
        connectionId,
        accountId,
        origin,
        outbox,
        isEcho,
        wantsNoResponders,
        takesHeaders,
        SubjectScope.OPEN);
  }
}
