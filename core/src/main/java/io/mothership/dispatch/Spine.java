package io.mothership.dispatch;

import io.mothership.bus.Doorbell;
import io.mothership.bus.FramePool;
import io.mothership.bus.Ingress;
import io.mothership.clock.Clock;
import io.mothership.error.MothershipException;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.Fabric.Backlog;
import io.mothership.fabric.FabricException;
import io.mothership.fabric.FabricException.Refusal;
import io.mothership.fabric.Tap;
import io.mothership.fabric.TapFilter;
import io.mothership.fabric.TapStart;
import io.mothership.journal.CommitSignal;
import io.mothership.journal.Journal;
import io.mothership.journal.JournalRing;
import io.mothership.journal.JournalWalk;
import io.mothership.journal.Journaler;
import io.mothership.journal.MeteredJournal;
import io.mothership.journal.ReadAgent;
import io.mothership.journal.StreamNames;
import io.mothership.metrics.JournalMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spine: rings and agents between the protocol heads and the journal, put on threads as
 * configured.
 *
 * <p>Order of use: open the journal and hand its records to the stream layer, make the spine,
 * {@link #start}, open the heads; at the end close the heads, then the spine, then the journal.
 */
public final class Spine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Spine.class);
  private static final long DISPATCH_PARK_NS = 2_000_000L;
  private static final long JOURNAL_PARK_NS = 10_000_000L;
  private static final long READ_PARK_NS = 100_000_000L;
  private static final int CLOSE_STEPS_MAX = 100_000;
  private static final long CLOSE_STEP_NS = 100_000L;
  private static final long ASK_PATIENCE_NS = 10_000_000_000L;
  private static final long ASK_RETRY_NS = 200_000L;
  private static final long ASK_LOOK_MS = 100;

  private final SpineConfig config;
  private final Clock clock;
  private final Journal journal;
  private final Ingress ingress;
  private final JournalRing ring;
  private final StreamLayer streams;
  private final StreamNames names = new StreamNames();
  private final CommitSignal signal = new CommitSignal();
  private final Dispatcher dispatcher;
  private final JournalMetrics journalMetrics;
  private final Journaler journaler;
  private final ReadAgent reads;
  private final Pulse dispatchPulse;
  private final List<Pulse> pulses = new ArrayList<>();
  private final List<AgentRunner> runners = new ArrayList<>();
  private volatile boolean isClosed;

  /**
   * @param recovered where the journal ends, as its recovery found it
   */
  public Spine(
      final SpineConfig config,
      final Journal journal,
      final Recovered recovered,
      final StreamLayer streams,
      final Clock clock) {
    this.config = config.conclude();
    this.clock = clock;
    this.journal = journal;
    this.streams = streams;
    final FramePool pool =
        new FramePool(SpineConfig.LARGE_FRAME_SLOTS, config.largeFrameBytesMax());
    this.ingress = new Ingress(config.ingressRingBytes(), pool);
    this.ring =
        new JournalRing(
            config.journalRingBytes(),
            recovered.journalSequence(),
            recovered.timeNs(),
            recovered.outboxId(),
            recovered.epoch());
    this.reads = new ReadAgent(journal.reader(), pool, config.readRingBytes());
    this.journalMetrics = new JournalMetrics(clock);
    final Journal metered = new MeteredJournal(journal, journalMetrics, clock);
    this.journaler = new Journaler(ring, metered, clock, config.syncIntervalNs(), signal);
    final JournalTail tail = new JournalTail(ring, recovered.location());
    final Executor upkeep =
        config.threading() == Threading.INVOKER ? Runnable::run : Spine::runUpkeep;
    this.dispatcher =
        new Dispatcher(
            ingress,
            tail,
            reads,
            streams,
            names,
            clock,
            config.recordLengthMax(),
            journal
                .upkeep()
                .map(
                    found ->
                        new Checkpointer(
                            tail, reads, streams, found, upkeep, config.checkpointBytes())),
            new SubscriptionBudget(config.subscriptionsMax(), config.subscriptionBytesMax()));
    this.dispatchPulse = pulse(dispatcher);
  }

  /**
   * Where a journal ends.
   *
   * @param journalSequence of the last record, 0 if there is none
   * @param timeNs of the last record
   * @param location of the last record
   * @param outboxId the highest in any record
   * @param epoch of this start, one above the last
   */
  public record Recovered(
      long journalSequence, long timeNs, long location, long outboxId, int epoch) {

    /** A journal without records. */
    public static Recovered nothing() {
      return new Recovered(0, 0, Journal.NOWHERE, 0, 1);
    }
  }

  /**
   * Starts the agents.
   *
   * @param loopDoorbell in {@code SHARED} threading, what makes the I/O loop call {@link #step}
   *     soon; otherwise not used
   */
  public void start(final Doorbell loopDoorbell) {
    dispatcher.start();
    switch (config.threading()) {
      case DEDICATED -> {
        final DoorbellIdle dispatchIdle = new DoorbellIdle(DISPATCH_PARK_NS);
        connect(dispatchIdle);
        run(dispatchIdle, new PulsingAgent(dispatcher, dispatchPulse));
      }
      case SHARED -> connect(loopDoorbell);
      case INVOKER -> {}
    }
  }

  /** One duty cycle of the dispatcher, by whoever is its thread in {@code SHARED} threading. */
  public int step() {
    final int work = dispatcher.doWork();
    dispatchPulse.beat();
    return work;
  }

  /** One duty cycle of every agent; for tests in {@code INVOKER} threading. */
  public int stepAll() {
    return dispatcher.doWork() + journaler.doWork() + reads.doWork();
  }

  /** The way in for heads. */
  public Ingress ingress() {
    return ingress;
  }

  public Threading threading() {
    return config.threading();
  }

  /** Whether the journal takes no more writes until restart. */
  public boolean isJournalFailed() {
    return ring.isFailed();
  }

  /** Whether messages for streams are taken: the journal works and has space. */
  public boolean takesMessages() {
    return !ring.isFailed() && !ring.isSpaceLow();
  }

  /** Subscriptions of all clients and of the streams themselves. Any thread. */
  public int subscriptionCount() {
    return dispatcher.budget().count();
  }

  /** About what they take of the heap. Any thread. */
  public long subscriptionBytes() {
    return dispatcher.budget().bytes();
  }

  /** One per agent; as long as the spine is open each grows within a fraction of a second. */
  public List<Pulse> pulses() {
    return List.copyOf(pulses);
  }

  /** Highest journal sequence appended. */
  public long appendedSequence() {
    return ring.appendedSequence();
  }

  /** Highest journal sequence that survives a power cut. */
  public long syncedSequence() {
    return ring.syncedSequence();
  }

  /** What is appended and synced. */
  public JournalMetrics journalMetrics() {
    return journalMetrics;
  }

  /** How often ms-dispatch took nothing from the ingress ring for want of room to the journal. */
  public long journalWaits() {
    return dispatcher.journalWaits();
  }

  /**
   * Has ms-dispatch fill a report, behind everything that was put into the ingress ring before. Any
   * thread.
   *
   * @return completed on ms-dispatch: do nothing long there; exceptionally with {@code BROKER_BUSY}
   *     if the ring is full
   */
  public CompletableFuture<BrokerReport> report(final BrokerReport report) {
    final CompletableFuture<BrokerReport> filled = new CompletableFuture<>();
    final int taken =
        ingress.tryCall(
            () -> {
              try {
                dispatcher.report(report);
                filled.complete(report);
              } catch (final RuntimeException e) {
                filled.completeExceptionally(e);
              }
            });
    if (taken < 0) {
      filled.completeExceptionally(
          new MothershipException(
              MothershipException.Category.CAPACITY,
              "BROKER_BUSY",
              "the ingress ring is full: bytes=" + ingress.capacity()));
    }
    return filled;
  }

  /** A cursor over the committed journal. Any thread. */
  public Tap tap(final TapStart start) {
    return tap(TapFilter.all(), start);
  }

  /** A cursor over what is committed and wanted. Any thread. */
  public Tap tap(final TapFilter filter, final TapStart start) {
    final long after =
        switch (start) {
          case TapStart.AfterSequence(final long sequence) -> sequence;
          case TapStart.Now() -> ring.appendedSequence();
          case TapStart.Oldest(), TapStart.AtTime(_), TapStart.Before(_, _) -> 0;
        };
    final long fromNs =
        start instanceof TapStart.AtTime(final long timeNs) ? timeNs : Long.MIN_VALUE;
    return new EmbeddedTap(
        new JournalWalk(journal.reader(), ring, signal, after, fromNs),
        this::lookUp,
        clock,
        names,
        filter,
        start);
  }

  /** What a tap would still have before it. Any thread but the agents'. */
  Backlog backlog(final TapFilter filter, final long afterSequence) {
    final LookUp lookUp = new LookUp(filter, false, afterSequence, Long.MIN_VALUE);
    ask(() -> dispatcher.backlog(lookUp));
    return lookUp.backlog();
  }

  private void lookUp(final LookUp lookUp) {
    ask(() -> dispatcher.lookUp(lookUp));
  }

  /** Has a question answered on ms-dispatch, and waits for it. */
  private void ask(final Runnable question) {
    if (config.threading() == Threading.INVOKER) {
      question.run();
      return;
    }
    final CompletableFuture<Void> answered = new CompletableFuture<>();
    final Runnable call =
        () -> {
          try {
            question.run();
            answered.complete(null);
          } catch (final RuntimeException e) {
            answered.completeExceptionally(e);
          }
        };
    final long deadlineNs = System.nanoTime() + ASK_PATIENCE_NS;
    while (ingress.tryCall(call) < 0) {
      requireTime(deadlineNs);
      LockSupport.parkNanos(ASK_RETRY_NS);
    }
    while (!answered.isDone()) {
      requireTime(deadlineNs);
      try {
        answered.get(ASK_LOOK_MS, TimeUnit.MILLISECONDS);
      } catch (final TimeoutException e) {
        LOG.debug("a question to the streams takes long");
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FabricException(Refusal.CLOSED, "interrupted while the streams were asked");
      } catch (final ExecutionException e) {
        throw new IllegalStateException("the streams gave no answer", e.getCause());
      }
    }
  }

  private void requireTime(final long deadlineNs) {
    if (isClosed) {
      throw new FabricException(Refusal.CLOSED, "the broker is stopping");
    }
    if (System.nanoTime() - deadlineNs > 0) {
      throw new FabricException(Refusal.BUSY, "the streams give no answer");
    }
  }

  /** The broker as services use it; {@code connectionId} must be free. */
  public Fabric fabric(final long connectionId) {
    return new EmbeddedFabric(this, connectionId);
  }

  /**
   * Stops the agents: what was taken in is routed, appended and synced first. In {@code SHARED}
   * threading the loop must have ended.
   */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    if (config.threading() == Threading.DEDICATED) {
      runners.removeLast().close();
    }
    drain();
    streams.onStopping();
    drain();
    dispatcher.endSessions();
    runners.reversed().forEach(AgentRunner::close);
    if (config.threading() == Threading.INVOKER) {
      journaler.onClose();
      reads.onClose();
    }
    dispatcher.checkpointAtStop();
  }

  private void drain() {
    int idle = 0;
    for (int i = 0; i < CLOSE_STEPS_MAX && idle < 2; i++) {
      final int work = config.threading() == Threading.INVOKER ? stepAll() : dispatcher.doWork();
      final boolean isDone = ring.isFailed() || ring.appendedSequence() == ring.lastSequence();
      idle = work == 0 && isDone ? idle + 1 : 0;
      if (work == 0 && config.threading() != Threading.INVOKER) {
        LockSupport.parkNanos(CLOSE_STEP_NS);
      }
    }
  }

  private void connect(final Doorbell dispatchDoorbell) {
    final DoorbellIdle journalIdle = new DoorbellIdle(JOURNAL_PARK_NS);
    final DoorbellIdle readIdle = new DoorbellIdle(READ_PARK_NS);
    ingress.doorbell(dispatchDoorbell);
    journaler.progress(dispatchDoorbell);
    reads.doorbells(readIdle, dispatchDoorbell);
    ring.doorbell(journalIdle);
    run(readIdle, new PulsingAgent(reads, pulse(reads)));
    run(journalIdle, new PulsingAgent(journaler, pulse(journaler)));
  }

  private Pulse pulse(final Agent agent) {
    final Pulse pulse = new Pulse(agent.roleName());
    pulses.add(pulse);
    return pulse;
  }

  private static void runUpkeep(final Runnable task) {
    final Thread thread = new Thread(task, "ms-upkeep");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(final DoorbellIdle idle, final Agent agent) {
    final AgentRunner runner =
        new AgentRunner(
            idle,
            e -> LOG.error("{} failed: {}", agent.roleName(), e.getMessage(), e),
            null,
            agent);
    runners.add(runner);
    AgentRunner.startOnThread(
        runner,
        task -> {
          final Thread thread = new Thread(task, agent.roleName());
          thread.setDaemon(true);
          return thread;
        });
  }
}
