package io.gantry.linux.netlink;

import static io.gantry.linux.netlink.Rtnetlink.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Neighbours over a netlink socket. */
final class NetlinkNeighbours implements Neighbours {

  private static final int INFO_BYTES = 12;
  private static final int MAC_BYTES = 6;

  private final NetlinkSocket socket;

  NetlinkNeighbours(NetlinkSocket socket) {
    this.socket = socket;
  }

  @Override
  public List<Neighbour> list() throws IOException {
    return socket.dump(dump(AF_UNSPEC), NetlinkNeighbours::neighbour);
  }

  @Override
  public List<ForwardingEntry> forwarding() throws IOException {
    return socket.dump(dump(AF_BRIDGE), NetlinkNeighbours::entry);
  }

  private static NetlinkMessage dump(int family) {
    return new NetlinkMessage(RTM_GETNEIGH, NLM_F_DUMP).u32(family).u32(0).u32(0);
  }

  @Override
  public void put(Neighbour neighbour) throws IOException {
    NetlinkMessage message = message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, neighbour);
    message.attribute(NDA_LLADDR, neighbour.mac().bytes());
    socket.change(message, subject(neighbour));
  }

  @Override
  public void remove(Neighbour neighbour) throws IOException {
    socket.change(message(RTM_DELNEIGH, 0, neighbour), subject(neighbour));
  }

  private static NetlinkMessage message(int type, int flags, Neighbour neighbour) {
    byte[] raw = neighbour.address().getAddress();
    int family = raw.length == Integer.BYTES ? AF_INET : AF_INET6;
    return header(type, flags, family, neighbour.link(), 0).attribute(NDA_DST, raw);
  }

  @Override
  public void put(ForwardingEntry entry) throws IOException {
    socket.change(message(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, entry), subject(entry));
  }

  @Override
  public void remove(ForwardingEntry entry) throws IOException {
    socket.change(message(RTM_DELNEIGH, 0, entry), subject(entry));
  }

  private static NetlinkMessage message(int type, int flags, ForwardingEntry entry) {
    return header(type, flags, AF_BRIDGE, entry.link(), NTF_SELF)
        .attribute(NDA_LLADDR, entry.mac().bytes())
        .attribute(NDA_DST, entry.destination().getAddress());
  }

  /** {@code struct ndmsg}. */
  private static NetlinkMessage header(int type, int flags, int family, int link, int mark) {
    return new NetlinkMessage(type, NLM_F_ACK | flags)
        .u32(family)
        .u32(link)
        .u16(NUD_PERMANENT)
        .u8(mark)
        .u8(0);
  }

  private static String subject(Neighbour neighbour) {
    return "neighbour " + IpPrefix.text(neighbour.address()) + " on link " + neighbour.link();
  }

  private static String subject(ForwardingEntry entry) {
    String to = IpPrefix.text(entry.destination());
    return "forwarding " + entry.mac() + " to " + to + " on link " + entry.link();
  }

  private static @Nullable Neighbour neighbour(ByteBuffer payload) {
    Attributes attributes = attributes(payload);
    byte[] address = attributes.data(NDA_DST);
    MacAddress mac = mac(attributes);
    return address == null || mac == null || !permanent(payload)
        ? null
        : new Neighbour(payload.getInt(4), IpPrefix.addressOf(address), mac);
  }

  private static @Nullable ForwardingEntry entry(ByteBuffer payload) {
    Attributes attributes = attributes(payload);
    byte[] destination = attributes.data(NDA_DST);
    MacAddress mac = mac(attributes);
    return destination == null || mac == null || mac.bits() == 0 || !permanent(payload)
        ? null
        : new ForwardingEntry(payload.getInt(4), mac, IpPrefix.addressOf(destination));
  }

  private static Attributes attributes(ByteBuffer payload) {
    return new Attributes(payload.slice(INFO_BYTES, payload.limit() - INFO_BYTES));
  }

  private static boolean permanent(ByteBuffer payload) {
    return (payload.getShort(8) & NUD_PERMANENT) != 0;
  }

  private static @Nullable MacAddress mac(Attributes attributes) {
    byte[] mac = attributes.data(NDA_LLADDR);
    return mac == null || mac.length != MAC_BYTES ? null : MacAddress.of(mac);
  }
}
