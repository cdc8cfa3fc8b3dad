package io.mothership.storage.recovery;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.util.Arrays;

/** What can happen to a file, as a fuzzer tells it. */
public final class ByteEdits {
  private static final int EDITS_MAX = 8;

  private ByteEdits() {}

  /** A copy with bytes overwritten, erased, moved or cut off. */
  public static byte[] apply(final FuzzedDataProvider input, final byte[] original) {
    byte[] bytes = original.clone();
    for (int i = input.consumeInt(0, EDITS_MAX); i > 0 && bytes.length > 0; i--) {
      final int at = input.consumeInt(0, bytes.length - 1);
      final int lengthMax = bytes.length - at;
      switch (input.consumeInt(0, 3)) {
        case 0 -> {
          final byte[] written = input.consumeBytes(Math.min(64, lengthMax));
          System.arraycopy(written, 0, bytes, at, written.length);
        }
        case 1 -> Arrays.fill(bytes, at, at + input.consumeInt(0, lengthMax), (byte) 0);
        case 2 -> {
          final int to = input.consumeInt(0, bytes.length - 1);
          final int length = Math.min(bytes.length - to, input.consumeInt(0, lengthMax));
          System.arraycopy(bytes, at, bytes, to, length);
        }
        default -> bytes = Arrays.copyOf(bytes, at);
      }
    }
    return bytes;
  }
}
