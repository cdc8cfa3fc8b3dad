package io.mothership.api.rest;

import io.mothership.error.ServiceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Where a list goes on, as clients carry it: opaque, and good for one list only.
 *
 * <pre>
 *  0        4         8 …
 * +--------+---------+------------------+
 * | CRC32C | list    | key, UTF-8       |   in base64url without padding
 * +--------+---------+------------------+
 * </pre>
 *
 * The check finds what was mangled or is of another list. It is no signature: a made-up key only
 * begins the caller's own list elsewhere.
 */
final class Cursor {
  private static final int HEAD_LENGTH = 8;
  private static final int LENGTH_MAX = 1_024;

  private Cursor() {}

  /**
   * @param list what tells this list from others: its path, organization and filters
   * @param key of the last item handed out
   */
  static String text(final String list, final String key) {
    final byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    final ByteBuffer cursor = ByteBuffer.allocate(HEAD_LENGTH + bytes.length);
    cursor.putInt(4, list.hashCode()).put(HEAD_LENGTH, bytes).putInt(0, check(cursor));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(cursor.array());
  }

  /**
   * The key in a cursor.
   *
   * @throws ServiceException {@code INVALID} if it is none of this list's
   */
  static String key(final String list, final String text) {
    return read(list, text)
        .orElseThrow(
            () ->
                new ServiceException(
                    ServiceException.Kind.INVALID,
                    Rules.CODE,
                    "cursor is not one that this server gave for this list"));
  }

  private static Optional<String> read(final String list, final String text) {
    if (text.length() > LENGTH_MAX) {
      return Optional.empty();
    }
    final ByteBuffer cursor;
    try {
      cursor = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
    } catch (final IllegalArgumentException e) {
      return Optional.empty();
    }
    if (cursor.capacity() < HEAD_LENGTH
        || cursor.getInt(0) != check(cursor)
        || cursor.getInt(4) != list.hashCode()) {
      return Optional.empty();
    }
    return Optional.of(
        new String(
            cursor.array(), HEAD_LENGTH, cursor.capacity() - HEAD_LENGTH, StandardCharsets.UTF_8));
  }

  private static int check(final ByteBuffer cursor) {
    final CRC32C crc = new CRC32C();
    crc.update(cursor.array(), 4, cursor.capacity() - 4);
    return (int) crc.getValue();
  }
}
