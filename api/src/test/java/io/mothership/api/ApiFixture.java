package io.mothership.api;

import io.mothership.api.fleet.EntityDirectory;
import io.mothership.api.testkit.ContractCheckingHttp;
import io.mothership.clock.Clock;
import io.mothership.json.JsonSyntaxException;
import io.mothership.json.JsonTree;
import io.mothership.json.JsonValue;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.SqlConfig;
import io.mothership.transport.http.HttpConfig;
import io.mothership.transport.http.HttpListener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The services on a real listener and a real registry; only the broker is a recording. */
public final class ApiFixture implements AutoCloseable {
  public static final String TOKEN = "a-test-token";

  private final RecordingFabric fabric = new RecordingFabric();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ContractCheckingHttp http = new ContractCheckingHttp();
  private final EntityDirectory directory = new EntityDirectory();
  private final Database database;
  private final Api api;
  private final HttpListener listener;

  public ApiFixture(final Path folder) {
    this(SqlConfig.of(folder.resolve("fleet.db")));
  }

  public ApiFixture(final SqlConfig registry) {
    database = Database.open(registry.withDomains(Api.MIGRATIONS));
    api =
        Api.start(
            new ApiConfig(TOKEN, "0.0.0-test"),
            database,
            fabric,
            directory,
            Clock.system(),
            List.of(),
            0);
    listener =
        HttpListener.start(
            HttpConfig.of("127.0.0.1", 0).withTimes(60_000, 60_000, 60_000, 2_000),
            group,
            api.routes(),
            api.webSocketRoutes());
  }

  public RecordingFabric fabric() {
    return fabric;
  }

  public Api api() {
    return api;
  }

  public EntityDirectory directory() {
    return directory;
  }

  public Database database() {
    return database;
  }

  public HttpListener listener() {
    return listener;
  }

  public HttpClient client() {
    return http.client();
  }

  public URI uri(final String scheme, final String target) {
    return URI.create(scheme + "://127.0.0.1:" + listener.port() + target);
  }

  /** A request with the token. */
  public Answer call(final String method, final String target, final String body) throws Exception {
    return call(method, target, body, "Authorization", "Bearer " + TOKEN);
  }

  public Answer call(
      final String method, final String target, final String body, final String... headers)
      throws Exception {
    return new Answer(http.send(method, uri("http", target), body, headers));
  }

  /** A request that is taken though the contract does not tell of it; with the token. */
  public Answer callLoosely(final String method, final String target, final String body)
      throws Exception {
    return new Answer(
        http.sendLoosely(method, uri("http", target), body, "Authorization", "Bearer " + TOKEN));
  }

  public String newOrganization() throws Exception {
    return call(
            "POST", "/api/v1/organizations", "{\"name\":\"My Fleet\",\"org_type\":\"civilian\"}")
        .text("data", "org_id");
  }

  public String newEntity(final String orgId) throws Exception {
    return call("POST", "/api/v1/entities?org_id=" + orgId, "{\"entity_type\":\"drone\"}")
        .text("data", "entity_id");
  }

  @Override
  public void close() {
    listener.close();
    api.close();
    database.close();
    http.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** An answer and ways into its JSON. */
  public record Answer(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String body() {
      return response.body();
    }

    public String header(final String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public JsonValue json(final String... path) {
      return at(parse(response.body().getBytes(StandardCharsets.UTF_8)), path);
    }

    public String text(final String... path) {
      return ((JsonValue.Text) json(path)).value();
    }

    public String error() {
      return status() + " " + text("error", "code") + " " + text("error", "message");
    }
  }

  public static JsonValue parse(final byte[] json) {
    try {
      return JsonTree.parse(json);
    } catch (final JsonSyntaxException e) {
      throw new AssertionError("not JSON: " + new String(json, StandardCharsets.UTF_8), e);
    }
  }

  public static JsonValue at(final JsonValue root, final String... path) {
    JsonValue value = root;
    for (final String name : path) {
      value = ((JsonValue.Members) value).find(name).orElse(new JsonValue.Nothing());
    }
    return value;
  }
}
