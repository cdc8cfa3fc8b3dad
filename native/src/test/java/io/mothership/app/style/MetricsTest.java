package io.mothership.app.style;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.metrics.Counter;
import io.mothership.metrics.Histogram;
import io.mothership.metrics.MetricsSource;
import io.mothership.metrics.MetricsText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** Nothing is counted in vain: every counter of the product is on the page of numbers. */
final class MetricsTest {
  @Test
  void shouldShowEveryCounter() throws IOException {
    final List<byte[]> classes = new ArrayList<>();
    for (final Path file : Project.classFiles()) {
      classes.add(Files.readAllBytes(file));
    }
    assertEquals(Set.of(), MetricRules.unread(classes));
  }

  @Test
  void shouldSeeACounterThatNobodyReads() throws IOException {
    final List<byte[]> classes = new ArrayList<>();
    for (final Class<?> type : List.of(Planted.class, Page.class, Numbers.class)) {
      final String name = type.getName();
      try (InputStream in =
          type.getResourceAsStream(name.substring(name.lastIndexOf('.') + 1) + ".class")) {
        classes.add(in.readAllBytes());
      }
    }
    final String owner = Planted.class.getName().replace('.', '/');
    assertEquals(
        Set.of(owner + ".forgotten", owner + ".alsoForgotten", owner + ".neverTouched"),
        MetricRules.unread(classes));
  }

  interface Numbers {
    long second();
  }

  static final class Planted implements Numbers {
    private final Counter first = new Counter();
    private final LongAdder second = new LongAdder();
    private final Histogram handedOut = new Histogram(1);
    private final Counter[] several = {new Counter()};
    private final Counter inLambda = new Counter();
    private final Counter lent;
    private final Counter forgotten = new Counter();
    private final Histogram alsoForgotten = new Histogram(1);
    private final LongAdder neverTouched = new LongAdder();

    Planted(final Counter lent) {
      this.lent = lent;
      lent.increment();
    }

    long first() {
      return first.value();
    }

    @Override
    public long second() {
      forgotten.increment();
      alsoForgotten.record(1);
      return second.sum();
    }

    Histogram handedOut() {
      return handedOut;
    }

    long several(final int index) {
      return several[index].value();
    }

    LongSupplier inLambda() {
      return () -> inLambda.value();
    }
  }

  record Page(Planted planted, Numbers numbers) implements MetricsSource {
    @Override
    public void write(final MetricsText text) {
      text.counter("a_total", "A.", planted.first())
          .counter("b_total", "B.", numbers.second())
          .counter("c_total", "C.", planted.several(0))
          .counter("d_total", "D.", planted.inLambda().getAsLong())
          .histogram("e", "E.", planted.handedOut());
    }
  }
}
