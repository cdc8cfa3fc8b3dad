package io.mothership.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate for {@code localhost} that is its own authority, made by the JDK's keytool.
 *
 * @param certificate PEM
 * @param key PEM, PKCS 8
 */
public record CertificateFiles(Path certificate, Path key) {
  private static final char[] PASSWORD = "changeit".toCharArray();

  /** Makes both files in the folder. */
  public static CertificateFiles make(final Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    final Path store = folder.resolve("store.p12");
    runKeytool(
        List.of(
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
            "2",
            "-ext",
            "SAN=ip:127.0.0.1,dns:localhost",
            "-storetype",
            "PKCS12",
            "-storepass",
            new String(PASSWORD),
            "-keystore",
            store.toString()));
    final KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
    return new CertificateFiles(
        pem(
            folder.resolve("server.pem"),
            "CERTIFICATE",
            keys.getCertificate("server").getEncoded()),
        pem(
            folder.resolve("server.key"),
            "PRIVATE KEY",
            keys.getKey("server", PASSWORD).getEncoded()));
  }

  private static void runKeytool(final List<String> arguments)
      throws IOException, InterruptedException {
    final Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    final ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(arguments)).redirectErrorStream(true);
    builder.command().addFirst(keytool.toString());
    final Process process = builder.start();
    final String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + output);
    }
  }

  private static Path pem(final Path file, final String what, final byte[] bytes)
      throws IOException {
    final String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
  }
}
