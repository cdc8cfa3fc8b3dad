package io.mothership.app;

import io.mothership.api.Api;
import io.mothership.api.ApiConfig;
import io.mothership.api.fleet.EntityDirectory;
import io.mothership.api.follow.Followers;
import io.mothership.api.security.BearerAuth;
import io.mothership.api.status.HealthCheck;
import io.mothership.app.host.HostFiles;
import io.mothership.app.metrics.BrokerMetrics;
import io.mothership.app.metrics.MetricsPage;
import io.mothership.app.metrics.ProcessMetrics;
import io.mothership.bus.Doorbell;
import io.mothership.clock.Clock;
import io.mothership.config.HttpKeys;
import io.mothership.config.JetStreamKeys;
import io.mothership.config.MonitorKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.ProcessKeys;
import io.mothership.dispatch.Pulse;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.StreamLayer;
import io.mothership.dispatch.Threading;
import io.mothership.error.MothershipException;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.fleet.streams.FleetStreams;
import io.mothership.jetstream.JetStream;
import io.mothership.jetstream.model.StreamDefinition;
import io.mothership.journal.Checkpoint;
import io.mothership.journal.HeapJournal;
import io.mothership.journal.Journal;
import io.mothership.security.LiveAuthenticator;
import io.mothership.security.Logins;
import io.mothership.security.Permission;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.DirectoryLock;
import io.mothership.storage.journal.SegmentMetrics;
import io.mothership.storage.recovery.FileFacade;
import io.mothership.storage.recovery.RecoveryReport;
import io.mothership.storage.recovery.SpareFile;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.SqlConfig;
import io.mothership.transport.http.HttpConfig;
import io.mothership.transport.http.HttpListener;
import io.mothership.transport.http.HttpMetrics;
import io.mothership.transport.http.Route;
import io.mothership.transport.http.RouteHandler;
import io.mothership.transport.loop.SocketDriver;
import io.mothership.transport.nats.NatsConfig;
import io.mothership.transport.nats.NatsListener;
import io.mothership.transport.nats.NatsLogins;
import io.mothership.transport.nats.NatsMetrics;
import io.mothership.transport.ws.WebSocketMetrics;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parts of the appliance, put together by hand: what depends on what can be read here from top
 * to bottom.
 *
 * <p>Start: journal and recovery, spine, services, listeners, port files. Stop: the other way
 * round. A start that fails half way closes what it had opened.
 *
 * <p><i>Thread:</i> main.
 */
