package io.mothership.app.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.app.doctor.Finding.Level;
import io.mothership.clock.ManualClock;
import io.mothership.config.AuthorizationKeys;
import io.mothership.config.HttpKeys;
import io.mothership.config.NatsKeys;
import io.mothership.config.TlsKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens, passwords, and who may read the files they are in. */
final class SecretsCheckTest {
  private static final String GOOD = "0f3a9c5b7d1e2468ace013579bdf";
  private static final char[] STORE_PASSWORD = "storepass".toCharArray();

  @TempDir private Path folder;
  private Ward ward;

  @BeforeEach
  void makeWard() {
    ward = new Ward(folder).set(HttpKeys.TOKEN, GOOD);
  }

  @Test
  void shouldNotLetTheDefaultTokenOut() throws IOException {
    ward.expect(new SecretsCheck(), Level.OK, "no default");
    final Ward standard = new Ward(folder);
    standard.expect(new SecretsCheck(), Level.WARN, "http.token is the default");
    standard
        .set(HttpKeys.HOST, "0.0.0.0")
        .expect(new SecretsCheck(), Level.FAIL, "http.host=0.0.0.0");
  }

  @Test
  void shouldLookAtTheNatsDoor() throws IOException {
    ward.set(NatsKeys.HOST, "0.0.0.0").expect(new SecretsCheck(), Level.FAIL, "whoever reaches it");
    ward.set(AuthorizationKeys.NONE, "true")
        .expect(new SecretsCheck(), Level.WARN, "whoever reaches it");
    ward.set(AuthorizationKeys.TOKEN, GOOD).expect(new SecretsCheck(), Level.WARN, "in the clear");
    ward.set(AuthorizationKeys.TOKEN, "Changeme")
        .expect(new SecretsCheck(), Level.FAIL, "authorization.token is one that everybody tries");
    ward.set(NatsKeys.HOST, "127.0.0.1")
        .expect(new SecretsCheck(), Level.WARN, "authorization.token is one that everybody tries");
    ward.set(AuthorizationKeys.TOKEN, "")
        .set(AuthorizationKeys.USER, "annabelle")
        .set(AuthorizationKeys.PASSWORD, "annabelle")
        .expect(new SecretsCheck(), Level.WARN, "authorization.password is one");
    ward.set(AuthorizationKeys.PASSWORD, "x7!")
        .expect(new SecretsCheck(), Level.WARN, "shorter than 8");
  }

  @Test
  void shouldNeverShowASecret() throws IOException {
    ward.set(AuthorizationKeys.TOKEN, "hunter2");
    for (final Finding finding : ward.findings(new SecretsCheck())) {
      assertFalse(finding.toString().contains("hunter2"), finding::toString);
    }
  }

  @Test
  void shouldLookWhoMayReadTheConfiguration() throws IOException {
    final Path file = folder.resolve("nats.conf");
    Files.writeString(file, "port: 4333\n");
    ward.configFile(file);
    permit(file, "rw-r--r--");
    ward.expect(new SecretFilesCheck(), Level.OK, "rw-r--r--");
    Files.writeString(file, "authorization { users: [ { user: ann, password: " + GOOD + " } ] }\n");
    ward.expect(new SecretFilesCheck(), Level.FAIL, "anybody on this machine may read");
    permit(file, "rw-r-----");
    ward.expect(new SecretFilesCheck(), Level.OK, "rw-r-----");
    Files.writeString(file, "authorization { token: " + GOOD + " }\n");
    permit(file, "rw-r--r--");
    ward.expect(new SecretFilesCheck(), Level.FAIL, "anybody on this machine may read");
    permit(file, "rw-rw-rw-");
    ward.expect(new SecretFilesCheck(), Level.FAIL, "anybody may change it");
  }

  @Test
  void shouldLookAtKeyAndCertificate() throws Exception {
    final Path key = makeCertificate("server");
    final Path certificate = folder.resolve("server.pem");
    ward.set(TlsKeys.CERT_FILE, certificate.toString())
        .set(TlsKeys.KEY_FILE, key.toString())
        .clock(new ManualClock(System.currentTimeMillis() * 1_000_000L));
    permit(key, "rw-r--r--");
    ward.expect(new SecretFilesCheck(), Level.FAIL, "TLS key " + key + ": rw-r--r--");
    permit(key, "rw-------");
    assertEquals(
        List.of(Level.OK, Level.OK),
        ward.findings(new SecretFilesCheck()).stream().map(Finding::level).toList());
    final long dayMs = 86_400_000L;
    ward.clock(new ManualClock((System.currentTimeMillis() + 50 * dayMs) * 1_000_000L))
        .expect(new SecretFilesCheck(), Level.WARN, "good until");
    ward.clock(new ManualClock((System.currentTimeMillis() + 61 * dayMs) * 1_000_000L))
        .expect(new SecretFilesCheck(), Level.FAIL, "good until");
    Files.delete(makeCertificate("other"));
    ward.set(TlsKeys.KEY_FILE, folder.resolve("other.key").toString())
        .expect(new SecretFilesCheck(), Level.FAIL, "other.key");
  }

  /** A certificate for 60 days; returns the file of its key. */
  private Path makeCertificate(final String name) throws Exception {
    final Path store = folder.resolve(name + ".p12");
    final Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=localhost",
                "-validity",
                "60",
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(STORE_PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    final KeyStore keys = KeyStore.getInstance(store.toFile(), STORE_PASSWORD);
    pem(name + ".pem", "CERTIFICATE", keys.getCertificate("server").getEncoded());
    return pem(name + ".key", "PRIVATE KEY", keys.getKey("server", STORE_PASSWORD).getEncoded());
  }

  private Path pem(final String name, final String what, final byte[] bytes) throws IOException {
    final String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    assertTrue(body.length() > 64);
    return Files.writeString(
        folder.resolve(name),
        "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
  }

  private static void permit(final Path path, final String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
