package io.mothership.alien;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CommandDeskTest {

  private final List<String> told = new ArrayList<>();
  private final CommandDesk desk =
      new CommandDesk(
          new Registration("o", "e", "", "", ""),
          data ->
              told.add(
                  data.get("command_id")
                      + " "
                      + data.get("status")
                      + (data.containsKey("error") ? ": " + data.get("error") : "")),
          (notice, text) -> {});

  @Test
  void shouldReportReceivedExecutingAndDone() {
    desk.on("go", command -> told.add("going to " + command.parameters().get("place")));

    desk.run(new Command("c1", "go", Map.of("parameters", Map.of("place", "lake"))));

    assertEquals(List.of("c1 acked", "c1 executing", "going to lake", "c1 done_ok"), told);
  }

  @Test
  void shouldReportWhyACommandFailed() {
    desk.on(
        "go",
        command -> {
          throw new IllegalStateException("no fuel");
        });
    desk.on(
        "fly",
        command -> {
          throw new CommandHandler.Rejected("a rover does not fly");
        });

    desk.run(new Command("c1", "go", Map.of()));
    desk.run(new Command("c2", "fly", Map.of()));
    desk.run(new Command("c3", "dive", Map.of()));

    assertEquals(
        List.of(
            "c1 acked",
            "c1 executing",
            "c1 done_not_ok: no fuel",
            "c2 acked",
            "c2 executing",
            "c2 rejected: a rover does not fly",
            "c3 rejected: unknown command type: dive"),
        told);
  }
}
