package io.mothership.api.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mothership.api.ApiFixture;
import io.mothership.api.ApiFixture.Answer;
import io.mothership.error.MothershipException;
import io.mothership.error.MothershipException.Category;
import io.mothership.fabric.Fabric.Publication;
import io.mothership.json.JsonValue;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands over a real socket. */
final class CommandIT {
  @TempDir private Path folder;
  private ApiFixture fixture;
  private String orgId;
  private String target;

  @BeforeEach
  void start() throws Exception {
    fixture = new ApiFixture(folder);
    orgId = fixture.newOrganization();
    target = "/api/v1/commands?org_id=" + orgId + "&entity_id=" + fixture.newEntity(orgId);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void shouldQueueACommandForItsDevice() throws Exception {
    final Answer answer =
        fixture.call("POST", target, "{\"type\":\"goto\",\"speed\":1.50,\"command_id\":\"c-1\"}");
    assertEquals(202, answer.status());
    assertEquals("c-1", answer.text("data", "command_id"));
    assertEquals("queued", answer.text("data", "status"));
    assertEquals("CONSTELLATION_COMMANDS", answer.text("data", "stream"));
    final Publication command = lastCommand();
    assertEquals(
        "constellation.commands." + orgId + "." + answer.text("data", "entity_id"),
        command.subject());
    assertEquals(orgId + "." + answer.text("data", "entity_id") + ".c-1", command.messageId());
    final JsonValue payload = ApiFixture.parse(command.payload());
    assertEquals(new JsonValue.Text("goto"), ApiFixture.at(payload, "type"));
    assertEquals(new JsonValue.Literal("1.50"), ApiFixture.at(payload, "speed"));
    assertEquals(new JsonValue.Text("c-1"), ApiFixture.at(payload, "command_id"));
  }

  @Test
  void shouldQueueABroadcast() throws Exception {
    final Answer answer =
        fixture.call(
            "POST",
            "/api/v1/commands?org_id=" + orgId + "&entity_id=broadcast",
            "{\"type\":\"hold\"}");
    assertEquals(202, answer.status());
    assertEquals("constellation.commands." + orgId + ".broadcast", lastCommand().subject());
  }

  @Test
  void shouldRefuseWhatNoDeviceCouldGet() throws Exception {
    assertEquals("400 VALIDATION type is required", fixture.call("POST", target, "{}").error());
    assertEquals(
        "400 VALIDATION a command is a JSON object", fixture.call("POST", target, "[]").error());
    assertEquals("400 INVALID_REQUEST EOF", fixture.call("POST", target, "").error());
    assertEquals(
        "400 MISSING_PARAMS org_id and entity_id are required",
        fixture.call("POST", "/api/v1/commands?org_id=x", "{\"type\":\"a\"}").error());
    assertEquals(
        "404 NOT_FOUND entity not found",
        fixture.call("POST", target + "x", "{\"type\":\"a\"}").error());
    assertEquals(
        "400 VALIDATION command too long: max=32768, actual=40116",
        fixture
            .call("POST", target, "{\"type\":\"a\",\"x\":\"" + "y".repeat(40_000) + "\"}")
            .error()
            .replaceFirst("actual=40\\d{3}", "actual=40116"));
    fixture
        .fabric()
        .refuseNext(
            new MothershipException(
                Category.CAPACITY, "PUBLISH_REFUSED", "maximum messages exceeded"));
    assertEquals(
        "503 COMMAND_REFUSED maximum messages exceeded",
        fixture.call("POST", target, "{\"type\":\"a\"}").error());
  }

  private Publication lastCommand() {
    return fixture.fabric().publications().stream()
        .filter(publication -> publication.subject().startsWith("constellation.commands."))
        .toList()
        .getLast();
  }
}
