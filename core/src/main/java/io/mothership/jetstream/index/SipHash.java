package io.mothership.jetstream.index;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.mothership.frame.HotPath;
import java.security.SecureRandom;
import org.agrona.DirectBuffer;

/**
 * SipHash-2-4 with 128 bits of output and SipHash-1-3 with 64 (Aumasson, Bernstein 2012), keyed per
 * process so that nobody outside can make ids or subjects collide.
 *
 * <p><i>Thread:</i> one per instance; {@link #shortHash} any. <i>Allocates:</i> never.
 */
public final class SipHash {
  private static final long PROCESS_KEY_0;
  private static final long PROCESS_KEY_1;

  static {
    final SecureRandom random = new SecureRandom();
    PROCESS_KEY_0 = random.nextLong();
    PROCESS_KEY_1 = random.nextLong();
  }

  private final long key0;
  private final long key1;
  private long v0;
  private long v1;
  private long v2;
  private long v3;
  private long high;

  public SipHash(final long key0, final long key1) {
    this.key0 = key0;
    this.key1 = key1;
  }

  public long key0() {
    return key0;
  }

  public long key1() {
    return key1;
  }

  /** Keyed with this process's random key. */
  public SipHash() {
    this(PROCESS_KEY_0, PROCESS_KEY_1);
  }

  /**
   * Hashes and answers the first 64 bits; the other 64 are in {@link #high} until the next call.
   */
  @HotPath
  public long hash128(final DirectBuffer buffer, final int offset, final int length) {
    v0 = key0 ^ 0x736f6d6570736575L;
    v1 = key1 ^ 0x646f72616e646f6dL ^ 0xee;
    v2 = key0 ^ 0x6c7967656e657261L;
    v3 = key1 ^ 0x7465646279746573L;
    final int end = offset + (length & ~7);
    for (int at = offset; at < end; at += 8) {
      mix(buffer.getLong(at, LITTLE_ENDIAN));
    }
    mix(tail(buffer, end, length));
    v2 ^= 0xee;
    rounds(4);
    final long low = v0 ^ v1 ^ v2 ^ v3;
    v1 ^= 0xdd;
    rounds(4);
    high = v0 ^ v1 ^ v2 ^ v3;
    return low;
  }

  public long high() {
    return high;
  }

  /** A 64-bit hash for tables in memory. */
  @HotPath
  static long shortHash(final DirectBuffer buffer, final int offset, final int length) {
    long a = PROCESS_KEY_0 ^ 0x736f6d6570736575L;
    long b = PROCESS_KEY_1 ^ 0x646f72616e646f6dL;
    long c = PROCESS_KEY_0 ^ 0x6c7967656e657261L;
    long d = PROCESS_KEY_1 ^ 0x7465646279746573L;
    final int end = offset + (length & ~7);
    for (int at = offset; at <= end; at += 8) {
      final boolean isTail = at == end;
      final long word = isTail ? tail(buffer, end, length) : buffer.getLong(at, LITTLE_ENDIAN);
      d ^= word;
      for (int round = isTail ? -3 : 0; round < 1; round++) {
        if (round == -2) {
          a ^= word;
          c ^= 0xff;
        }
        a += b;
        b = Long.rotateLeft(b, 13) ^ a;
        a = Long.rotateLeft(a, 32);
        c += d;
        d = Long.rotateLeft(d, 16) ^ c;
        a += d;
        d = Long.rotateLeft(d, 21) ^ a;
        c += b;
        b = Long.rotateLeft(b, 17) ^ c;
        c = Long.rotateLeft(c, 32);
      }
      if (!isTail) {
        a ^= word;
      }
    }
    return a ^ b ^ c ^ d;
  }

  private static long tail(final DirectBuffer buffer, final int at, final int length) {
    long word = (long) length << 56;
    for (int i = length & 7; i > 0; i--) {
      word |= (buffer.getByte(at + i - 1) & 0xFFL) << (8 * (i - 1));
    }
    return word;
  }

  private void mix(final long word) {
    v3 ^= word;
    rounds(2);
    v0 ^= word;
  }

  private void rounds(final int count) {
    for (int i = 0; i < count; i++) {
      v0 += v1;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v3;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
