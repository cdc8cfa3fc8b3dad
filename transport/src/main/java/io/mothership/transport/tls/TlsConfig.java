package io.mothership.transport.tls;

import io.mothership.error.MothershipException;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Where a listener's certificate is.
 *
 * @param certificate PEM file with the certificate and its chain
 * @param key PEM file with the private key (PKCS#8)
 * @param authorities PEM file with the authorities that sign clients' certificates
 * @param verifiesClients whether clients have to show a certificate; needs {@code authorities}
 */
public record TlsConfig(
    Path certificate, Path key, Optional<Path> authorities, boolean verifiesClients) {

  public TlsConfig(final Path certificate, final Path key) {
    this(certificate, key, Optional.empty(), false);
  }

  /**
   * Reads the files.
   *
   * @param applicationProtocols what is told to clients that ask which protocol is spoken (ALPN);
   *     none leaves the question unanswered
   * @throws MothershipException {@code TLS_FILES} naming the files and what is wrong
   */
  public SslContext open(final String... applicationProtocols) {
    try {
      final SslContextBuilder builder =
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .sslProvider(SslProvider.JDK)
              .protocols("TLSv1.3", "TLSv1.2");
      authorities.ifPresent(file -> builder.trustManager(file.toFile()));
      if (verifiesClients) {
        builder.clientAuth(ClientAuth.REQUIRE);
      }
      if (applicationProtocols.length > 0) {
        builder.applicationProtocolConfig(
            new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                applicationProtocols));
      }
      return builder.build();
    } catch (final SSLException | IllegalArgumentException e) {
      throw new MothershipException(
          MothershipException.Category.CONFIGURATION,
          "TLS_FILES",
          "cannot use TLS files: certificate="
              + certificate
              + ", key="
              + key
              + ", cause="
              + (e.getCause() == null ? e : e.getCause()),
          e);
    }
  }
}
