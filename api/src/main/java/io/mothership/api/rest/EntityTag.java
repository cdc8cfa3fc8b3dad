package io.mothership.api.rest;

import io.mothership.error.ServiceException;
import io.mothership.transport.http.HttpRequestView;
import java.util.Map;
import java.util.Optional;

/** Versions of what is behind a path (RFC 9110, 8.8.3 and 13.1). Tags are compared whole. */
public final class EntityTag {
  private static final String ANY = "*";

  private EntityTag() {}

  /** The tag of a version that is a number: {@code "7"}. */
  public static String of(final long version) {
    return '"' + Long.toString(version) + '"';
  }

  /** Whether the client has this version already, so that a 304 is all it needs. */
  static boolean isKnown(final HttpRequestView request, final String tag) {
    final Optional<String> given = request.header("If-None-Match");
    return given.isPresent() && isListed(given.get(), tag, true);
  }

  /**
   * What the client insists on; to be asked inside the transaction that changes the thing.
   *
   * @throws ServiceException {@code PRECONDITION} if {@code If-Match} names other versions only
   */
  static void requireMatch(final Optional<String> ifMatch, final String current) {
    if (ifMatch.isPresent() && !isListed(ifMatch.get(), current, false)) {
      throw new ServiceException(
          ServiceException.Kind.PRECONDITION,
          "VERSION_CONFLICT",
          "it has changed meanwhile: wanted=%s, actual=%s"
              .formatted(Quoted.of(ifMatch.get().replace("\"", "")), current.replace("\"", "")),
          Map.of("etag", current));
    }
  }

  /**
   * @param isWeak whether {@code W/"x"} stands for {@code "x"} too
   */
  private static boolean isListed(final String list, final String tag, final boolean isWeak) {
    if (list.strip().equals(ANY)) {
      return true;
    }
    int from = 0;
    while (from < list.length()) {
      int to = list.indexOf(',', from);
      to = to < 0 ? list.length() : to;
      final String one = list.substring(from, to).strip();
      if (one.equals(tag) || isWeak && one.startsWith("W/") && one.substring(2).equals(tag)) {
        return true;
      }
      from = to + 1;
    }
    return false;
  }
}
