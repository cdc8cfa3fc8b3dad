package io.mothership.api.fleet;

import io.mothership.api.Api;
import io.mothership.api.ApiConfig;
import io.mothership.api.ApiFixture;
import io.mothership.bus.Doorbell;
import io.mothership.clock.Clock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.fabric.Bucket;
import io.mothership.fabric.Consumption;
import io.mothership.fabric.Delivery;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.KeyValue;
import io.mothership.fabric.StreamOutline;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.fleet.streams.FleetStreams;
import io.mothership.jetstream.JetStream;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.storage.journal.ChronicleJournal;
import io.mothership.storage.journal.JournalConfig;
import io.mothership.storage.sql.Database;
import io.mothership.storage.sql.TestRegistry;
import io.mothership.transport.http.HttpConfig;
import io.mothership.transport.http.HttpListener;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A process with the real journal, broker, registry and API that dies at a chosen moment of a
 * chosen publication: {@code CrashingAppliance FOLDER none|before|during|after COUNT REGISTRY}.
 */
public final class CrashingAppliance {
  private CrashingAppliance() {}

  public static void main(final String[] args) throws Exception {
    final Path folder = Path.of(args[0]);
    final JetStream streams =
        new JetStream(
            JetStreamConfig.defaults().withOwn(FleetStreams.all(organization -> List.of())));
    final ChronicleJournal journal =
        ChronicleJournal.open(JournalConfig.of(folder), streams.recovery());
    final var report = journal.report();
    final Spine spine =
        new Spine(
            SpineConfig.of(Threading.DEDICATED, 1024 * 1024),
            journal,
            new Spine.Recovered(
                report.lastSequence(),
                report.lastTimeNs(),
                report.lastLocation(),
                report.lastOutboxId(),
                report.epoch()),
            streams,
            Clock.system());
    spine.start(Doorbell.SILENT);
    final Fabric fabric =
        new Dying(
            spine.fabric(1),
            Moment.valueOf(args[1].toUpperCase(java.util.Locale.ROOT)),
            Integer.parseInt(args[2]));
    final Database database =
        Database.open(TestRegistry.config(args[3]).withDomains(Api.MIGRATIONS));
    final Api api =
        Api.start(
            new ApiConfig(ApiFixture.TOKEN, "test"),
            database,
            fabric,
            new EntityDirectory(),
            Clock.system(),
            List.of(),
            report.lastOutboxId());
    final HttpListener listener =
        HttpListener.start(
            HttpConfig.of("127.0.0.1", 0),
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()),
            api.routes(),
            api.webSocketRoutes());
    System.out.println("port " + listener.port());
    System.out.flush();
    Thread.sleep(Duration.ofMinutes(5));
  }

  private enum Moment {
    NONE,
    BEFORE,
    DURING,
    AFTER
  }

  /** Dies as by SIGKILL: no hook runs, nothing is flushed. */
  private record Dying(Fabric fabric, Moment moment, int count, AtomicInteger published)
      implements Fabric {
    Dying(final Fabric fabric, final Moment moment, final int count) {
      this(fabric, moment, count, new AtomicInteger());
    }

    @Override
    public CompletableFuture<PublishAck> publish(final Publication publication) {
      final boolean isLast = published.incrementAndGet() == count;
      dieIf(isLast && moment == Moment.BEFORE);
      final CompletableFuture<PublishAck> ack = fabric.publish(publication);
      dieIf(isLast && moment == Moment.DURING);
      return ack.thenApply(
          acknowledged -> {
            dieIf(isLast && moment == Moment.AFTER);
            return acknowledged;
          });
    }

    private static void dieIf(final boolean isTime) {
      if (isTime) {
        Runtime.getRuntime().halt(137);
      }
    }

    @Override
    public void send(final Publication publication) {
      fabric.send(publication);
    }

    @Override
    public CompletableFuture<Received> request(
        final Publication publication, final Duration patience) {
      return fabric.request(publication, patience);
    }

    @Override
    public AutoCloseable subscribe(
        final String subject, final String queueGroup, final Consumer<Received> consumer) {
      return fabric.subscribe(subject, queueGroup, consumer);
    }

    @Override
    public AutoCloseable consume(final Consumption consumption, final Delivery.Handler handler) {
      return fabric.consume(consumption, handler);
    }

    @Override
    public KeyValue kv(final Bucket bucket) {
      return fabric.kv(bucket);
    }

    @Override
    public void ensureStream(final StreamOutline outline) {
      fabric.ensureStream(outline);
    }

    @Override
    public Tap tap(final TapFilter filter, final TapStart start) {
      return fabric.tap(filter, start);
    }

    @Override
    public Backlog backlog(final TapFilter filter, final long afterSequence) {
      return fabric.backlog(filter, afterSequence);
    }

    @Override
    public void close() {
      fabric.close();
    }
  }
}
