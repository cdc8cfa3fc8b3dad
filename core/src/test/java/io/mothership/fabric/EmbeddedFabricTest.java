package io.mothership.fabric;

import io.mothership.bus.Doorbell;
import io.mothership.clock.Clock;
import io.mothership.dispatch.Spine;
import io.mothership.dispatch.SpineConfig;
import io.mothership.dispatch.Threading;
import io.mothership.jetstream.JetStream;
import io.mothership.jetstream.model.JetStreamConfig;
import io.mothership.journal.HeapJournal;
import org.junit.jupiter.api.AfterEach;

/** The broker inside, on its threads, over a journal in memory. */
final class EmbeddedFabricTest extends FabricContract {
  private final HeapJournal journal = new HeapJournal();
  private Spine spine;

  @Override
  protected Fabric open() {
    spine =
        new Spine(
            SpineConfig.of(Threading.DEDICATED, 1024 * 1024),
            journal,
            Spine.Recovered.nothing(),
            new JetStream(JetStreamConfig.defaults().withDomain("")),
            Clock.system());
    spine.start(Doorbell.SILENT);
    return spine.fabric(1);
  }

  @AfterEach
  void stop() {
    spine.close();
    journal.close();
  }
}
