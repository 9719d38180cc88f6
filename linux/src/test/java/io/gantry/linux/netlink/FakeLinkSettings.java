package io.gantry.linux.netlink;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What else is set of the links of one {@link FakeNamespace}. */
final class FakeLinkSettings implements LinkSettings {

  private static final int USUAL_QUEUE = 1000;

  /** Makes links; answers the new one's index. */
  interface Maker {
    int make(String name, int mtu) throws IOException;
  }

  private final FakeNetworks networks;
  private final Links links;
  private final Maker maker;
  private final Map<Integer, Settings> changed = new HashMap<>();

  FakeLinkSettings(FakeNetworks networks, Links links, Maker maker) {
    this.networks = networks;
    this.links = links;
    this.maker = maker;
  }

  void drop(int link) {
    changed.remove(link);
  }

  private Settings of(Link link) {
    Settings settings = changed.get(link.index());
    return settings == null
        ? new Settings(link, "", false, false, USUAL_QUEUE)
        : new Settings(
            link,
            settings.alias(),
            settings.promiscuous(),
            settings.allMulticast(),
            settings.transmitQueue());
  }

  @Override
  public List<Settings> list() throws IOException {
    return links.list().stream().map(this::of).toList();
  }

  @Override
  public Optional<Settings> find(String name) throws IOException {
    return links.find(name).map(this::of);
  }

  @Override
  public void createFunctionalBlock(String name, int mtu) throws IOException {
    networks.changing("RTM_NEWLINK", name);
    maker.make(name, mtu);
  }

  private void change(int link, String what, UnaryOperator<Settings> change) throws IOException {
    networks.changing("RTM_NEWLINK", what + " " + link);
    Link known =
        links.list().stream()
            .filter(other -> other.index() == link)
            .findFirst()
            .orElseThrow(() -> FakeNamespace.missing("RTM_NEWLINK", link));
    changed.put(link, change.apply(of(known)));
  }

  @Override
  public void alias(int link, String text) throws IOException {
    change(
        link,
        "alias",
        s -> new Settings(s.link(), text, s.promiscuous(), s.allMulticast(), s.transmitQueue()));
  }

  @Override
  public void promiscuous(int link, boolean on) throws IOException {
    change(
        link,
        "promisc",
        s -> new Settings(s.link(), s.alias(), on, s.allMulticast(), s.transmitQueue()));
  }

  @Override
  public void allMulticast(int link, boolean on) throws IOException {
    change(
        link,
        "allmulti",
        s -> new Settings(s.link(), s.alias(), s.promiscuous(), on, s.transmitQueue()));
  }

  @Override
  public void transmitQueue(int link, int packets) throws IOException {
    change(
        link,
        "txqlen",
        s -> new Settings(s.link(), s.alias(), s.promiscuous(), s.allMulticast(), packets));
  }
}
