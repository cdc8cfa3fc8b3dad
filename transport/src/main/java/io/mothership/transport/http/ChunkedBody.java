package io.mothership.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.util.function.LongConsumer;

/** Sends a streamed body in chunks, waiting whenever the channel is full. */
final class ChunkedBody implements BodySink {
  private static final int CHUNK_LENGTH = 16 * 1024;

  private final Channel channel;
  private final WritableGate gate;
  private final long writeTimeoutMs;
  private final LongConsumer sent;
  private ByteBuf chunk;

  /**
   * @param sent is told of bytes that were handed to the channel
   */
  ChunkedBody(
      final Channel channel,
      final WritableGate gate,
      final long writeTimeoutMs,
      final LongConsumer sent) {
    this.channel = channel;
    this.gate = gate;
    this.writeTimeoutMs = writeTimeoutMs;
    this.sent = sent;
  }

  @Override
  public void write(final byte[] bytes) throws IOException, InterruptedException {
    if (chunk == null) {
      chunk = channel.alloc().buffer(CHUNK_LENGTH);
    }
    chunk.writeBytes(bytes);
    if (chunk.readableBytes() >= CHUNK_LENGTH) {
      flush();
    }
  }

  @Override
  public void flush() throws IOException, InterruptedException {
    final ByteBuf full = chunk;
    chunk = null;
    if (full == null || !full.isReadable()) {
      if (full != null) {
        full.release();
      }
      return;
    }
    try {
      if (!gate.await(writeTimeoutMs)) {
        throw new WriteStalledException();
      }
    } catch (final IOException | InterruptedException e) {
      full.release();
      throw e;
    }
    sent.accept(full.readableBytes());
    channel.writeAndFlush(new DefaultHttpContent(full));
  }

  /** Sends the rest and the end of the body. */
  void end() throws IOException, InterruptedException {
    flush();
    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  /** Gives back what was not sent. */
  void discard() {
    if (chunk != null) {
      chunk.release();
      chunk = null;
    }
  }
}
