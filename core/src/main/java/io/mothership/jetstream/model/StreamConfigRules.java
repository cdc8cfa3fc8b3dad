package io.mothership.jetstream.model;

import io.mothership.jetstream.index.SubjectPatterns;
import io.mothership.jetstream.model.StreamConfig.ConsumerLimits;
import io.mothership.jetstream.model.StreamConfig.Discard;
import io.mothership.jetstream.model.StreamConfig.Retention;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What makes a stream configuration valid, in nats-server's order and words. Any thread, stateless.
 */
public final class StreamConfigRules {
  static final int NAME_LENGTH_MAX = 255;

  /** Nobody may push a stream's sequence beyond this by configuration or purge. */
  public static final long SEQUENCE_MAX = 1L << 60;

  private static final int DESCRIPTION_LENGTH_MAX = 4 * 1024;
  private static final int METADATA_LENGTH_MAX = 128 * 1024;
  private static final int REPLICAS_MAX = 5;
  private static final long DUPLICATE_WINDOW_NS = 120_000_000_000L;
  private static final long SHORTEST_NS = 100_000_000L;
  private static final long SECOND_NS = 1_000_000_000L;
  private static final Set<String> COMPRESSIONS = Set.of("none", "s2");

  private StreamConfigRules() {}

  static boolean isValidName(final String name) {
    if (name.isEmpty()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (" \t\r\n\f.*>/\\\0".indexOf(name.charAt(i)) >= 0) {
        return false;
      }
    }
    return true;
  }

  static StreamConfig check(final StreamConfig c) {
    refuseIf(
        !isValidName(c.name()),
        "stream name is required and can not contain '.', '*', '>', '\\', '/'");
    refuseIf(
        c.name().length() > NAME_LENGTH_MAX,
        "stream name is too long, maximum allowed is " + NAME_LENGTH_MAX);
    refuseIf(
        c.description().length() > DESCRIPTION_LENGTH_MAX,
        "stream description is too long, maximum allowed is " + DESCRIPTION_LENGTH_MAX);
    refuseIf(
        c.metadata().entrySet().stream()
                .mapToInt(e -> e.getKey().length() + e.getValue().length())
                .sum()
            > METADATA_LENGTH_MAX,
        "stream metadata exceeds maximum size of " + METADATA_LENGTH_MAX + " bytes");
    refuseIf(!COMPRESSIONS.contains(c.compression()), "invalid compression");
    refuseIf(c.replicas() > REPLICAS_MAX, "maximum replicas is " + REPLICAS_MAX);
    if (c.replicas() < 0) {
      throw ApiErrors.REPLICAS_COUNT_CANNOT_BE_NEGATIVE.exception();
    }
    refuseIf(
        c.firstSequence() > SEQUENCE_MAX,
        "first sequence is too large: max=" + SEQUENCE_MAX + ", actual=" + c.firstSequence());
    final long duplicateWindowNs = checkTimes(c);
    refuseIf(c.isPurgeDenied() && c.isRollupAllowed(), "roll-ups require the purge permission");
    final boolean hasMarkers = c.subjectDeleteMarkerTtlNs() > 0;
    checkOptions(c);
    final List<String> subjects = c.subjects().isEmpty() ? List.of(c.name()) : checkSubjects(c);
    if (c.replicas() > 1) {
      throw ApiErrors.STREAM_REPLICAS_NOT_SUPPORTED.exception();
    }
    return new StreamConfig(
        c.name(),
        c.description(),
        subjects,
        c.retention(),
        orNone(c.consumersMax()),
        orNone(c.messagesMax()),
        orNone(c.bytesMax()),
        c.ageMaxNs(),
        orNone(c.messagesPerSubjectMax()),
        (int) orNone(c.messageSizeMax()),
        c.discard(),
        c.storage(),
        1,
        c.isNoAck(),
        duplicateWindowNs,
        c.compression(),
        c.firstSequence(),
        c.isDirectAllowed(),
        c.isMirrorDirect(),
        c.isDiscardNewPerSubject(),
        c.isSealed(),
        c.isDeleteDenied(),
        !hasMarkers && c.isPurgeDenied(),
        hasMarkers || c.isRollupAllowed(),
        new ConsumerLimits(
            c.consumerLimits().inactiveThresholdNs(), c.consumerLimits().ackPendingMax()),
        hasMarkers || c.isTtlAllowed(),
        c.subjectDeleteMarkerTtlNs(),
        c.persistMode(),
        c.metadata());
  }

