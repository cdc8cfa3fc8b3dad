package io.mothership.transport.head;

import io.netty.channel.Channel;

/** What all heads' connections have. */
public interface HeadConnection {

  /** Names it in all ingress messages; never used twice in a process. */
  long id();

  Channel channel();
}
