package io.mothership.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which build this is. */
public final class Version {
  private static final Properties FILE = read();

  private Version() {}

  /** Like {@code 0.1.0}. */
  public static String text() {
    return FILE.getProperty("version", "unknown");
  }

  /** Which processors the image is made for: the builder's {@code -march}. */
  public static String processors() {
    return FILE.getProperty("march", "compatibility");
  }

  private static Properties read() {
    final Properties properties = new Properties();
    try (InputStream file = Version.class.getResourceAsStream("version.properties")) {
      if (file != null) {
        properties.load(file);
      }
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
