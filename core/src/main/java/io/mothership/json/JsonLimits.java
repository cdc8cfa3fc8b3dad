package io.mothership.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;

/** The bounds of all JSON that comes in, and the token factory that keeps them. */
public final class JsonLimits {
  /** Of requests, configurations and records. */
  public static final int DEPTH_MAX = 64;

  /** Of devices' payloads, which are passed on as they are. */
  public static final int PAYLOAD_DEPTH_MAX = 128;

  public static final int NUMBER_LENGTH_MAX = 64;
  public static final int TEXT_BYTES_MAX = 8 * 1024 * 1024;

  private JsonLimits() {}

  /** Makes readers of tokens that refuse what is beyond the bounds, and writers of tokens. */
  public static JsonFactory factory(final int depthMax) {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(depthMax)
                .maxNumberLength(NUMBER_LENGTH_MAX)
                .maxStringLength(TEXT_BYTES_MAX)
                .maxDocumentLength(TEXT_BYTES_MAX)
                .build())
        .build();
  }
}
