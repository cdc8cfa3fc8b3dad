package io.mothership.api;

import io.mothership.api.commands.CommandResource;
import io.mothership.api.commands.Commands;
import io.mothership.api.commands.RecordedCommandIds;
import io.mothership.api.fleet.Entities;
import io.mothership.api.fleet.EntityDirectory;
import io.mothership.api.fleet.EntityResource;
import io.mothership.api.fleet.FleetRecords;
import io.mothership.api.fleet.OrganizationResource;
import io.mothership.api.fleet.Organizations;
import io.mothership.api.records.Changes;
import io.mothership.api.records.Records;
import io.mothership.api.rest.Filters;
import io.mothership.api.rest.LoggedRefusals;
import io.mothership.api.rest.RateLimits;
import io.mothership.api.rest.RecentAnswers;
import io.mothership.api.rest.RestMetrics;
import io.mothership.api.security.BearerAuth;
import io.mothership.api.status.HealthCheck;
import io.mothership.api.status.HealthResource;
import io.mothership.api.status.OpenApiResource;
import io.mothership.api.telemetry.FeedResource;
import io.mothership.api.telemetry.TelemetryResource;
import io.mothership.clock.Clock;
import io.mothership.fabric.Fabric;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.Migrations;
import io.mothership.storage.sql.OutboxRelay;
import io.mothership.storage.sql.OutboxRepository;
import io.mothership.transport.http.Route;
import io.mothership.transport.ws.WebSocketConfig;
import io.mothership.transport.ws.WebSocketRoute;
import java.util.ArrayList;
import java.util.List;

/** All services and their routes, to be given to an HTTP listener. */
public final class Api implements AutoCloseable {
  /** The tables of all services, in the order in which they are made. */
  public static final List<Migrations> MIGRATIONS =
      List.of(FleetRecords.MIGRATIONS, RecordedCommandIds.MIGRATIONS);

  private final OutboxRelay relay;
  private final List<Route> routes;
  private final List<WebSocketRoute> webSocketRoutes;

  private Api(
      final OutboxRelay relay,
      final List<Route> routes,
      final List<WebSocketRoute> webSocketRoutes) {
    this.relay = relay;
    this.routes = List.copyOf(routes);
    this.webSocketRoutes = List.copyOf(webSocketRoutes);
  }

  /**
   * Builds the services and starts the outbox's relay.
   *
   * @param database stays the caller's
   * @param fabric stays the caller's
   * @param directory is filled from the registry here, and kept up to date
   * @param checks what {@code /health} looks at besides the registry
   * @param publishedOutboxId the highest outbox id found in the journal
   */
  public static Api start(
      final ApiConfig config,
      final Database database,
      final Fabric fabric,
      final EntityDirectory directory,
      final Clock clock,
      final List<HealthCheck> checks,
      final long publishedOutboxId) {
    final BearerAuth auth = new BearerAuth(config.authenticator());
    final OutboxRepository outbox = new OutboxRepository();
    directory.load(database);
    final OutboxRelay relay = OutboxRelay.start(database, outbox, fabric, publishedOutboxId);
    final Changes changes = new Changes(database, outbox, relay, clock);
    final Records records = new Records(database);
    final Organizations organizations = new Organizations(changes, records, clock);
    final Entities entities = new Entities(changes, records, directory, clock);
    final Filters filters =
        new Filters(
            config.authenticator(),
            RateLimits.STANDARD,
            new LoggedRefusals(clock),
            new RecentAnswers(clock),
            new RestMetrics(),
            clock);
    final List<HealthCheck> allChecks = new ArrayList<>();
    allChecks.add(new HealthCheck("database", database::ping));
    allChecks.addAll(checks);
    final List<Route> routes = new ArrayList<>();
    routes.addAll(
        new HealthResource(allChecks, config.version(), database.product(), clock).routes());
    routes.addAll(new OpenApiResource().routes());
    routes.addAll(filters.routes(new OrganizationResource(organizations).routes()));
    routes.addAll(filters.routes(new EntityResource(entities).routes()));
    routes.addAll(new TelemetryResource(fabric, directory).routes(auth));
    routes.addAll(
        filters.routes(
            new CommandResource(
                    new Commands(
                        organizations,
                        entities,
                        new RecordedCommandIds(changes, clock),
                        fabric,
                        clock))
                .routes()));
    final WebSocketRoute feed =
        new FeedResource(fabric, directory).route(auth, WebSocketConfig.standard());
    return new Api(relay, routes, List.of(feed));
  }

  public List<Route> routes() {
    return routes;
  }

  public List<WebSocketRoute> webSocketRoutes() {
    return webSocketRoutes;
  }

  public OutboxRelay relay() {
    return relay;
  }

  /** Stops what runs by itself; close the listeners first. */
  @Override
  public void close() {
    relay.close();
  }
}
