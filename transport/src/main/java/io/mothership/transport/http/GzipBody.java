package io.mothership.transport.http;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A body that came compressed (RFC 1952, several members too), decoded as far as its route's limit.
 * Whoever sends a little that becomes much is stopped before that: beyond the first MiB at 200
 * times what was sent.
 *
 * <p><i>Thread:</i> the handler's.
 */
final class GzipBody extends InputStream {
  private static final int BUFFER_LENGTH = 8 * 1024;
  private static final int RATIO_MAX = 200;
  private static final long FREE_BYTES = 1024 * 1024;

  private final Counted compressed;
  private final long bytesMax;
  private Inflated inflated;
  private long decodedBytes;

  GzipBody(final InputStream compressed, final long bytesMax) {
    this.compressed = new Counted(compressed);
    this.bytesMax = bytesMax;
  }

  /**
   * Decodes a body that is there as a whole.
   *
   * @throws BodyRefusedException if it becomes too long, or is not gzip
   */
  static byte[] decode(
      final byte[] compressed, final long bytesMax, final BodyReservation reservation)
      throws IOException {
    final ByteArrayOutputStream decoded = new ByteArrayOutputStream();
    try (InputStream in = new GzipBody(new ByteArrayInputStream(compressed), bytesMax)) {
      final byte[] buffer = new byte[BUFFER_LENGTH];
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        if (!reservation.tryReserve(length)) {
          throw new BodyRefusedException(HttpErrors.BODIES_MAX);
        }
        decoded.write(buffer, 0, length);
      }
    }
    return decoded.toByteArray();
  }

  @Override
  public int read() throws IOException {
    final byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(final byte[] bytes, final int offset, final int length) throws IOException {
    final int decoded = decodeInto(bytes, offset, length);
    if (decoded > 0) {
      decodedBytes += decoded;
    }
    if (decodedBytes > bytesMax
        || decodedBytes > FREE_BYTES && decodedBytes / RATIO_MAX > compressed.bytes) {
      throw new BodyRefusedException(HttpErrors.BODY_TOO_LARGE);
    }
    return decoded;
  }

  private int decodeInto(final byte[] bytes, final int offset, final int length)
      throws IOException {
    try {
      if (inflated == null) {
        inflated = new Inflated(compressed);
      }
      final int decoded = inflated.read(bytes, offset, length);
      // The decoder takes a next member that is none, or cannot be read, for the end.
      if (decoded < 0 && (inflated.isFollowed() || compressed.read() >= 0)) {
        throw new BodyRefusedException(HttpErrors.ENCODING_BROKEN);
      }
      return decoded;
    } catch (final ZipException | EOFException e) {
      throw new BodyRefusedException(HttpErrors.ENCODING_BROKEN);
    }
  }

  @Override
  public void close() throws IOException {
    if (inflated == null) {
      compressed.close();
    } else {
      inflated.close();
    }
  }

  private static final class Inflated extends GZIPInputStream {
    private static final int TRAILER_LENGTH = 8;

    Inflated(final InputStream in) throws IOException {
      super(in, BUFFER_LENGTH);
    }

    /** Whether bytes are left behind the last member. */
    boolean isFollowed() {
      return inf.getRemaining() > TRAILER_LENGTH;
    }
  }

  private static final class Counted extends FilterInputStream {
    private long bytes;

    Counted(final InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      final int value = super.read();
      bytes += value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(final byte[] buffer, final int offset, final int length) throws IOException {
      final int taken = super.read(buffer, offset, length);
      bytes += Math.max(0, taken);
      return taken;
    }
  }
}
