package io.gantry.daemon;

import io.gantry.metrics.CallMetrics;
import io.gantry.rpc.RpcObserver;
import java.time.Duration;

/** Hands what the edge tells to the numbers, which do not know the edge. */
record CallNumbers(CallMetrics numbers) implements RpcObserver {

  @Override
  public void began(String service, String method) {
    numbers.began(service, method);
  }

  @Override
  public void ended(String service, String method, String code, Duration took) {
    numbers.ended(service, method, code, took);
  }
}
