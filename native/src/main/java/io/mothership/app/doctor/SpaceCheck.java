package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.storage.journal.JournalConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whether the disk has room for everything that the limits allow to be kept. */
final class SpaceCheck implements Check {
  private static final String NAME = "free space";

  /** Segments are written anew when less than a quarter of them lives. */
  private static final long SEGMENT_SHARE = 4;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    final long freeBytes = examination.files().usableBytes(examination.existingFolder());
    final JournalConfig journal = SpineOptions.journal(examination.config());
    final long reserveBytes = journal.reserveBytes();
    final JournalSurvey survey = examination.survey();
    final List<String> unbounded = survey.unbounded();
    final boolean isLimited =
        journal.budgetBytes() != Long.MAX_VALUE || (survey.hasAllStreams() && unbounded.isEmpty());
    final long keptBytesMax = keptBytesMax(survey, journal.budgetBytes());
    final long neededBytes = Math.max(0, keptBytesMax - survey.bytes()) + reserveBytes;
    final String measured =
        Amounts.bytes(freeBytes)
            + " free, journal "
            + Amounts.bytes(survey.bytes())
            + ", which may grow to "
            + (isLimited ? Amounts.bytes(keptBytesMax) : "any length");
    final List<Finding> findings = new ArrayList<>();
    if (freeBytes < reserveBytes) {
      findings.add(
          Finding.fail(
              NAME,
              measured + "; below the reserve of " + Amounts.bytes(reserveBytes),
              "Free some space now: the journal refuses messages below its reserve of two"
                  + " segments."));
    } else if (freeBytes < neededBytes) {
      findings.add(
          Finding.warn(
              NAME,
              measured + "; " + Amounts.bytes(neededBytes) + " may be needed",
              "Lower storage.journal_budget, jetstream.max_file or the streams' max_bytes, or give"
                  + " the folder a larger disk."));
    } else {
      findings.add(Finding.ok(NAME, measured));
    }
    if (!isLimited) {
      findings.add(
          Finding.warn(
              NAME,
              "jetstream.max_file is -1"
                  + (unbounded.isEmpty()
                      ? ", and not every stream's limit is known"
                      : ", and there is no limit for " + String.join(", ", unbounded)),
              "Set max_bytes for these streams, or jetstream.max_file, or the disk will be full"
                  + " one day."));
    }
    return findings;
  }

  private static long keptBytesMax(final JournalSurvey survey, final long budgetBytes) {
    if (budgetBytes == Long.MAX_VALUE) {
      return SEGMENT_SHARE * survey.limitBytes();
    }
    return survey.hasAllStreams() && survey.unbounded().isEmpty()
        ? Math.min(budgetBytes, SEGMENT_SHARE * survey.limitBytes())
        : budgetBytes;
  }
}
