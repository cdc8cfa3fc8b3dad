package io.mothership.api.fleet;

/**
 * An organization that is to be made; checked when made.
 *
 * @param metadata a JSON text
 */
record NewOrganization(String name, String orgType, String metadata) {

  /** Reads a body of the contract's. */
  static NewOrganization read(final byte[] body) {
    final RequestFields fields = RequestFields.of(body, "CreateOrganizationRequest");
    return new NewOrganization(
        FieldRules.name("name", fields.text("name")),
        FieldRules.word("org_type", fields.text("org_type")),
        fields
            .object("metadata")
            .map(metadata -> FieldRules.document("metadata", metadata))
            .orElse("{}"));
  }
}
