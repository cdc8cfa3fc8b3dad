package io.mothership.app.doctor;

import io.mothership.app.SpineOptions;
import io.mothership.config.ConfigKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Whether the disk has room for everything that the limits allow to be kept. */
final class SpaceCheck implements Check {
  private static final String NAME = "free space";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    final long freeBytes = examination.files().usableBytes(examination.existingFolder());
    final long reserveBytes = SpineOptions.journal(examination.config()).reserveBytes();
    final JournalSurvey survey = examination.survey();
    final long limitBytes = examination.config().number(ConfigKey.JETSTREAM_MAX_FILE);
    final List<String> unbounded = survey.unbounded();
    final boolean isBounded = limitBytes >= 0 || unbounded.isEmpty();
    final long keptBytesMax = keptBytesMax(survey, limitBytes);
    final long neededBytes = Math.max(0, keptBytesMax - survey.bytes()) + reserveBytes;
    final String measured =
        Amounts.bytes(freeBytes)
            + " free, journal "
            + Amounts.bytes(survey.bytes())
            + ", limits of streams and storage allow "
            + (isBounded ? Amounts.bytes(keptBytesMax) : "any amount");
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
              "Lower jetstream.max_file or the streams' max_bytes, or give the folder a larger"
                  + " disk."));
    } else {
      findings.add(Finding.ok(NAME, measured));
    }
    if (!isBounded) {
      findings.add(
          Finding.warn(
              NAME,
              "no limit for " + String.join(", ", unbounded) + ", and jetstream.max_file is -1",
              "Set max_bytes for these streams, or jetstream.max_file, or the disk will be full"
                  + " one day."));
    }
    return findings;
  }

  private static long keptBytesMax(final JournalSurvey survey, final long limitBytes) {
    // Only a journal that was read whole has told of all its streams.
    final boolean areLimitsKnown =
        !survey.streams().isEmpty() && survey.isWhole() && survey.unbounded().isEmpty();
    if (limitBytes < 0) {
      return survey.limitBytes();
    }
    return areLimitsKnown ? Math.min(limitBytes, survey.limitBytes()) : limitBytes;
  }
}
