package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses over a netlink socket. */
final class NetlinkAddresses implements Addresses {

  private static final int INFO_BYTES = 8;

  /** RFC 3021: a link of two addresses has none for broadcast. */
  private static final int LONGEST_WITH_BROADCAST = 30;

  private final NetlinkSocket socket;

  NetlinkAddresses(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public List<InterfaceAddress> list() throws IOException {
    NetlinkMessage message = new NetlinkMessage(RTM_GETADDR, NLM_F_DUMP).u32(AF_UNSPEC).u32(0);
    return socket.dump(message, NetlinkAddresses::parse);
  }

  @Override
  public void add(InterfaceAddress address) throws IOException {
    add(address, 0);
  }

  @Override
  public void addWithoutRoute(InterfaceAddress address) throws IOException {
    add(address, IFA_F_NOPREFIXROUTE);
  }

  private void add(InterfaceAddress address, int flags) throws IOException {
    IpPrefix prefix = address.prefix();
    NetlinkMessage message = message(RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, address);
    if (prefix.isVersion4() && prefix.length() <= LONGEST_WITH_BROADCAST) {
      long last = (1L << (prefix.bits() - prefix.length())) - 1;
      message.attribute(IFA_BROADCAST, prefix.at(last).getAddress());
    }
    message.attribute(IFA_FLAGS, prefix.isVersion4() ? flags : flags | IFA_F_NODAD);
    socket.change(message, subject(address));
  }

  @Override
  public void remove(InterfaceAddress address) throws IOException {
    socket.change(message(RTM_DELADDR, NLM_F_ACK, address), subject(address));
  }

  private static NetlinkMessage message(int type, int flags, InterfaceAddress address) {
    IpPrefix prefix = address.prefix();
    byte[] raw = prefix.address().getAddress();
    return new NetlinkMessage(type, flags)
        .u8(prefix.isVersion4() ? AF_INET : AF_INET6)
        .u8(prefix.length())
        .u8(0)
        .u8(RT_SCOPE_UNIVERSE)
        .u32(address.link())
        .attribute(IFA_LOCAL, raw)
        .attribute(IFA_ADDRESS, raw);
  }

  private static String subject(InterfaceAddress address) {
    return address.prefix() + " on link " + address.link();
  }

  private static @Nullable InterfaceAddress parse(ByteBuffer payload) {
    Attributes attributes = new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
    byte[] local = attributes.data(IFA_LOCAL);
    byte[] raw = local == null ? attributes.data(IFA_ADDRESS) : local;
    if (raw == null) {
      return null;
    }
    InetAddress address = IpPrefix.addressOf(raw);
    int length = Byte.toUnsignedInt(payload.get(1));
    return new InterfaceAddress(payload.getInt(4), new IpPrefix(address, length));
  }
}
