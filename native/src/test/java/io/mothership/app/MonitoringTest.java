package io.mothership.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.api.testkit.Contract;
import io.mothership.app.metrics.MetricsPage;
import io.mothership.clock.Clock;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MonitoringTest {
  @Test
  void shouldServeWhatIsDescribed() {
    final Set<String> described =
        Contract.read().operations().stream()
            .filter(Contract.Operation::isOnMonitor)
            .map(Contract.Operation::name)
            .collect(Collectors.toCollection(TreeSet::new));
    described.add("GET " + MetricsPage.PATH);
    final Set<String> served =
        new Monitoring(() -> null, null, null, null, Clock.system())
            .routes().stream()
                .map(route -> route.method() + " " + route.template())
                .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(described, served);
  }
}
