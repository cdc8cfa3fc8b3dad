package io.mothership.api.rest;

import io.mothership.clock.Clock;
import io.mothership.clock.Rfc3339;
import io.mothership.error.ServiceException;
import io.mothership.json.JsonWriter;
import io.mothership.security.Principal;
import io.mothership.transport.http.HttpRequestView;
import io.mothership.transport.http.HttpResponse;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One request that was let in: who sends it, what it says, and ways to answer in its family's
 * shape.
 *
 * <p><i>Thread:</i> the handler's.
 */
public final class Call {
  private final HttpRequestView request;
  private final ErrorShape shape;
  private final Admission admission;
  private final Clock clock;

  Call(
      final HttpRequestView request,
      final ErrorShape shape,
      final Admission admission,
      final Clock clock) {
    this.request = request;
    this.shape = shape;
    this.admission = admission;
    this.clock = clock;
  }

  /** For what is not here. */
  public HttpRequestView request() {
    return request;
  }

  public Principal principal() {
    return admission.principal();
  }

  /** The id under which the request is found again in logs and events. */
  public String correlationId() {
    return admission.correlationId();
  }

  /** What the path or else the query says; empty if neither does. */
  public String parameter(final String name) {
    return Admission.parameter(request, name);
  }

  /**
   * The organization that the request is about.
   *
   * @throws ServiceException {@code INVALID} if it names none
   */
  public String orgId() {
    final String orgId = parameter("org_id");
    if (orgId.isEmpty()) {
      throw new ServiceException(
          ServiceException.Kind.INVALID, "MISSING_ORG_ID", "org_id is required");
    }
    return orgId;
  }

  /**
   * A query parameter; an empty one counts as absent.
   *
   * @throws ServiceException {@code INVALID} if it breaks the rule
   */
  public <T> Optional<T> query(final String name, final Rule<T> rule) {
    final String text = request.query(name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(rule.read(text));
    } catch (final BrokenRule e) {
      throw new ServiceException(ServiceException.Kind.INVALID, Rules.CODE, e.of(name));
    }
  }

  public Body body() {
    return new Body(request.body());
  }

  /** The body of an operation that {@linkplain Operation#streamed pulls} it. */
  public InputStream bodyStream() {
    return request.bodyStream();
  }

  /**
   * Holds {@code If-Match} against the version that is there; a service calls it inside the
   * transaction that changes it.
   *
   * @throws ServiceException {@code PRECONDITION}
   */
  public void requireMatch(final String entityTag) {
    EntityTag.requireMatch(request.header("If-Match"), entityTag);
  }

  /** 200 with what {@code data} writes, one value. */
  public HttpResponse ok(final Consumer<JsonWriter> data) {
    return answer(200, data);
  }

  /** The same of a version, or 304 if the client has it already. */
  public HttpResponse ok(final String entityTag, final Consumer<JsonWriter> data) {
    final HttpResponse answer =
        EntityTag.isKnown(request, entityTag) ? HttpResponse.empty(304) : ok(data);
    return answer.withHeader("ETag", entityTag);
  }

  public HttpResponse answer(final int status, final Consumer<JsonWriter> data) {
    return shape.success(status, data);
  }

  /** An answer that no kind of {@link ServiceException} stands for. */
  public HttpResponse failure(final int status, final String code, final String message) {
    return shape.failure(
        new Failure(
            status, code, message, Map.of(), correlationId(), Rfc3339.ofNs(clock.wallNs())));
  }

  /**
   * A part of a list: 200 with {@code {"items", "cursor"}}, the cursor only if there is more, which
   * {@code Link} says too.
   */
  public <T> HttpResponse page(final ListSource<T> source, final BiConsumer<JsonWriter, T> item) {
    final Page page = page(Page.LIMIT_DEFAULT, Page.LIMIT_MAX);
    final List<T> found = source.next(page.after(), page.limit() + 1);
    if (found.size() <= page.limit()) {
      return ok(writer -> items(writer, found, item).endObject());
    }
    final List<T> shown = found.subList(0, page.limit());
    final String cursor = Cursor.text(list(), source.key(shown.getLast()));
    return ok(writer -> items(writer, shown, item).text("cursor", cursor).endObject())
        .withHeader("Link", "<" + next(page.limit(), cursor) + ">; rel=\"next\"");
  }

  private static <T> JsonWriter items(
      final JsonWriter writer, final List<T> shown, final BiConsumer<JsonWriter, T> item) {
    writer.beginObject().name("items").beginArray();
    shown.forEach(one -> item.accept(writer, one));
    return writer.endArray();
  }

  /**
   * A list of the reference's, an array of everything up to {@value Page#WHOLE_LIMIT} items: 200,
   * written while it is read.
   */
  public <T> HttpResponse array(final ListSource<T> source, final BiConsumer<JsonWriter, T> item) {
    final Page page = page(Page.WHOLE_LIMIT, Page.WHOLE_LIMIT);
    return new ListAnswer<>(shape, source, item)
        .of(page, key -> next(page.limit(), Cursor.text(list(), key)));
  }

  private Page page(final int limitDefault, final int limitMax) {
    final int limit =
        query("limit", Rules.integer(1, limitMax)).map(Long::intValue).orElse(limitDefault);
    final String cursor = request.query("cursor");
    return new Page(limit, cursor.isEmpty() ? "" : Cursor.key(list(), cursor));
  }

  /** What tells this list from others. */
  private String list() {
    final Map<String, List<String>> filters = new TreeMap<>(request.queryParameters());
    filters.remove("limit");
    filters.remove("cursor");
    filters.remove("token");
    return request.path() + '?' + filters;
  }

  private String next(final int limit, final String cursor) {
    final StringBuilder target = new StringBuilder(request.path()).append('?');
    request
        .queryParameters()
        .forEach(
            (name, values) -> {
              if (!name.equals("limit") && !name.equals("cursor") && !name.equals("token")) {
                target.append(escaped(name)).append('=').append(escaped(values.getFirst()));
                target.append('&');
              }
            });
    return target.append("limit=").append(limit).append("&cursor=").append(cursor).toString();
  }

  private static String escaped(final String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
