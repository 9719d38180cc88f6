package io.gantry.linux.netlink;

import io.gantry.linux.SocketCalls;
import io.gantry.linux.SyscallException;

/** A stack over one netlink socket. */
final class NetlinkStack implements NetworkStack {

  private final NetlinkSocket socket;
  private final Links links;
  private final Addresses addresses;
  private final Routes routes;
  private final Neighbours neighbours;
  private final LinkSettings linkSettings;
  private final BridgePorts bridgePorts;
  private final Traffic traffic;

  private NetlinkStack(NetlinkSocket socket) {
    this.socket = socket;
    this.links = new NetlinkLinks(socket);
    this.addresses = new NetlinkAddresses(socket);
    this.routes = new NetlinkRoutes(socket);
    this.neighbours = new NetlinkNeighbours(socket);
    this.linkSettings = new NetlinkLinkSettings(socket);
    this.bridgePorts = new NetlinkBridgePorts(socket);
    this.traffic = new NetlinkTraffic(socket);
  }

  /** Opens one in the calling thread's namespace. */
  static NetlinkStack open(SocketCalls calls) throws SyscallException {
    return new NetlinkStack(NetlinkSocket.open(calls));
  }

  @Override
  public Links links() {
    return links;
  }

  @Override
  public Addresses addresses() {
    return addresses;
  }

  @Override
  public Routes routes() {
    return routes;
  }

  @Override
  public Neighbours neighbours() {
    return neighbours;
  }

  @Override
  public LinkSettings linkSettings() {
    return linkSettings;
  }

  @Override
  public BridgePorts bridgePorts() {
    return bridgePorts;
  }

  @Override
  public Traffic traffic() {
    return traffic;
  }

  @Override
  public void close() {
    socket.close();
  }
}
