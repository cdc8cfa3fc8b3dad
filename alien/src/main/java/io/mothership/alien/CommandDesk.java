package io.mothership.alien;

import io.mothership.alien.AlienListener.Notice;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Message;
import io.nats.client.PushSubscribeOptions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes this entity's commands from its durable consumer and runs their handlers.
 *
 * <p>The acknowledgement means <em>received</em> and leaves before the handler runs, so a command
 * that crashes the device is not run again when it is back. What becomes of the command is told by
 * {@code command_ack} events. A command that is delivered again because the acknowledgement was
 * lost is recognised by its id and acknowledged only.
 *
 * <p><em>Thread:</em> handlers run on the library's dispatcher thread of this subscription, one at
 * a time.
 */
final class CommandDesk {

  /** Where the fate of a command is reported. */
  @FunctionalInterface
  interface Report {
    void tell(Map<String, Object> data);
  }

  private static final int SEEN_COUNT_MAX = 1024;

  private final String subject;
  private final String durable;
  private final Report report;
  private final AlienListener listener;
  private final Map<String, CommandHandler> handlers = new ConcurrentHashMap<>();
  private final Map<String, Boolean> seen = new LinkedHashMap<>();
  private volatile boolean isWanted;

  CommandDesk(final Registration registration, final Report report, final AlienListener listener) {
    this.subject = "constellation.commands." + registration.orgId() + "." + registration.entityId();
    this.durable = "alien-" + registration.entityId();
    this.report = report;
    this.listener = listener;
  }

  void on(final String type, final CommandHandler handler) {
    handlers.put(type, handler);
    isWanted = true;
  }

  boolean isWanted() {
    return isWanted;
  }

  /** Binds the durable consumer to a connection; false when that has to be tried again. */
  boolean subscribe(final Connection connection) {
    try {
      connection
          .jetStream()
          .subscribe(
              subject,
              connection.createDispatcher(),
              this::onMessage,
              false,
              PushSubscribeOptions.builder().durable(durable).build());
      return true;
    } catch (final IOException
        | JetStreamApiException
        | IllegalStateException
        | IllegalArgumentException e) {
      // The last kind is the library's word for "still bound to the connection before this one".
      listener.on(Notice.COMMANDS_UNAVAILABLE, "commands: " + e.getMessage());
      return false;
    }
  }

  private void onMessage(final Message message) {
    final Command command;
    try {
      command = decode(message);
    } catch (final IOException e) {
      message.ack();
      listener.on(Notice.COMMAND, "a command that is no JSON object: " + e.getMessage());
      tell(streamId(message), "rejected", "not a JSON object");
      return;
    }
    message.ack();
    if (isNew(command.id())) {
      run(command);
    }
  }

  void run(final Command command) {
    listener.on(Notice.COMMAND, command.type() + " " + command.id());
    final CommandHandler handler = handlers.get(command.type());
    if (handler == null) {
      tell(command.id(), "rejected", "unknown command type: " + command.type());
      return;
    }
    tell(command.id(), "acked", "");
    tell(command.id(), "executing", "");
    try {
      handler.handle(command);
      tell(command.id(), "done_ok", "");
    } catch (final CommandHandler.Rejected e) {
      tell(command.id(), "rejected", String.valueOf(e.getMessage()));
    } catch (final InterruptedException e) {
      Thread.currentThread().interrupt();
      tell(command.id(), "done_not_ok", "interrupted");
    } catch (final Exception e) {
      tell(command.id(), "done_not_ok", String.valueOf(e.getMessage()));
    }
  }

  private void tell(final String commandId, final String status, final String error) {
    final Map<String, Object> data = new LinkedHashMap<>();
    data.put("command_id", commandId);
    data.put("status", status);
    if (!error.isEmpty()) {
      data.put("error", error);
    }
    report.tell(data);
  }

  private boolean isNew(final String commandId) {
    if (seen.putIfAbsent(commandId, Boolean.TRUE) != null) {
      return false;
    }
    if (seen.size() > SEEN_COUNT_MAX) {
      seen.remove(seen.keySet().iterator().next());
    }
    return true;
  }

  private static Command decode(final Message message) throws IOException {
    final Map<String, Object> body = JsonText.readObject(message.getData());
    String id = JsonText.string(body, "command_id");
    if (id.isEmpty() && message.getHeaders() != null) {
      final String header = message.getHeaders().getFirst("Nats-Msg-Id");
      id = header == null ? "" : header;
    }
    if (id.isEmpty()) {
      id = streamId(message);
    }
    String type = JsonText.string(body, "type");
    if (type.isEmpty()) {
      type = JsonText.string(body, "command_type");
    }
    return new Command(id, type, body);
  }

  private static String streamId(final Message message) {
    return message.metaData().getStream() + ":" + message.metaData().streamSequence();
  }
}
