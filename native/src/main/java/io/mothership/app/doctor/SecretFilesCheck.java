package io.mothership.app.doctor;

import io.mothership.app.Role;
import io.mothership.app.SpineOptions;
import io.mothership.config.ConfigKey;
import io.mothership.config.ConfigTable;
import io.mothership.config.HttpKeys;
import io.mothership.config.MothershipConfig;
import io.mothership.config.TlsKeys;
import io.mothership.error.MothershipException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who may read and change the files that hold secrets, and whether the TLS files can be used. */
final class SecretFilesCheck implements Check {
  private static final String NAME = "secret files";
  private static final Path DOT_ENV = Path.of(".env");
  private static final Duration EXPIRY_NEAR = Duration.ofDays(14);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Finding> findings(final Examination examination) throws IOException {
    final List<Finding> findings = new ArrayList<>();
    final MothershipConfig config = examination.config();
    if (examination.configFile().isPresent()) {
      final Path file = examination.configFile().get();
      findings.add(permissions("configuration", file, hasSecrets(config, file)));
    }
    if (Files.isRegularFile(DOT_ENV)) {
      findings.add(permissions("environment file", DOT_ENV, hasSecrets(DOT_ENV)));
    }
    for (final ConfigKey file : List.of(TlsKeys.KEY_FILE, HttpKeys.TLS_KEY_FILE)) {
      final Optional<Path> key = config.path(file);
      if (key.isPresent() && Files.exists(key.get())) {
        findings.add(permissions("TLS key", key.get(), true));
      }
    }
    for (final ConfigKey file : List.of(TlsKeys.CERT_FILE, HttpKeys.TLS_CERT_FILE)) {
      final Optional<Path> certificate = config.path(file);
      if (certificate.isPresent()) {
        findings.add(certificate(examination, certificate.get()));
      }
    }
    if (findings.isEmpty()) {
      findings.add(Finding.ok(NAME, "no configuration file and no TLS key are in use"));
    }
    return findings;
  }

  private static boolean hasSecrets(final MothershipConfig config, final Path file) {
    if (!config.users().isEmpty()) {
      return true;
    }
    for (final ConfigKey key : ConfigTable.keys()) {
      if (key.isSecret()
          && !config.text(key).isEmpty()
          && config.source(key).startsWith(file + ":")) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasSecrets(final Path dotEnv) throws IOException {
    for (final String line : Files.readAllLines(dotEnv)) {
      for (final ConfigKey key : ConfigTable.keys()) {
        for (final String name : key.environmentNames()) {
          if (key.isSecret() && line.strip().replaceFirst("^export\\s+", "").startsWith(name)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static Finding permissions(final String what, final Path file, final boolean isSecret)
      throws IOException {
    final Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
    final String measured = what + " " + file + ": " + PosixFilePermissions.toString(granted);
    if (granted.contains(PosixFilePermission.OTHERS_WRITE)) {
      return Finding.fail(NAME, measured + ": anybody may change it", "chmod o-rwx " + file);
    }
    if (isSecret && granted.contains(PosixFilePermission.OTHERS_READ)) {
      return Finding.fail(
          NAME,
          measured + ": anybody on this machine may read the secrets in it",
          "chmod o-rwx " + file + ", and change what may have been read.");
    }
    return Finding.ok(NAME, measured);
  }

  private static Finding certificate(final Examination examination, final Path file) {
    try {
      SpineOptions.nats(examination.config(), Role.APPLIANCE);
    } catch (final MothershipException e) {
      return Finding.fail(
          NAME, e.getMessage(), "Give both files as PEM, the key as PKCS 8, and of one pair.");
    }
    try (var in = Files.newInputStream(file)) {
      final X509Certificate certificate =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
      final Instant end = certificate.getNotAfter().toInstant();
      final Instant now = Instant.ofEpochSecond(examination.clock().wallNs() / 1_000_000_000L);
      final String measured = "TLS certificate " + file + ": good until " + end;
      if (now.isAfter(end) || now.isBefore(certificate.getNotBefore().toInstant())) {
        return Finding.fail(
            NAME,
            measured + ", from " + certificate.getNotBefore().toInstant(),
            "Renew the certificate, or mend the clock if that is wrong.");
      }
      return now.plus(EXPIRY_NEAR).isAfter(end)
          ? Finding.warn(NAME, measured, "Renew the certificate; a restart takes the new one.")
          : Finding.ok(NAME, measured);
    } catch (final IOException | CertificateException e) {
      return Finding.fail(
          NAME,
          "TLS certificate " + file + " cannot be read: " + e.getMessage(),
          "Give a certificate chain as PEM that the appliance's user may read.");
    }
  }
}
