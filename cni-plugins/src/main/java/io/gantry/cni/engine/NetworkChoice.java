package io.gantry.cni.engine;

import io.gantry.cni.NetworkException;
import io.gantry.cni.NetworkSettings;
import io.gantry.cni.NetworkUnavailableException;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which network new pods get: the configured one, or the one that needs no configuration. */
final class NetworkChoice {

  /**
   * The network.
   *
   * @param warning what is wrong all the same, or empty
   */
  record Chosen(NetworkList list, String warning) {}

  private record Text(NetworkList list, String json) {}

  private final NetworkSettings settings;
  private final ConfigDirectory directory;
  private final ZeroNetwork zero;
  private final Supplier<LivePods> pods;

  /** The last list that was written as text: pods come one after the other for the same one. */
  private volatile @Nullable Text lastText;

  NetworkChoice(NetworkSettings settings, ZeroNetwork zero, Supplier<LivePods> pods) {
    this.settings = settings;
    this.directory = new ConfigDirectory(settings.configDirectory());
    this.zero = zero;
    this.pods = pods;
  }

  ZeroNetwork zero() {
    return zero;
  }

  ConfigDirectory.Content configured() {
    return directory.content();
  }

  /** The network of new pods, as the files say now. */
  Chosen chosen() throws NetworkUnavailableException {
    ConfigDirectory.Content content = directory.content();
    if (content.isEmpty()) {
      return unconfigured();
    }
    String problems = problems(content);
    Optional<NetworkList> list =
        content.lists().stream()
            .filter(one -> settings.chosen().isEmpty() || one.name().equals(settings.chosen()))
            .findFirst();
    if (list.isPresent()) {
      return new Chosen(list.get(), problems);
    }
    if (content.lists().isEmpty()) {
      throw unavailable("BadNetworkConfiguration", problems);
    }
    throw unavailable(
        "NetworkNotConfigured",
        "no network named "
            + settings.chosen()
            + " in "
            + directory
            + (problems.isEmpty() ? "" : "; " + problems));
  }

  private Chosen unconfigured() throws NetworkUnavailableException {
    if (!settings.zero().allowed() || !settings.chosen().isEmpty()) {
      throw unavailable(
          "NoNetworkConfiguration",
          "no network configuration in "
              + directory
              + ": install one, or set network.zero_config = true");
    }
    ZeroNetwork.Made made = zero.made(pods.get().use(zero.name()));
    return new Chosen(made.list(), made.warning());
  }

  private static String problems(ConfigDirectory.Content content) {
    return content.problems().stream()
        .map(ConfigProblem::toString)
        .collect(Collectors.joining("; "));
  }

  private NetworkUnavailableException unavailable(String reason, String message) {
    return new NetworkUnavailableException(settings.zero().name(), reason, message, null);
  }

  /** Every network that is known now, whether pods get it or not. */
  List<NetworkList> known() {
    List<NetworkList> known = new ArrayList<>(directory.content().lists());
    if (known.stream().noneMatch(list -> list.name().equals(zero.name()))) {
      try {
        boolean inUse = pods.get().use(zero.name());
        if (inUse || (directory.content().isEmpty() && settings.zero().allowed())) {
          known.add(zero.made(inUse).list());
        }
      } catch (NetworkUnavailableException notNow) {
        // its status says why
      }
    }
    return List.copyOf(known);
  }

  /** Whether new pods get it. */
  boolean isChosen(NetworkList list) {
    try {
      return chosen().list().name().equals(list.name());
    } catch (NetworkUnavailableException none) {
      return false;
    }
  }

  /** The list as records keep it. */
  String text(NetworkList list) {
    Text last = lastText;
    if (last == null || !last.list().equals(list)) {
      last = new Text(list, list.json().toString());
      lastText = last;
    }
    return last.json();
  }

  void podBlocks(List<IpPrefix> blocks) throws NetworkException {
    try {
      zero.given(blocks);
      if (settings.template() != null) {
        ConfigTemplate.of(settings.template()).fill(blocks, settings.configDirectory());
      }
    } catch (IOException e) {
      throw unavailable(
          "PodBlocksFailed", "cannot take over the node's address blocks: " + e.getMessage());
    }
  }
}
