package io.gantry.nri;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.gantry.api.nri.v1alpha1.Container;
import io.gantry.api.nri.v1alpha1.Empty;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.api.nri.v1alpha1.PodSandbox;
import io.gantry.error.Subject;
import io.gantry.error.WrongStateException;
import io.gantry.nri.wire.CallException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The plugins that are asked, in the order of their indices. One that does not answer in time, or
 * whose connection ends, is dropped and keeps nobody. Used under the host's lock only.
 */
final class Circle {

  private static final Logger log = LoggerFactory.getLogger(Circle.class);

  private final Duration limit;
  private final List<Plugin> plugins = new ArrayList<>();

  /**
   * @param limit for each answer
   */
  Circle(Duration limit) {
    this.limit = limit;
  }

  boolean isEmpty() {
    return plugins.isEmpty();
  }

  void add(Plugin plugin) {
    plugins.add(plugin);
    plugins.sort(Comparator.comparing(Plugin::index));
  }

  void remove(Plugin plugin) {
    plugins.remove(plugin);
  }

  /** Those that were there, in the order in which they are asked. */
  List<Plugin> clear() {
    List<Plugin> all = List.copyOf(plugins);
    plugins.clear();
    return all;
  }

  List<Plugin> wanting(Event event) {
    return plugins.stream().filter(plugin -> plugin.wants(event)).toList();
  }

  /** Tells all who want to know. */
  void tell(Occurrence occurrence, PodSandbox pod, Container container) {
    for (Plugin plugin : wanting(occurrence.event())) {
      try {
        tell(plugin, occurrence, pod, container);
      } catch (WrongStateException e) {
        if (occurrence.isRefusable()) {
          throw e;
        }
        log.warn("{}", e.advice());
      }
    }
  }

  private void tell(Plugin plugin, Occurrence occurrence, PodSandbox pod, Container container) {
    MessageLite question = occurrence.question(pod, container);
    if (ask(plugin, occurrence.method(), question, Empty.parser()).isEmpty()
        && plugins.contains(plugin)) {
      var _ = ask(plugin, "StateChange", occurrence.change(pod, container), Empty.parser());
    }
  }

  /**
   * The answer, or nothing from a plugin that was dropped or does not know the question.
   *
   * @throws WrongStateException when the plugin says no
   */
  <A extends MessageLite> Optional<A> ask(
      Plugin plugin, String method, MessageLite question, Parser<A> answer) {
    try {
      return Optional.of(plugin.ask(method, question, answer, limit));
    } catch (CallException e) {
      if (e.code() == CallException.UNIMPLEMENTED) {
        return Optional.empty();
      }
      throw new WrongStateException(
          new Subject("NRI plugin", plugin.title()),
          "NRI plugin " + plugin.title() + " refuses " + method + ": " + e.getMessage(),
          "see the plugin's own log",
          e);
    } catch (IOException e) {
      log.warn("NRI plugin {} is dropped: {}", plugin.title(), e.getMessage());
      plugins.remove(plugin);
      plugin.line().close();
      return Optional.empty();
    }
  }
}
