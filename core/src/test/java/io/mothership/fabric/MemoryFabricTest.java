package io.mothership.fabric;

/** The double in memory does what a fabric does. */
final class MemoryFabricTest extends FabricContract {
  @Override
  protected Fabric open() {
    return new MemoryFabric();
  }
}
