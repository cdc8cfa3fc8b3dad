package io.mothership.fabric;

/**
 * What the subject says on which a consumer's message is to be settled.
 *
 * <pre>
 *  $JS.ACK.{stream}.{consumer}.{deliveries}.{stream seq}.{consumer seq}.{time}.{pending}
 *  $JS.ACK.{domain}.{account}.{stream}.{consumer}.…  the same, and a token more
 * </pre>
 *
 * @param pending messages that the consumer has still to deliver
 */
record AckSubject(int deliveries, long streamSequence, long timeNs, long pending) {
  private static final int SHORT_LENGTH = 9;
  private static final int DELIVERIES = 4;

  /**
   * @throws FabricException if it is none
   */
  static AckSubject parse(final String subject) {
    final String[] tokens = subject.split("\\.", -1);
    final int at = tokens.length > SHORT_LENGTH ? DELIVERIES + 2 : DELIVERIES;
    try {
      return new AckSubject(
          Integer.parseInt(tokens[at]),
          Long.parseLong(tokens[at + 1]),
          Long.parseLong(tokens[at + 3]),
          Long.parseLong(tokens[at + 4]));
    } catch (final NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new FabricException(
          FabricException.Refusal.INVALID, "not a consumer's message: tokens=" + tokens.length);
    }
  }
}
