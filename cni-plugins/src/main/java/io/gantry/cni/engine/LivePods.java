package io.gantry.cni.engine;

import io.gantry.cni.Attachment;
import io.gantry.cni.plugin.Plugin;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The attachments of all pods, as their records say at the moment of asking. */
final class LivePods {

  private final Supplier<Map<String, List<Attachment>>> pods;

  LivePods(Supplier<Map<String, List<Attachment>>> pods) {
    this.pods = pods;
  }

  Map<String, List<Attachment>> all() {
    return pods.get();
  }

  boolean use(String network) {
    return of(network).findAny().isPresent();
  }

  List<String> idsIn(String network) {
    return of(network).map(Plugin.Attachment::containerId).distinct().sorted().toList();
  }

  private Stream<Plugin.Attachment> of(String network) {
    return pods.get().entrySet().stream()
        .flatMap(pod ->
            pod.getValue().stream()
                .filter(one -> one.network().equals(network))
                .map(one -> new Plugin.Attachment(pod.getKey(), one.interfaceName())));
  }

  /** What is valid of a network: looks at the records each time that it is gone through. */
  Set<Plugin.Attachment> valid(String network) {
    return new AbstractSet<>() {
      @Override
      public Iterator<Plugin.Attachment> iterator() {
        return of(network).iterator();
      }

      @Override
      public int size() {
        return (int) of(network).count();
      }
    };
  }
}
