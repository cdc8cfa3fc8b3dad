package io.mothership.transport.loop;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** How event loops wait for their sockets; fixed for a group of loops when it is made. */
public enum SocketDriver {
  /** Linux's epoll through a native library of Netty's. */
  EPOLL {
    @Override
    public boolean isAvailable() {
      return Epoll.isAvailable();
    }

    @Override
    IoHandlerFactory handlers() {
      return EpollIoHandler.newFactory();
    }
  },

  /** The JDK's selector: works everywhere. */
  NIO {
    @Override
    public boolean isAvailable() {
      return true;
    }

    @Override
    IoHandlerFactory handlers() {
      return NioIoHandler.newFactory();
    }
  };

  /**
   * The first one available: {@link #NIO} where the native library is not for this system, cannot
   * be unpacked, or is switched off with {@code -Dio.netty.transport.noNative=true}.
   */
  public static SocketDriver best() {
    return EPOLL.isAvailable() ? EPOLL : NIO;
  }

  /** Whether loops can be made here; a no stays a no until the process ends. */
  public abstract boolean isAvailable();

  abstract IoHandlerFactory handlers();

  /** Makes event loops, one thread {@code ms-io-n} each; the caller ends them. */
  public EventLoopGroup loops(final int threads) {
    return new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory("ms-io", true), handlers());
  }

  /** The kind of listening socket that runs on these loops. */
  public static Class<? extends ServerChannel> serverChannel(final EventLoopGroup loops) {
    return loops instanceof final IoEventLoopGroup group && group.isIoType(EpollIoHandler.class)
        ? EpollServerSocketChannel.class
        : NioServerSocketChannel.class;
  }
}
