package io.gantry.rpc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what the edge tells of calls. */
final class CallLog implements RpcObserver {

  final List<String> lines = new CopyOnWriteArrayList<>();

  @Override
  public void began(String service, String method) {
    lines.add("+" + service + "/" + method);
  }

  @Override
  public void ended(String service, String method, String code, Duration took) {
    if (took.isNegative()) {
      throw new IllegalArgumentException("took " + took);
    }
    lines.add("-" + service + "/" + method + " " + code);
  }
}
