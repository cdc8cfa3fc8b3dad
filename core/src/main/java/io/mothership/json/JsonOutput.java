package io.mothership.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One text that is being written into memory, where nothing can fail. */
final class JsonOutput {
  private final ByteArrayOutputStream bytes;
  private final JsonGenerator generator;

  JsonOutput(final JsonFactory factory, final int expectedLength) {
    bytes = new ByteArrayOutputStream(expectedLength);
    try {
      generator = factory.createGenerator(bytes);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(final Step step) {
    try {
      step.on(generator);
    } catch (final IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    write(JsonGenerator::close);
    return bytes.toByteArray();
  }

  @FunctionalInterface
  interface Step {
    void on(JsonGenerator generator) throws IOException;
  }
}
