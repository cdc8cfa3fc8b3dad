package io.mothership.app.cli;

import io.mothership.frame.FrameView;
import io.mothership.journal.FrameConsumer;
import java.io.PrintWriter;
import java.time.Instant;

/** Prints records, a line each. */
final class JournalDump implements FrameConsumer {
  private static final long SECOND_NS = 1_000_000_000L;

  private final PrintWriter out;
  private final long from;
  private final String[] pattern;
  private final boolean hasPayload;
  private long left;

  JournalDump(
      final PrintWriter out,
      final long from,
      final long limit,
      final String pattern,
      final boolean hasPayload) {
    this.out = out;
    this.from = from;
    this.left = limit;
    this.pattern = pattern.split("\\.");
    this.hasPayload = hasPayload;
  }

  @Override
  public void onFrame(final FrameView frame, final long location) {
    if (left <= 0 || frame.journalSequence() < from) {
      return;
    }
    final String subject = text(frame, frame.subjectOffset(), frame.subjectLength());
    if (!matches(subject)) {
      return;
    }
    left--;
    out.printf(
        "%d %s %s %d:%d %d %s%n",
        frame.journalSequence(),
        Instant.ofEpochSecond(frame.timeNs() / SECOND_NS, frame.timeNs() % SECOND_NS),
        frame.recordType(),
        frame.streamId(),
        frame.streamSequence(),
        frame.payloadLength(),
        subject.isEmpty() ? "-" : subject);
    if (hasPayload) {
      out.println("  " + text(frame, frame.payloadOffset(), frame.payloadLength()));
    }
    out.flush();
  }

  private boolean matches(final String subject) {
    final String[] tokens = subject.split("\\.");
    for (int i = 0; i < pattern.length; i++) {
      if (pattern[i].equals(">")) {
        return tokens.length > i;
      }
      if (i >= tokens.length || !pattern[i].equals("*") && !pattern[i].equals(tokens[i])) {
        return false;
      }
    }
    return tokens.length == pattern.length;
  }

  /** Printable characters as they are: a payload must not steer the terminal. */
  private static String text(final FrameView frame, final int offset, final int length) {
    final StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      final int letter = frame.buffer().getByte(offset + i) & 0xFF;
      if (letter >= ' ' && letter < 0x7F && letter != '\\') {
        text.append((char) letter);
      } else {
        text.append("\\x%02x".formatted(letter));
      }
    }
    return text.toString();
  }
}
