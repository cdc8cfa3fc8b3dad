package io.mothership.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Speaks NATS by hand, so that each question has its answer or its refusal at once: a PONG says
 * that there is nothing more to come.
 */
final class NatsVisitor implements AutoCloseable {
  private static final String PING = "PING\r\n";

  private final RawClient socket;
  private final String inbox;
  private final List<String> heard = new ArrayList<>();
  private String refusal = "";
  private String replyTo = "";
  private int asked;

  NatsVisitor(final int port, final String user, final String password) throws IOException {
    socket = new RawClient(port);
    inbox = "_INBOX." + user + "x7Qk2.";
    socket.until("\r\n");
    socket.send(
        "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,"
            + "\"user\":\"%s\",\"pass\":\"%s\"}\r\nSUB %s* 0\r\n".formatted(user, password, inbox));
    settle();
    refusal = "";
  }

  /** The answer to a request, headers and payload in one, or the refusal. */
  String ask(final String subject, final String body) throws IOException {
    final int before = heard.size();
    refusal = "";
    final int length = body.getBytes(StandardCharsets.UTF_8).length;
    socket.send("PUB %s %s%d %d\r\n%s\r\n".formatted(subject, inbox, ++asked, length, body));
    while (heard.size() == before && refusal.isEmpty()) {
      take();
    }
    return heard.size() > before ? heard.getLast() : refusal;
  }

  /** The same with a header block, e.g. {@code Nats-Rollup: all}. */
  String askWith(final String header, final String subject, final String body) throws IOException {
    final int before = heard.size();
    refusal = "";
    final String headers = "NATS/1.0\r\n" + header + "\r\n\r\n";
    final int length = body.getBytes(StandardCharsets.UTF_8).length;
    socket.send(
        "HPUB %s %s%d %d %d\r\n%s%s\r\n"
            .formatted(
                subject,
                inbox,
                ++asked,
                headers.length(),
                headers.length() + length,
                headers,
                body));
    while (heard.size() == before && refusal.isEmpty()) {
      take();
    }
    return heard.size() > before ? heard.getLast() : refusal;
  }

  /** Publishes; nothing if it was taken, or the refusal. */
  String tell(final String subject, final String body) throws IOException {
    return tell(subject, "", body);
  }

  /** Publishes with a reply subject. */
  String tell(final String subject, final String reply, final String body) throws IOException {
    final int length = body.getBytes(StandardCharsets.UTF_8).length;
    socket.send("PUB %s %s %d\r\n%s\r\n".formatted(subject, reply, length, body));
    return settle();
  }

  /** Subscribes; nothing if it may, or the refusal. */
  String listen(final String subject) throws IOException {
    socket.send("SUB %s %d\r\n".formatted(subject, ++asked));
    return settle();
  }

  /** Ends the latest subscription. */
  void leave() throws IOException {
    socket.send("UNSUB %d\r\n".formatted(asked));
    settle();
  }

  /** Everything that has come until now and was not asked for by {@link #heard} before. */
  List<String> heard() throws IOException {
    settle();
    final List<String> all = List.copyOf(heard);
    heard.clear();
    return all;
  }

  /** Where the latest message that was heard wants to be answered, if it does. */
  String replyTo() {
    return replyTo;
  }

  private String settle() throws IOException {
    refusal = "";
    socket.send(PING);
    while (!take()) {
      // Until the PONG.
    }
    return refusal;
  }

  /** Takes one operation; true for a PONG. */
  private boolean take() throws IOException {
    final String line = socket.until("\r\n").strip();
    final String[] words = line.split(" ");
    switch (words[0]) {
      case "MSG", "HMSG" -> {
        final int length = Integer.parseInt(words[words.length - 1]);
        final String payload = socket.read(length);
        socket.read(2);
        heard.add(words[1] + " " + payload);
        replyTo = words.length == (words[0].equals("MSG") ? 5 : 6) ? words[3] : "";
      }
      case "-ERR" -> refusal = line;
      case "PING" -> socket.send("PONG\r\n");
      case "PONG" -> {
        return true;
      }
      default -> {
        // INFO, again.
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
