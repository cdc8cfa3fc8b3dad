package io.mothership.transport.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A request's body on its way from the event loop to the handler that pulls it.
 *
 * <p><i>Thread:</i> fed by the event loop, read by the handler. <i>Back-pressure:</i> the socket is
 * read again only when everything here was taken.
 */
final class StreamedBody extends InputStream {
  private final BodyReservation reservation;
  private final long bytesMax;
  private final long patienceMs;
  private final Runnable demand;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private long receivedBytes;
  private boolean isHungry;
  private boolean isEnded;
  private boolean isClosed;
  private IOException failure;

  /**
   * @param patienceMs how long a reader waits for the next bytes
   * @param demand asks for more; called by the reader
   */
  StreamedBody(
      final BodyReservation reservation,
      final long bytesMax,
      final long patienceMs,
      final Runnable demand) {
    this.reservation = reservation;
    this.bytesMax = bytesMax;
    this.patienceMs = patienceMs;
    this.demand = demand;
  }

  /** Takes the next bytes, which stay the caller's if nobody reads them any more. Event loop. */
  void offer(final ByteBuf piece) {
    lock.lock();
    try {
      final int length = piece.readableBytes();
      if (length == 0 || isClosed || failure != null) {
        return;
      }
      receivedBytes += length;
      isHungry = false;
      if (receivedBytes > bytesMax) {
        failWith(new BodyRefusedException(HttpErrors.BODY_TOO_LARGE));
      } else if (!reservation.tryReserve(length)) {
        failWith(new BodyRefusedException(HttpErrors.BODIES_MAX));
      } else {
        pieces.add(piece.retain());
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing follows. Event loop. */
  void end() {
    lock.lock();
    try {
      isEnded = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing follows, and the reader is told why. Event loop. */
  void fail(final IOException cause) {
    lock.lock();
    try {
      if (!isEnded) {
        failWith(cause);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private void failWith(final IOException cause) {
    if (failure == null) {
      failure = cause;
    }
    forget();
  }

  /** Whether the last byte has come, read or not. */
  boolean isEnded() {
    lock.lock();
    try {
      return isEnded;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the reader waits for bytes. */
  boolean isHungry() {
    lock.lock();
    try {
      return isHungry;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    final byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(final byte[] bytes, final int offset, final int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    lock.lock();
    try {
      if (!awaitPiece()) {
        return -1;
      }
      final ByteBuf piece = pieces.peek();
      final int taken = Math.min(length, piece.readableBytes());
      piece.readBytes(bytes, offset, taken);
      reservation.release(taken);
      if (!piece.isReadable()) {
        pieces.remove().release();
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** Returns false at the end of the body. */
  private boolean awaitPiece() throws IOException {
    long restNs = TimeUnit.MILLISECONDS.toNanos(patienceMs);
    while (true) {
      if (isClosed) {
        throw new IOException("the body's stream is closed");
      }
      if (!pieces.isEmpty()) {
        return true;
      }
      if (failure != null) {
        throw failure;
      }
      if (isEnded) {
        return false;
      }
      if (restNs <= 0) {
        failWith(new BodyRefusedException(HttpErrors.READ_TIMEOUT));
        throw failure;
      }
      if (!isHungry) {
        isHungry = true;
        demand.run();
      }
      try {
        restNs = changed.awaitNanos(restNs);
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for the body");
      }
    }
  }

  /** More than 0 unless the end was read: a decoder must look whether another part follows. */
  @Override
  public int available() {
    lock.lock();
    try {
      return pieces.isEmpty() && isEnded ? 0 : 1;
    } finally {
      lock.unlock();
    }
  }

  /** What was not read is dropped, and so is what still comes. Any thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      forget();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void forget() {
    while (!pieces.isEmpty()) {
      final ByteBuf piece = pieces.remove();
      reservation.release(piece.readableBytes());
      piece.release();
    }
  }
}
