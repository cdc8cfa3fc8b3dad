package io.mothership.transport.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mothership.config.CertificateFiles;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CausesTest {
  private static final String CONNECT = "CONNECT {\"user\":\"a\",\"pass\":\"s3cret\"}\r\n";

  @TempDir private static Path folder;
  private static CertificateFiles files;

  @BeforeAll
  static void makeFiles() throws Exception {
    files = CertificateFiles.make(folder);
  }

  /** What Netty makes of bytes that are no TLS record. */
  private static DecoderException refusedBytes(final byte[] bytes) throws Exception {
    final var context =
        SslContextBuilder.forServer(files.certificate().toFile(), files.key().toFile()).build();
    final EmbeddedChannel channel = new EmbeddedChannel();
    channel.pipeline().addLast(context.newHandler(channel.alloc()));
    return assertThrows(
        DecoderException.class, () -> channel.writeInbound(Unpooled.wrappedBuffer(bytes)));
  }

  @Test
  void shouldNotQuoteAClientThatSpeaksPlainTextToATlsPort() throws Exception {
    final byte[] line = CONNECT.getBytes(StandardCharsets.US_ASCII);
    final DecoderException refused = refusedBytes(line);
    final String hex = HexFormat.of().formatHex(line);
    assertTrue(refused.toString().contains(hex), "Netty does not quote it any more");
    assertEquals(
        "DecoderException, caused by NotSslRecordException: plain text, where TLS was expected",
        Causes.kind(refused));
    final Throwable shown = Causes.withoutText(refused);
    assertFalse((shown + Arrays.toString(shown.getSuppressed())).contains(hex));
    assertEquals(null, shown.getCause());
    assertEquals(refused.getStackTrace().length, shown.getStackTrace().length);
  }

  @Test
  void shouldTellOtherBytesFromText() throws Exception {
    assertTrue(Causes.kind(refusedBytes(new byte[] {1, 0, 2, -1, 5, 6})).endsWith("TLS nor text"));
  }

  @Test
  void shouldKeepOnlyTextsThatQuoteNothing() {
    assertEquals(
        "IOException: Connection reset by peer",
        Causes.kind(new IOException("Connection reset by peer")));
    assertEquals(
        "DecoderException, caused by SSLHandshakeException: Received fatal alert: bad_certificate",
        Causes.kind(
            new DecoderException(
                new javax.net.ssl.SSLHandshakeException("Received fatal alert: bad_certificate"))));
    assertEquals(
        "IllegalStateException, caused by IllegalArgumentException",
        Causes.kind(new IllegalStateException(CONNECT, new IllegalArgumentException(CONNECT))));
  }
}
