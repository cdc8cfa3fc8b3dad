package io.mothership.transport.nats;

import io.mothership.bus.ByteScan;
import io.mothership.bus.Pressure;
import io.mothership.frame.HotPath;
import io.mothership.frame.MessageView;
import io.mothership.frame.Slice;
import io.mothership.transport.head.BufferBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Finds operations in a stream of bytes and hands them, as slices of the read buffer, to the
 * connection. An operation is handed over when all of it is there, and again until the connection
 * takes it; what is incomplete or not taken yet is kept and everything else let go.
 *
 * <p><i>Thread:</i> the connection's event loop. <i>Allocates:</i> nothing per message; a buffer
 * for what a read left incomplete. <i>Back-pressure:</i> when the connection answers {@link
 * Pressure#FULL} it stops until {@link #resume}; at most one operation and what was read already is
 * kept.
 */
final class NatsDecoder extends ChannelInboundHandlerAdapter {
  private static final int VERB_UNKNOWN = 0;
  private static final int VERB_PUB = 1;
  private static final int VERB_HPUB = 2;
  private static final int VERB_SUB = 3;
  private static final int VERB_UNSUB = 4;
  private static final int VERB_PING = 5;
  private static final int VERB_PONG = 6;
  private static final int VERB_CONNECT = 7;
  private static final int VERB_INFO = 8;
  private static final int VERB_OK = 9;
  private static final int VERB_ERR = 10;

  private static final byte[][] VERBS = {
    {},
    {'P', 'U', 'B'},
    {'H', 'P', 'U', 'B'},
    {'S', 'U', 'B'},
    {'U', 'N', 'S', 'U', 'B'},
    {'P', 'I', 'N', 'G'},
    {'P', 'O', 'N', 'G'},
    {'C', 'O', 'N', 'N', 'E', 'C', 'T'},
    {'I', 'N', 'F', 'O'},
    {'+', 'O', 'K'},
    {'-', 'E', 'R', 'R'}
  };

  /** Waiting for the verb. */
  private static final int STATE_VERB = 0;

  /** The verb was seen; between it and its first argument. */
  private static final int STATE_BLANKS = 1;

  /** Between the verb and the end of a line whose arguments mean nothing. */
  private static final int STATE_REST_OF_LINE = 2;

  /** Looking for the end of the line. */
  private static final int STATE_ARGUMENTS = 3;

  /** The whole operation is there, or its line is: hand it over. */
  private static final int STATE_LINE_READY = 4;

  /** Waiting for the rest of the payload. */
  private static final int STATE_PAYLOAD = 5;

  private static final int ARGUMENTS_MAX = 4;
  private static final int SIZE_DIGITS_MAX = 9;
  private static final int CRLF_LENGTH = 2;
  private static final int CUMULATION_LENGTH_MIN = 512;

  private final NatsConnection connection;
  private final int controlLineBytesMax;
  private final int payloadBytesMax;
  private final BufferBudget buffers;

  private final UnsafeBuffer window = new UnsafeBuffer(0, 0);
  private final Slice first = new Slice();
  private final Slice second = new Slice();
  private final Slice third = new Slice();
  private final MessageView message = new MessageView();
  private ByteBuf cumulation;
  private boolean isStopped;

  // Where the operation at hand starts (behind its verb, once that is known) and the read bytes
  // end, both
  // in the window; all other offsets count from its start, so that they outlive a move of the
  // bytes.
  private int start;
  private int end;
  private int state = STATE_VERB;
  private int verb = VERB_UNKNOWN;
  private boolean isSeparated;
  private int scanned;
  private int lineLength;
  private int argumentsLength;
  private int argumentCount;
  private final int[] argumentOffsets = new int[ARGUMENTS_MAX];
  private final int[] argumentLengths = new int[ARGUMENTS_MAX];
  private int headersLength;
  private int bodyLength;

  NatsDecoder(
      final NatsConnection connection,
      final int controlLineBytesMax,
      final int payloadBytesMax,
      final BufferBudget buffers) {
    this.connection = connection;
    this.controlLineBytesMax = controlLineBytesMax;
    this.payloadBytesMax = payloadBytesMax;
    this.buffers = buffers;
  }

  @Override
  public void channelRead(final ChannelHandlerContext context, final Object read) {
    final ByteBuf bytes = (ByteBuf) read;
    if (isStopped) {
      bytes.release();
      return;
    }
    connection.onActivity();
    if (cumulation == null && bytes.isContiguous()) {
      decode(bytes);
      if (!isStopped && bytes.isReadable()) {
        cumulate(context, bytes);
      }
      bytes.release();
    } else {
      cumulate(context, bytes);
      bytes.release();
      if (!isStopped) {
        decodeCumulation();
      }
    }
  }

  @Override
  public void handlerRemoved(final ChannelHandlerContext context) {
    stop();
    releaseCumulation();
  }

  /** Tries again to hand over what the connection could not take; answers whether all was taken. */
  boolean resume() {
    if (!isStopped && cumulation != null) {
      decodeCumulation();
    }
    return !connection.isPaused();
  }

  /** Nothing is handed over any more; what comes is dropped. */
  void stop() {
    isStopped = true;
  }

  /** Room held for what is incomplete. */
  int keptBytes() {
    return cumulation == null ? 0 : cumulation.capacity();
  }

  private void cumulate(final ChannelHandlerContext context, final ByteBuf bytes) {
    final int length = bytes.readableBytes();
    if (cumulation != null && cumulation.writableBytes() < length) {
      cumulation.discardReadBytes();
    }
    final int before = keptBytes();
    final int room = cumulation == null ? 0 : cumulation.writableBytes();
    if (room < length && !buffers.allows(before, length - room)) {
      refuse(NatsErrors.CLIENT_MEMORY_EXCEEDED);
      return;
    }
    if (cumulation == null) {
      cumulation = context.alloc().buffer(Math.max(CUMULATION_LENGTH_MIN, length));
    }
    cumulation.writeBytes(bytes);
    buffers.add(keptBytes() - before);
  }

  private void decodeCumulation() {
    decode(cumulation);
    if (isStopped || !cumulation.isReadable()) {
      releaseCumulation();
    }
  }

  private void releaseCumulation() {
    if (cumulation != null) {
      buffers.add(-keptBytes());
      cumulation.release();
      cumulation = null;
    }
  }

  /** Hands over what is complete in {@code bytes} and moves their reader index behind it. */
  @HotPath
  private void decode(final ByteBuf bytes) {
    wrap(bytes);
    try {
      boolean isGoing = true;
      while (isGoing && start < end) {
        isGoing = step();
      }
    } finally {
      bytes.skipBytes(start);
      start = 0;
    }
  }

  private void wrap(final ByteBuf bytes) {
    final int length = bytes.readableBytes();
    if (bytes.hasMemoryAddress()) {
      window.wrap(bytes.memoryAddress() + bytes.readerIndex(), length);
    } else if (bytes.hasArray()) {
      window.wrap(bytes.array(), bytes.arrayOffset() + bytes.readerIndex(), length);
    } else {
      final ByteBuffer nio = bytes.internalNioBuffer(bytes.readerIndex(), length);
      window.wrap(nio, nio.position(), length);
    }
    start = 0;
    end = length;
  }

  /** One step of the state machine; false if more bytes, or patience, are needed. */
  private boolean step() {
    return switch (state) {
      case STATE_VERB -> readVerb();
      case STATE_BLANKS -> skipBlanks();
      case STATE_REST_OF_LINE -> skipLine();
      case STATE_ARGUMENTS -> readArguments();
      case STATE_LINE_READY -> handOverLine();
      default -> readPayload();
    };
  }

  private boolean readVerb() {
    final byte letter = upper(window.getByte(start));
    if (letter != 'C' && connection.isAwaitingLogin()) {
      return refuse(NatsErrors.AUTHORIZATION_VIOLATION);
    }
    int candidate =
        switch (letter) {
          case 'P' -> VERB_PUB;
          case 'H' -> VERB_HPUB;
          case 'S' -> VERB_SUB;
          case 'U' -> VERB_UNSUB;
          case 'C' -> VERB_CONNECT;
          case 'I' -> VERB_INFO;
          case '+' -> VERB_OK;
          case '-' -> VERB_ERR;
          default -> VERB_UNKNOWN;
        };
    if (letter == 'P' && end - start > 1) {
      candidate =
          switch (upper(window.getByte(start + 1))) {
            case 'I' -> VERB_PING;
            case 'O' -> VERB_PONG;
            default -> VERB_PUB;
          };
    }
    final byte[] letters = VERBS[candidate];
    final int known = Math.min(letters.length, end - start);
    for (int i = 0; i < known; i++) {
      if (upper(window.getByte(start + i)) != letters[i]) {
        return refuse(NatsErrors.UNKNOWN_OPERATION);
      }
    }
    if (letters.length == 0) {
      return refuse(NatsErrors.UNKNOWN_OPERATION);
    }
    if (known < letters.length) {
      return false;
    }
    verb = candidate;
    start += known;
    state =
        candidate == VERB_PING || candidate == VERB_PONG || candidate == VERB_OK
            ? STATE_REST_OF_LINE
            : STATE_BLANKS;
    isSeparated = candidate == VERB_CONNECT || candidate == VERB_INFO;
    scanned = 0;
    return true;
  }

  private boolean skipBlanks() {
    while (start < end) {
      if (!isBlank(window.getByte(start))) {
        if (!isSeparated) {
          return refuse(NatsErrors.UNKNOWN_OPERATION);
        }
        state = STATE_ARGUMENTS;
        return true;
      }
      isSeparated = true;
      start++;
    }
    return false;
  }

  private boolean skipLine() {
    while (start < end) {
      if (window.getByte(start) == '\n') {
        lineLength = 1;
        state = STATE_LINE_READY;
        return true;
      }
      start++;
    }
    return false;
  }

  private boolean readArguments() {
    final int length = end - start;
    final int at = ByteScan.indexOf(window, start + scanned, end, (byte) '\n') - start;
    scanned = at;
    final boolean endsInReturn = at > 0 && window.getByte(start + at - 1) == '\r';
    argumentsLength = endsInReturn ? at - 1 : at;
    if (argumentsLength > controlLineBytesMax) {
      return refuse(NatsErrors.CONTROL_LINE_EXCEEDED);
    }
    if (at == length) {
      return false;
    }
    lineLength = at + 1;
    if (verb == VERB_PUB || verb == VERB_HPUB) {
      return readPublish();
    }
    state = STATE_LINE_READY;
    return true;
  }

  private boolean readPublish() {
    final boolean hasHeaders = verb == VERB_HPUB;
    if (hasHeaders && !connection.takesHeaders()) {
      return refuse(NatsErrors.HEADERS_NOT_NEGOTIATED);
    }
    splitArguments(false);
    final int sizes = hasHeaders ? 2 : 1;
    if (argumentCount != sizes + 1 && argumentCount != sizes + 2) {
      return refuse(NatsErrors.MALFORMED_OPERATION);
    }
    bodyLength = number(argumentCount - 1);
    headersLength = hasHeaders ? number(argumentCount - 2) : 0;
    if (bodyLength < 0 || headersLength < 0 || headersLength > bodyLength) {
      return refuse(NatsErrors.MALFORMED_OPERATION);
    }
    if (bodyLength > payloadBytesMax) {
      return refuse(NatsErrors.PAYLOAD_EXCEEDED);
    }
    state = STATE_PAYLOAD;
    return true;
  }

  private boolean readPayload() {
    final int there = end - start - lineLength - bodyLength;
    if (there < 1) {
      makeRoom();
      return false;
    }
    final int trailer = start + lineLength + bodyLength;
    if (window.getByte(trailer) != '\r') {
      return refuse(NatsErrors.UNKNOWN_OPERATION);
    }
    if (there < CRLF_LENGTH) {
      return false;
    }
    if (window.getByte(trailer + 1) != '\n') {
      return refuse(NatsErrors.UNKNOWN_OPERATION);
    }
    wrapArgument(0, message.subject());
    final int sizes = verb == VERB_HPUB ? 2 : 1;
    if (argumentCount == sizes + 2) {
      wrapArgument(1, message.reply());
    } else {
      message.reply().clear();
    }
    final int body = start + lineLength;
    message.headers().wrap(window, body, headersLength);
    message.payload().wrap(window, body + headersLength, bodyLength - headersLength);
    return took(connection.onPublish(message), lineLength + bodyLength + CRLF_LENGTH);
  }

  /**
   * Lets the kept bytes grow towards the payload's end in doublings, so that a size alone, without
   * bytes, claims little.
   */
  private void makeRoom() {
    final ByteBuf kept = cumulation;
    if (kept != null) {
      final int whole = lineLength + bodyLength + CRLF_LENGTH;
      final int readable = kept.readableBytes();
      final int wanted = Math.min(whole, 2 * readable);
      if (kept.writableBytes() < wanted - readable) {
        final int before = keptBytes();
        if (!buffers.allows(before, wanted - readable)) {
          refuse(NatsErrors.CLIENT_MEMORY_EXCEEDED);
          return;
        }
        kept.ensureWritable(wanted - readable);
        buffers.add(keptBytes() - before);
      }
    }
  }

  private boolean handOverLine() {
    return switch (verb) {
      case VERB_PING -> took(connection.onPing(), lineLength);
      case VERB_PONG -> took(connection.onPong(), lineLength);
      case VERB_SUB -> handOverSubscribe();
      case VERB_UNSUB -> handOverUnsubscribe();
      case VERB_CONNECT ->
          took(connection.onConnect(first.wrap(window, start, argumentsLength)), lineLength);
      case VERB_INFO ->
          took(connection.onInfo(first.wrap(window, start, argumentsLength)), lineLength);
      case VERB_ERR -> refuse(NatsErrors.CLIENT_REPORTED_ERROR);
      default -> took(0, lineLength);
    };
  }

  private boolean handOverSubscribe() {
    splitArguments(true);
    if (argumentCount != 2 && argumentCount != 3) {
      return refuse(NatsErrors.MALFORMED_OPERATION);
    }
    wrapArgument(0, first);
    if (argumentCount == 3) {
      wrapArgument(1, second);
    } else {
      second.clear();
    }
    wrapArgument(argumentCount - 1, third);
    return took(connection.onSubscribe(first, second, third), lineLength);
  }

  private boolean handOverUnsubscribe() {
    splitArguments(true);
    if (argumentCount != 1 && argumentCount != 2) {
      return refuse(NatsErrors.MALFORMED_OPERATION);
    }
    wrapArgument(0, first);
    final int count = argumentCount == 2 ? Math.max(0, number(1)) : 0;
    return took(connection.onUnsubscribe(first, count), lineLength);
  }

  /** What follows from the connection's answer to an operation of this length. */
  private boolean took(final int answer, final int length) {
    if (answer == Pressure.FULL || isStopped) {
      return false;
    }
    start += length;
    state = STATE_VERB;
    verb = VERB_UNKNOWN;
    return true;
  }

  private boolean refuse(final NatsErrors error) {
    stop();
    connection.fail(error);
    return false;
  }

  private void splitArguments(final boolean splitsAtReturn) {
    final int stop = start + argumentsLength;
    argumentCount = 0;
    int tokenStart = start;
    int at = start;
    while (at <= stop) {
      at = ByteScan.indexOfBlank(window, at, stop);
      if (at == stop || isBlank(window.getByte(at)) || isReturn(at, splitsAtReturn)) {
        if (at > tokenStart) {
          addArgument(tokenStart - start, at - tokenStart);
        }
        tokenStart = at + 1;
      }
      at++;
    }
  }

  private boolean isReturn(final int at, final boolean splitsAtReturn) {
    return splitsAtReturn && window.getByte(at) == '\r';
  }

  private void addArgument(final int offset, final int length) {
    if (argumentCount < ARGUMENTS_MAX) {
      argumentOffsets[argumentCount] = offset;
      argumentLengths[argumentCount] = length;
    }
    argumentCount++;
  }

  private void wrapArgument(final int index, final Slice slice) {
    slice.wrap(window, start + argumentOffsets[index], argumentLengths[index]);
  }

  /** The argument as a number, or -1 if it isn't one of at most nine digits. */
  private int number(final int index) {
    final int length = argumentLengths[index];
    if (length > SIZE_DIGITS_MAX) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < length; i++) {
      final int digit = window.getByte(start + argumentOffsets[index] + i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static boolean isBlank(final byte letter) {
    return letter == ' ' || letter == '\t';
  }

  private static byte upper(final byte letter) {
    return letter >= 'a' && letter <= 'z' ? (byte) (letter - ('a' - 'A')) : letter;
  }
}
