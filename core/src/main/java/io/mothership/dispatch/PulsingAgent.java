package io.mothership.dispatch;

import org.agrona.concurrent.Agent;

/** An agent whose duty cycles are counted. */
final class PulsingAgent implements Agent {
  private final Agent agent;
  private final Pulse pulse;

  PulsingAgent(final Agent agent, final Pulse pulse) {
    this.agent = agent;
    this.pulse = pulse;
  }

  @Override
  public int doWork() throws Exception {
    final int work = agent.doWork();
    pulse.beat();
    return work;
  }

  @Override
  public void onStart() {
    agent.onStart();
  }

  @Override
  public void onClose() {
    agent.onClose();
  }

  @Override
  public String roleName() {
    return agent.roleName();
  }
}
