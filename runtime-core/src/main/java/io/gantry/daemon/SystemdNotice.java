package io.gantry.daemon;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd how far the daemon is (sd_notify(3)), when systemd asked to be told. */
final class SystemdNotice {

  private static final Logger LOG = LoggerFactory.getLogger(SystemdNotice.class);

  private SystemdNotice() {}

  /**
   * Sends one state such as {@code READY=1}.
   *
   * @param socket the value of NOTIFY_SOCKET, or null: nothing happens
   */
  static void send(@Nullable String socket, String state) {
    if (socket == null || socket.isEmpty()) {
      return;
    }
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      // An abstract name begins with @ in the variable and with NUL in the kernel (unix(7)).
      String path = socket.startsWith("@") ? "\0" + socket.substring(1) : socket;
      Channel channel =
          new Bootstrap()
              .group(loop)
              .channel(EpollDomainDatagramChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(new DomainSocketAddress(path))
              .syncUninterruptibly()
              .channel();
      channel
          .writeAndFlush(Unpooled.copiedBuffer(state, StandardCharsets.US_ASCII))
          .syncUninterruptibly();
      channel.close().syncUninterruptibly();
    } catch (RuntimeException e) {
      LOG.atWarn().addKeyValue("socket", socket).setCause(e).log("systemd was not told " + state);
    } finally {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }
  }
}