  /**
   * What an update to {@code next}, which is checked, may not change, and what follows from
   * sealing.
   */
  public static StreamConfig checkUpdate(final StreamConfig old, final StreamConfig next) {
    refuseIf(
        next.storage() != old.storage(), "stream configuration update can not change storage type");
    refuseIf(
        next.retention() != old.retention()
            && (old.retention() == Retention.WORKQUEUE || next.retention() == Retention.WORKQUEUE),
        "stream configuration update can not change retention policy to/from workqueue");
    refuseIf(
        old.isSealed() && !next.isSealed(),
        "stream configuration update can not unseal a sealed stream");
    refuseIf(
        old.isDeleteDenied() && !next.isDeleteDenied(),
        "stream configuration update can not cancel deny message deletes");
    refuseIf(
        old.isPurgeDenied() && !next.isPurgeDenied(),
        "stream configuration update can not cancel deny purge");
    refuseIf(old.isTtlAllowed() && !next.isTtlAllowed(), "message TTL status can not be disabled");
    refuseIf(
        !old.persistMode().equals(next.persistMode()),
        "stream configuration update can not change persist mode");
    return next.isSealed() ? next.sealedOff() : next;
  }

  private static long checkTimes(final StreamConfig c) {
    final long age = c.ageMaxNs();
    refuseIf(age < 0, "max age can not be negative");
    refuseIf(age != 0 && age < SHORTEST_NS, "max age needs to be >= 100ms");
    final long window =
        c.duplicateWindowNs() != 0
            ? c.duplicateWindowNs()
            : age != 0 ? Math.min(age, DUPLICATE_WINDOW_NS) : DUPLICATE_WINDOW_NS;
    refuseIf(window < 0, "duplicates window can not be negative");
    refuseIf(age != 0 && window > age, "duplicates window can not be larger then max age");
    refuseIf(window < SHORTEST_NS, "duplicates window needs to be >= 100ms");
    return window;
  }

  private static void checkOptions(final StreamConfig c) {
    if (c.isDiscardNewPerSubject()) {
      refuseIf(
          c.discard() != Discard.NEW,
          "discard new per subject requires discard new policy to be set");
      refuseIf(
          c.messagesPerSubjectMax() <= 0,
          "discard new per subject requires max msgs per subject > 0");
    }
    refuseIf(c.subjectDeleteMarkerTtlNs() < 0, "subject delete marker TTL must not be negative");
    refuseIf(
        c.subjectDeleteMarkerTtlNs() > 0 && c.subjectDeleteMarkerTtlNs() < SECOND_NS,
        "subject delete marker TTL must be at least 1 second");
    refuseIf(
        c.persistMode().equals("async") && c.isMemory(),
        "async persist mode is only supported on file storage");
  }

  private static List<String> checkSubjects(final StreamConfig c) {
    final List<String> subjects = new ArrayList<>();
    for (int i = 0; i < c.subjects().size(); i++) {
      final String subject = c.subjects().get(i);
      refuseIf(!SubjectPatterns.isValid(subject), "invalid subject");
      refuseIf(
          subject.equals(">") && !c.isNoAck(), "capturing all subjects requires no-ack to be true");
      if (!c.isNoAck()) {
        checkNamespaces(subject);
      }
      for (final String other : c.subjects().subList(i + 1, c.subjects().size())) {
        refuseIf(
            SubjectPatterns.overlap(subject, other),
            "subject \"" + subject + "\" overlaps with \"" + other + "\"");
      }
      subjects.add(subject);
    }
    return subjects;
  }

  private static void checkNamespaces(final String subject) {
    for (final String space : List.of("$JS.>", "$JSC.>", "$NRG.>")) {
      refuseIf(
          SubjectPatterns.overlap(subject, space)
              && !SubjectPatterns.isSubset(subject, "$JS.EVENT.>"),
          "subjects that overlap with jetstream api require no-ack to be true");
    }
    refuseIf(
        SubjectPatterns.overlap(subject, "$SYS.>")
            && !SubjectPatterns.isSubset(subject, "$SYS.ACCOUNT.>"),
        "subjects that overlap with system api require no-ack to be true");
  }

  private static long orNone(final long limit) {
    return limit <= 0 ? -1 : limit;
  }

  private static void refuseIf(final boolean isWrong, final String text) {
    if (isWrong) {
      throw ApiErrors.STREAM_INVALID_CONFIG.with(text);
    }
  }
}
