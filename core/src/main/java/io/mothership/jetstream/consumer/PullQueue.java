package io.mothership.jetstream.consumer;

import java.util.ArrayDeque;

/**
 * The pull requests of one consumer in the order in which they are served: a request that got a
 * message goes to the end.
 *
 * <p><i>Thread:</i> ms-dispatch. <i>Allocates:</i> a request when none is left over.
 * <i>Back-pressure:</i> bounded by the consumer's {@code max_waiting}.
 */
final class PullQueue {
  /** About what a request takes of the heap. */
  static final int REQUEST_BYTES = 400;

  private static final int SPARE_MAX = 64;

  private final ArrayDeque<PullRequest> spare = new ArrayDeque<>();
  private PullRequest first;
  private PullRequest last;
  private int count;
  private long wanted;

  int count() {
    return count;
  }

  /** About what it takes of the heap, requests to be used again included. */
  long heapBytes() {
    return (long) (count + spare.size()) * REQUEST_BYTES;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** The request that is next, or null. */
  PullRequest first() {
    return first;
  }

  /** Messages all requests together still want. */
  long wanted() {
    return wanted;
  }

  /** A blank request, to be added or given back. */
  PullRequest take() {
    final PullRequest request = spare.poll();
    return request == null ? new PullRequest() : request;
  }

  void giveBack(final PullRequest request) {
    if (spare.size() < SPARE_MAX) {
      spare.push(request);
    }
  }

  void addLast(final PullRequest request) {
    request.previous = last;
    request.next = null;
    if (last == null) {
      first = request;
    } else {
      last.next = request;
    }
    last = request;
    request.isQueued = true;
    count++;
    wanted += request.demand();
  }

  /** Adds behind the requests of the same or a more urgent priority. */
  void addByPriority(final PullRequest request) {
    PullRequest before = last;
    while (before != null && before.priority > request.priority) {
      before = before.previous;
    }
    final PullRequest after = before == null ? first : before.next;
    request.previous = before;
    request.next = after;
    if (before == null) {
      first = request;
    } else {
      before.next = request;
    }
    if (after == null) {
      last = request;
    } else {
      after.previous = request;
    }
    request.isQueued = true;
    count++;
    wanted += request.demand();
  }

  /**
   * Takes a request out; it may be given back.
   *
   * @return false if it was out already
   */
  boolean remove(final PullRequest request) {
    if (!request.isQueued) {
      return false;
    }
    request.isQueued = false;
    if (request.previous == null) {
      first = request.next;
    } else {
      request.previous.next = request.next;
    }
    if (request.next == null) {
      last = request.previous;
    } else {
      request.next.previous = request.previous;
    }
    request.previous = null;
    request.next = null;
    count--;
    wanted -= request.demand();
    return true;
  }

  /** The first request goes to the end. */
  void cycle() {
    if (count > 1) {
      final PullRequest request = first;
      remove(request);
      addLast(request);
    }
  }

  /** Lowers what a request in the queue still wants. */
  void limitTo(final PullRequest request, final long messages) {
    wanted -= request.demand();
    request.wanted = messages;
    wanted += request.demand();
  }

  /** Counts a message for a request in the queue. */
  void countDelivery(final PullRequest request) {
    wanted -= request.demand();
    request.wanted--;
    request.delivered++;
    wanted += request.demand();
  }
}
