package io.mothership.api.rest;

import io.mothership.json.JsonWriter;
import io.mothership.transport.http.BodySink;
import io.mothership.transport.http.HttpResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A list of the contract's, which is an array of everything: written while it is read, so that
 * memory does not grow with it. Whether there is more than the limit stands in the head, before the
 * first item.
 *
 * <p><i>Thread:</i> the handler's. <i>Back-pressure:</i> holds {@value #PIECE} items.
 */
final class ListAnswer<T> {
  static final int PIECE = 256;

  private final ErrorShape shape;
  private final ListSource<T> source;
  private final BiConsumer<JsonWriter, T> item;

  ListAnswer(
      final ErrorShape shape, final ListSource<T> source, final BiConsumer<JsonWriter, T> item) {
    this.shape = shape;
    this.source = source;
    this.item = item;
  }

  /**
   * @param next the address of the page behind a key
   */
  HttpResponse of(final Page page, final java.util.function.UnaryOperator<String> next) {
    final List<T> first = source.next(page.after(), Math.min(page.limit(), PIECE) + 1);
    if (first.size() <= Math.min(page.limit(), PIECE)) {
      return whole(first);
    }
    final Optional<String> end = source.end(page.after(), page.limit());
    final List<T> begun = first.subList(0, first.size() - 1);
    final HttpResponse answer =
        begun.size() == page.limit()
            ? whole(begun)
            : HttpResponse.streaming(
                200, HttpResponse.JSON, sink -> write(sink, begun, page.limit(), end));
    return end.map(key -> answer.withHeader("Link", "<" + next.apply(key) + ">; rel=\"next\""))
        .orElse(answer);
  }

  private HttpResponse whole(final List<T> items) {
    return shape.success(
        200,
        writer -> {
          writer.beginArray();
          items.forEach(one -> item.accept(writer, one));
          writer.endArray();
        });
  }

  private void write(
      final BodySink sink, final List<T> begun, final int limit, final Optional<String> end)
      throws IOException, InterruptedException {
    sink.write((shape.prefix() + "[").getBytes(StandardCharsets.UTF_8));
    List<T> piece = begun;
    int left = limit;
    boolean isFirst = true;
    while (!piece.isEmpty()) {
      sink.write(rendered(piece, isFirst));
      isFirst = false;
      left -= piece.size();
      final String last = source.key(piece.getLast());
      // Items that went meanwhile must not draw in those that the next page begins with.
      piece =
          left == 0 || end.isPresent() && end.get().equals(last)
              ? List.of()
              : upTo(end, source.next(last, Math.min(left, PIECE)));
    }
    sink.write(("]" + shape.suffix()).getBytes(StandardCharsets.UTF_8));
  }

  private List<T> upTo(final Optional<String> end, final List<T> piece) {
    if (end.isPresent()) {
      for (int i = 0; i < piece.size(); i++) {
        if (source.key(piece.get(i)).equals(end.get())) {
          return piece.subList(0, i + 1);
        }
      }
    }
    return piece;
  }

  /** The items with commas between and, unless they are the first, before them. */
  private byte[] rendered(final List<T> piece, final boolean isFirst) {
    final JsonWriter writer = new JsonWriter(PIECE * 512).beginArray();
    piece.forEach(one -> item.accept(writer, one));
    final byte[] array = writer.endArray().toBytes();
    if (isFirst) {
      return Arrays.copyOfRange(array, 1, array.length - 1);
    }
    array[0] = ',';
    return Arrays.copyOf(array, array.length - 1);
  }
}