public final class Wiring implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Wiring.class);
  private static final long LOOPS_END_PATIENCE_MS = 5_000;

  private volatile MothershipConfig config;
  private final Role role;
  private final Clock clock = Clock.system();
  private final AtomicLong connectionIds = new AtomicLong();
  private final EntityDirectory directory = new EntityDirectory();
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final Deque<Part> parts = new ArrayDeque<>();
  private final MetricsPage metrics = new MetricsPage();
  private final HttpMetrics httpMetrics = new HttpMetrics();
  private final List<Listening> listeners = new ArrayList<>();
  private final LiveAuthenticator authenticator;
  private Journal journal;
  private Spine spine;
  private Supplier<List<String>> repairedStreams = List::of;
  private NatsListener nats;
  private volatile boolean isLameDuck;

  private Wiring(final MothershipConfig config, final Role role) {
    this.config = config;
    this.role = role;
    this.authenticator = new LiveAuthenticator(LoginOptions.logins(config, role));
  }

  /** Something to be closed, and what to call it if that fails. */
  private record Part(String name, Closing closing) {}

  /** A listener, and what the configuration in force makes of it. */
  private record Listening(HttpListener listener, Function<MothershipConfig, HttpConfig> options) {}

  @FunctionalInterface
  private interface Closing {
    void run() throws Exception;
  }

  /**
   * Composes and starts everything; when this returns, all listeners are bound.
   *
   * @throws io.mothership.error.MothershipException naming what cannot be started; nothing is left
   *     running
   */
  public static Wiring start(final MothershipConfig config, final Role role) {
    final Wiring wiring = new Wiring(config, role);
    boolean isStarted = false;
    try {
      wiring.start();
      isStarted = true;
      return wiring;
    } finally {
      if (!isStarted) {
        wiring.close();
      }
    }
  }

  private void start() {
    Exposure.check(config, role);
    Exposure.announce(config, role);
    if (role == Role.APPLIANCE) {
      SpineOptions.registryNote(config).check();
    }
    metrics.add(new ProcessMetrics(Version.text(), HostFiles.system(), clock));
    metrics.add(httpMetrics);
    if (config.isOn(JetStreamKeys.ENABLED)) {
      lockStore(SpineOptions.storeFolder(config));
    }
    final Optional<DatabaseOpening> database = beginRegistry();
    // What waits for sockets has a native library, which takes as long to load.
    final CompletableFuture<SocketDriver> driver =
        CompletableFuture.supplyAsync(SocketDriver::best);
    final long publishedOutboxId = startSpine();
    final EventLoopGroup loops = driver.join().loops(SpineOptions.ioThreads(config));
    onClose("event loops", () -> end(loops));
    final Runnable afterRead = startAgents(loops);
    final Fabric fabric = spine.fabric(connectionIds.incrementAndGet());
    onClose("fabric", fabric::close);
    if (database.isPresent()) {
      startHttp(loops, fabric, publishedOutboxId, database.get().await());
    }
    startNats(loops, afterRead);
    journal.awaitOpen();
    final PortFiles files = PortFiles.write(config, ports);
    onClose("port files", files::close);
    LOG.info("Server is ready");
  }

  /** From here on the data folder, registry included, is this process's. */
  private void lockStore(final Path folder) {
    final DirectoryLock lock = DirectoryLock.acquire(folder);
    onClose("data folder's lock", lock::close);
    prepareSpare(folder);
    // Given up at this start, it may be needed at the next.
    onClose("spare file", () -> prepareSpare(folder));
  }

  private Optional<DatabaseOpening> beginRegistry() {
    if (role != Role.APPLIANCE) {
      return Optional.empty();
    }
    final DatabaseOpening opening = DatabaseOpening.begin(SpineOptions.registry(config));
    onClose("database", opening::close);
    return Optional.of(opening);
  }

  /** If it is not to be had, everything that works without it does. */
  private static void prepareSpare(final Path folder) {
    try {
      SpareFile.prepare(FileFacade.system(), folder);
    } catch (final IOException e) {
      LOG.warn("no file of spare space: path={}, cause={}", folder, e.toString());
    }
  }

  /** Returns the highest outbox id that the journal has. */
  private long startSpine() {
    final Spine.Recovered recovered;
    final StreamLayer streams;
    final long publishedOutboxId;
    if (config.isOn(JetStreamKeys.ENABLED)) {
      final JetStream jetStream = new JetStream(SpineOptions.jetStream(config, role, ownStreams()));
      jetStream.startsAt(clock.wallNs());
      final ChronicleJournal opened =
          ChronicleJournal.openLocked(SpineOptions.journal(config), jetStream.recovery());
      onClose("journal", opened::close);
      final RecoveryReport report = opened.report();
      requireComplete(report);
      recovered =
          new Spine.Recovered(
              report.lastSequence(),
              JournalClock.startNs(report, SpineOptions.storeFolder(config), clock),
              report.lastLocation(),
              report.lastOutboxId(),
              report.epoch());
      publishedOutboxId = report.lastOutboxId();
      log(report);
      metrics.add(new SegmentMetrics(opened));
      journal = opened;
      streams = jetStream;
      repairedStreams = jetStream::repaired;
    } else {
      journal = new HeapJournal();
      recovered = Spine.Recovered.nothing();
      publishedOutboxId = 0;
      streams = StreamLayer.none();
    }
    spine = new Spine(SpineOptions.spine(config), journal, recovered, streams, clock);
    onClose("spine", spine::close);
    metrics.add(new BrokerMetrics(spine, clock));
    return publishedOutboxId;
  }

  private List<StreamDefinition> ownStreams() {
    return role == Role.APPLIANCE ? FleetStreams.all(directory::entityIds) : List.of();
  }

  /** Started all the same, everything whose meaning is lost would count as nobody's. */
  private void requireComplete(final RecoveryReport report) {
    if (report.checkpoint().isEmpty() && !report.isSelfContained()) {
      throw new MothershipException(
          MothershipException.Category.CORRUPTION,
          "CHECKPOINTS_LOST",
          "parts of the journal were freed and no checkpoint can be used: path="
              + SpineOptions.storeFolder(config)
              + "; nothing was changed. Put a backup of the folder 'checkpoint' back, or look with"
              + " 'mothership journal verify'");
    }
  }

  private static void log(final RecoveryReport report) {
    if (report.isClean()) {
      LOG.info(
          "journal: lastSequence={}, recordsRead={}, checkpoint={}",
          report.lastSequence(),
          report.frames(),
          checkpointSequence(report));
    } else {
      LOG.warn(
          "journal recovered after an unclean stop: lastSequence={}, recordsRead={}, checkpoint={},"
              + " discardedBytes={}",
          report.lastSequence(),
          report.frames(),
          checkpointSequence(report),
          report.discardedBytes());
    }
    report.damage().forEach(damage -> LOG.error("journal damaged: {}", damage));
  }

  private static long checkpointSequence(final RecoveryReport report) {
    return report.checkpoint().map(Checkpoint::journalSequence).orElse(0L);
  }

  /** Returns what the NATS head is to run after each read. */
  private Runnable startAgents(final EventLoopGroup loops) {
    if (spine.threading() == Threading.SHARED) {
      final EventLoop loop = (EventLoop) loops.iterator().next();
      final LoopStepper stepper = new LoopStepper(spine, loop);
      spine.start(stepper);
      stepper.start();
      return stepper;
    }
    spine.start(Doorbell.SILENT);
    return () -> {};
  }

  private void startHttp(
      final EventLoopGroup loops,
      final Fabric fabric,
      final long publishedOutboxId,
      final Database database) {
    final SqlConfig registry = SpineOptions.registry(config);
    SpineOptions.registryNote(config).write();
    LOG.info("registry: {}, {}", registry.product(), registry.place());
    final Followers followers = new Followers(fabric, clock);
    onClose("followers", followers::close);
    metrics.add(followers);
    final Api api =
        Api.start(
            new ApiConfig(authenticator, Version.text()),
            database,
            fabric,
            directory,
            clock,
            List.of(new HealthCheck("nats", this::checkBroker)),
            publishedOutboxId);
    onClose("services", api::close);
    final HttpListener http =
        HttpListener.start(
            HttpOptions.http(config), loops, appliancesRoutes(api), api.webSocketRoutes());
    onClose("HTTP listener", http::close);
    listeners.add(new Listening(http, HttpOptions::http));
    httpMetrics.add("http", http);
    metrics.add(new WebSocketMetrics(api.webSocketRoutes()));
    ports.put("http", http.port());
    LOG.info("Listening for HTTP on {}:{}", config.text(HttpKeys.HOST), http.port());
  }

  private List<Route> appliancesRoutes(final Api api) {
    final List<Route> routes = new ArrayList<>(api.routes());
    routes.add(new Route("GET", MetricsPage.PATH, metricsHandler()));
    return routes;
  }

  /** On every listener that has the page the same question is asked, or none. */
  private RouteHandler metricsHandler() {
    return config.isOn(HttpKeys.METRICS_AUTH)
        ? new BearerAuth(authenticator).guardEverywhere(Permission.SYSTEM_READ, metrics)
        : metrics;
  }

  private void checkBroker() throws HealthCheck.Degraded {
    if (spine.isJournalFailed()) {
      throw new IllegalStateException("the journal takes no more writes until a restart");
    }
    final List<String> repaired = repairedStreams.get();
    if (!repaired.isEmpty()) {
      throw new HealthCheck.Degraded(
          "streams of the appliance were gone or changed at this start: " + repaired);
    }
  }

  private void startNats(final EventLoopGroup loops, final Runnable afterRead) {
    nats =
        new NatsListener(
            SpineOptions.nats(config, role).logins(new NatsLogins(authenticator)),
            spine.ingress(),
            loops,
            connectionIds::incrementAndGet,
            afterRead);
    onClose("NATS listener", this::stopNats);
    nats.start();
    metrics.add(new NatsMetrics(nats));
    ports.put("nats", nats.port());
    if (config.integer(MonitorKeys.PORT) >= 0) {
      final HttpListener monitor =
          HttpListener.start(
              HttpOptions.monitor(config),
              loops,
              new Monitoring(this::config, nats, spine, metricsHandler(), clock).routes(),
              List.of());
      onClose("monitoring listener", monitor::close);
      listeners.add(new Listening(monitor, HttpOptions::monitor));
      httpMetrics.add("monitor", monitor);
      ports.put("monitor", monitor.port());
      LOG.info("Starting http monitor on {}:{}", config.text(MonitorKeys.HOST), monitor.port());
    }
  }

  private void stopNats() throws InterruptedException {
    // A plain broker ends at SIGTERM as nats-server does: at once.
    if ((role == Role.APPLIANCE || isLameDuck) && !ports.isEmpty()) {
      nats.drain();
    }
    nats.close();
  }

  private static void end(final EventLoopGroup loops) throws InterruptedException {
    loops.shutdownGracefully(0, LOOPS_END_PATIENCE_MS, TimeUnit.MILLISECONDS).await();
  }

  /** The port of each listener, by name: {@code http}, {@code nats}, {@code monitor}. */
  public Map<String, Integer> ports() {
    return Collections.unmodifiableMap(ports);
  }

  /** What is in force. */
  public MothershipConfig config() {
    return config;
  }

  /**
   * Puts other values of reloadable keys, other users and the certificate's files of now into
   * force; all other keys must have the values they have.
   *
   * @throws io.mothership.error.MothershipException naming what cannot be used; nothing has changed
   *     then
   */
  public void reconfigure(final MothershipConfig changed) {
    Exposure.check(changed, role);
    final NatsConfig natsConfig =
        SpineOptions.nats(changed, role).logins(new NatsLogins(authenticator)).conclude();
    final Logins logins = LoginOptions.logins(changed, role);
    final List<HttpConfig> httpConfigs =
        listeners.stream().map(each -> each.options().apply(changed)).toList();
    Logging.level(changed.text(ProcessKeys.LOG_LEVEL));
    authenticator.replace(logins);
    for (int i = 0; i < httpConfigs.size(); i++) {
      listeners.get(i).listener().reconfigure(httpConfigs.get(i));
    }
    nats.reconfigure(natsConfig);
    config = changed;
  }

  /** When this is closed, clients are told to go elsewhere first and given the time for it. */
  public void lameDuck() {
    isLameDuck = true;
  }

  /** The progress of each agent. */
  public List<Pulse> pulses() {
    return spine.pulses();
  }

  /** Highest journal sequence appended. */
  public long journalSequence() {
    return spine.appendedSequence();
  }

  /** A cursor over what is committed and wanted. */
  public Tap tap(final TapFilter filter, final TapStart start) {
    return spine.tap(filter, start);
  }

  private void onClose(final String name, final Closing closing) {
    parts.push(new Part(name, closing));
  }

  /** Stops everything in the opposite order; what fails is logged, and the rest goes on. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      final Part part = parts.pop();
      try {
        part.closing().run();
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (final Exception e) {
        LOG.error("closing failed: part={}, cause={}", part.name(), e.toString(), e);
      }
    }
  }
}
