package io.gantry.cni.tuning;

import io.gantry.cni.filter.Owner;
import io.gantry.cni.plugin.Plugin;
import io.gantry.cni.plugin.PluginCall;
import io.gantry.cni.spec.CniException;
import io.gantry.cni.spec.CniResult;
import io.gantry.cni.spec.PluginConfig;
import io.gantry.cni.sysctl.Sysctls;
import io.gantry.linux.netlink.LinkSettings;
import io.gantry.linux.netlink.NetworkNamespaces;
import io.gantry.linux.netlink.NetworkStack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The type {@code tuning}. */
public final class TuningPlugin implements Plugin {

  public static final String TYPE = "tuning";

  /** Which settings below {@code /proc/sys} may be made; without the file all of {@code net}. */
  public static final Path ALLOWLIST = Path.of("/etc/cni/tuning/allowlist.conf");

  private final NetworkNamespaces namespaces;
  private final Path sysctls;
  private final Path allowlist;

  /**
   * @param sysctls usually {@link Sysctls#KERNEL}
   * @param allowlist usually {@link #ALLOWLIST}
   */
  public TuningPlugin(NetworkNamespaces namespaces, Path sysctls, Path allowlist) {
    this.namespaces = namespaces;
    this.sysctls = sysctls;
    this.allowlist = allowlist;
  }

  @Override
  public CniResult add(PluginCall call) throws CniException {
    CniResult result = call.config().requiredPrevious();
    TuningConfig config = TuningConfig.of(call);
    try {
      SysctlName.requireAllowed(config.sysctls().keySet(), allowlist);
      namespaces
          .at(call.requiredNetns().fd())
          .use(inside -> {
            tune(call, config, inside);
            return null;
          });
      return updated(call, config.link(), result);
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw failed("tune " + Owner.of(call), e);
    }
  }

  private static CniException failed(String what, IOException e) {
    String message = e.getMessage();
    return CniException.failed("cannot " + what + ": " + (message == null ? e : message), e);
  }

  private void tune(PluginCall call, TuningConfig config, NetworkStack inside) throws IOException {
    Sysctls here = new Sysctls(namespaces.own(), sysctls);
    for (Map.Entry<String, String> sysctl : config.sysctls().entrySet()) {
      write(here, SysctlName.path(sysctl.getKey(), call.ifName()), sysctl.getValue());
    }
    if (!config.link().isEmpty()) {
      LinkSettings.Settings now = settings(inside, call.ifName());
      new FormerSettings(config.dataDirectory())
          .keep(Owner.of(call), call.containerId(), call.ifName(), config.link().before(now));
      config.link().apply(inside, now.link().index());
    }
  }

  private static void write(Sysctls here, String path, String value) throws IOException {
    try {
      here.write(path, value);
    } catch (IOException e) {
      throw new IOException("writing \"" + value + "\" to sysctl " + path + ": " + e, e);
    }
  }

  private static LinkSettings.Settings settings(NetworkStack inside, String ifName)
      throws IOException {
    return inside
        .linkSettings()
        .find(ifName)
        .orElseThrow(() -> CniException.changed("interface " + ifName + " is gone"));
  }

  /** The result tells what the interface is like from now on. */
  private static CniResult updated(PluginCall call, LinkTuning link, CniResult result) {
    return result.withInterfaces(
        result.interfaces().stream()
            .map(made ->
                made.onNode() || !made.name().equals(call.ifName())
                    ? made
                    : new CniResult.Interface(
                        made.name(),
                        link.mac().map(Object::toString).orElse(made.mac()),
                        link.mtu().orElse(made.mtu()),
                        made.sandbox()))
            .toList());
  }

  @Override
  public void check(PluginCall call) throws CniException {
    TuningConfig config = TuningConfig.of(call);
    try {
      namespaces
          .at(call.requiredNetns().fd())
          .use(inside -> {
            compare(call, config, inside);
            return null;
          });
    } catch (CniException e) {
      throw e;
    } catch (IOException e) {
      throw failed("look at " + Owner.of(call), e);
    }
  }

  private void compare(PluginCall call, TuningConfig config, NetworkStack inside)
      throws IOException {
    Sysctls here = new Sysctls(namespaces.own(), sysctls);
    for (Map.Entry<String, String> sysctl : config.sysctls().entrySet()) {
      String found = here.read(SysctlName.path(sysctl.getKey(), call.ifName()));
      if (!words(found).equals(words(sysctl.getValue()))) {
        throw CniException.changed(
            "sysctl %s is %s, not %s".formatted(sysctl.getKey(), found, sysctl.getValue()));
      }
    }
    List<String> differences = config.link().differences(settings(inside, call.ifName()));
    if (!differences.isEmpty()) {
      throw CniException.changed(
          "interface " + call.ifName() + " was changed: " + String.join(", ", differences));
    }
  }

  /** The kernel writes several numbers with tabs between them, and people with spaces. */
  private static List<String> words(String value) {
    return List.of(value.strip().split("\\s+", -1));
  }

  @Override
  public void del(PluginCall call) throws CniException {
    FormerSettings former = new FormerSettings(TuningConfig.dataDirectory(call.config().fields()));
    try {
      restore(call, former.read(call.containerId(), call.ifName()));
    } catch (IOException e) {
      throw failed("set " + Owner.of(call) + " back to what it was", e);
    } finally {
      drop(call, former);
    }
  }

  /** Once is enough: what cannot be set back must not keep the container from going. */
  private static void drop(PluginCall call, FormerSettings former) throws CniException {
    try {
      former.drop(call.containerId(), call.ifName());
    } catch (IOException e) {
      throw failed("forget what " + Owner.of(call) + " was", e);
    }
  }

  private void restore(PluginCall call, Optional<LinkTuning> before) throws IOException {
    PluginCall.Netns netns = call.netns();
    if (before.isPresent() && netns != null) {
      namespaces
          .at(netns.fd())
          .use(inside -> {
            restore(inside, call.ifName(), before.get());
            return null;
          });
    }
  }

  private static void restore(NetworkStack inside, String ifName, LinkTuning before)
      throws IOException {
    Optional<LinkSettings.Settings> now = inside.linkSettings().find(ifName);
    if (now.isPresent()) {
      before.apply(inside, now.get().link().index());
    }
  }

  @Override
  public void gc(PluginConfig config, Set<Attachment> valid) throws CniException {
    List<Owner> staying =
        valid.stream()
            .map(stays -> new Owner(config.network(), stays.containerId(), stays.ifName()))
            .toList();
    try {
      new FormerSettings(TuningConfig.dataDirectory(config.fields()))
          .retain(config.network(), staying);
    } catch (IOException e) {
      throw failed("clean up after containers of network " + config.network(), e);
    }
  }

  @Override
  public void status(PluginConfig config) throws CniException {
    try {
      SysctlName.requireAllowed(List.of(), allowlist);
    } catch (IOException e) {
      throw new CniException(
          CniException.NOT_AVAILABLE, "interfaces cannot be tuned: " + e.getMessage(), "", e);
    }
  }
}
