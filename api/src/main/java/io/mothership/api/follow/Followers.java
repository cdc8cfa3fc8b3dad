package io.mothership.api.follow;

import io.mothership.clock.Clock;
import io.mothership.error.ServiceException;
import io.mothership.error.ServiceException.Kind;
import io.mothership.fabric.Fabric;
import io.mothership.fabric.TapStart;
import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import io.mothership.security.Permission;
import io.mothership.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * All followers of the appliance, by name.
 *
 * <p><i>Thread:</i> any.
 */
public final class Followers implements MetricsSource, AutoCloseable {
  private static final long NS_PER_S = 1_000_000_000L;

  private final Fabric fabric;
  private final FollowerPlaces places;
  private final Clock clock;
  private final ConcurrentSkipListMap<String, Follower> byName = new ConcurrentSkipListMap<>();

  /**
   * @param fabric stays the caller's; keeps followers' places, too
   */
  public Followers(final Fabric fabric, final Clock clock) {
    this(fabric, new BucketPlaces(fabric), clock);
  }

  Followers(final Fabric fabric, final FollowerPlaces places, final Clock clock) {
    this.fabric = fabric;
    this.places = places;
    this.clock = clock;
  }

  /**
   * Starts a follower.
   *
   * @throws IllegalStateException if there is one of its name
   */
  public Follower follow(final FollowerConfig config, final FollowerTarget target) {
    final Follower follower =
        new Follower(config, target, fabric, places, clock, RandomGenerator.getDefault());
    if (byName.putIfAbsent(config.name(), follower) != null) {
      throw new IllegalStateException("there is a follower of this name: " + config.name());
    }
    follower.start();
    return follower;
  }

  /** Stops a follower; its place is kept. */
  public void end(final String name) {
    final Follower follower = byName.remove(name);
    if (follower != null) {
      follower.close();
    }
  }

  /** How they fare, by name. */
  public List<FollowerReport> list(final Principal principal) {
    principal.requireEverywhere(Permission.SYSTEM_READ);
    return reports();
  }

  /**
   * @throws ServiceException {@code NOT_FOUND}
   */
  public FollowerReport pause(final Principal principal, final String name) {
    final Follower follower = find(principal, name);
    follower.pause();
    return follower.report();
  }

  /**
   * @throws ServiceException {@code NOT_FOUND}
   */
  public FollowerReport resume(final Principal principal, final String name) {
    final Follower follower = find(principal, name);
    follower.resume();
    return follower.report();
  }

  /**
   * @throws ServiceException {@code NOT_FOUND}
   */
  public FollowerReport reset(final Principal principal, final String name, final TapStart start) {
    final Follower follower = find(principal, name);
    follower.reset(start);
    return follower.report();
  }

  private Follower find(final Principal principal, final String name) {
    principal.requireEverywhere(Permission.SYSTEM_WRITE);
    final Follower follower = byName.get(name);
    if (follower == null) {
      throw new ServiceException(
          Kind.NOT_FOUND, "FOLLOWER_NOT_FOUND", "there is no follower of this name", Map.of());
    }
    return follower;
  }

  private List<FollowerReport> reports() {
    final List<FollowerReport> reports = new ArrayList<>();
    byName.values().forEach(follower -> reports.add(follower.report()));
    return reports;
  }

  @Override
  public void write(final MetricsText text) {
    final List<FollowerReport> reports = reports();
    if (reports.isEmpty()) {
      return;
    }
    text.gauge("mothership_follower_state", "Whether a follower is in this state.");
    for (final FollowerReport report : reports) {
      for (final FollowerState state : FollowerState.values()) {
        text.sample(
            report.state() == state ? 1 : 0, "follower", report.name(), "state", state.text());
      }
    }
    text.gauge("mothership_follower_lag_records", "Records before a follower, at most.");
    write(text, reports, report -> report.backlog().records());
    text.gauge("mothership_follower_lag_bytes", "Bytes before a follower, at most.");
    write(text, reports, report -> report.backlog().bytes());
    text.gauge("mothership_follower_lag_seconds", "Age of the oldest record before a follower.");
    write(text, reports, report -> report.lagNs() / NS_PER_S);
    text.counter("mothership_follower_delivered_total", "Records that a follower delivered.");
    write(text, reports, FollowerReport::delivered);
    text.counter("mothership_follower_failures_total", "Deliveries that failed.");
    write(text, reports, FollowerReport::failures);
    text.counter("mothership_follower_dead_letters_total", "Records that were put aside.");
    write(text, reports, FollowerReport::deadLetters);
    text.counter(
        "mothership_follower_lost_total",
        "Records that left their streams before a follower could read them.");
    write(text, reports, FollowerReport::lost);
  }

  private static void write(
      final MetricsText text,
      final List<FollowerReport> reports,
      final ToLongFunction<FollowerReport> value) {
    reports.forEach(report -> text.sample(value.applyAsLong(report), "follower", report.name()));
  }

  /** Stops all of them. */
  @Override
  public void close() {
    final List<Thread> closing = new ArrayList<>();
    byName.values().forEach(each -> closing.add(Thread.startVirtualThread(each::close)));
    byName.clear();
    for (final Thread thread : closing) {
      try {
        thread.join();
      } catch (final InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
