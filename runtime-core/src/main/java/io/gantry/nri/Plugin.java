package io.gantry.nri;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.gantry.api.nri.v1alpha1.Event;
import io.gantry.nri.wire.CallException;
import io.gantry.nri.wire.PluginLine;
import java.io.IOException;
import java.time.Duration;

/**
 * A plugin that has registered. Safe for use by many threads.
 *
 * @param index two digits, or nothing as long as it has not registered; those with lower ones are
 *     asked first
 * @param events bit n-1 for event n
 */
record Plugin(String index, String name, int events, PluginLine line) {

  static final String SERVICE = "nri.pkg.api.v1alpha1.Plugin";

  /** Bits of all events that there are. */
  static final int ALL_EVENTS = (1 << (Event.LAST.getNumber() - 1)) - 1;

  /** As it is named in messages. */
  String title() {
    return index.isEmpty() ? name : index + "-" + name;
  }

  boolean wants(Event event) {
    return (events & (1 << (event.getNumber() - 1))) != 0;
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws CallException when the plugin says no
   * @throws IOException when it is to be dropped
   */
  <A extends MessageLite> A ask(
      String method, MessageLite question, Parser<A> answer, Duration limit)
      throws CallException, IOException {
    byte[] bytes = line.call(SERVICE, method, question.toByteArray(), limit);
    try {
      return answer.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException("the answer to " + method + " is no message: " + e.getMessage(), e);
    }
  }
}
