package io.gantry.rpc;

import java.time.Duration;

/** Is told of each call of a client. Safe for use by many threads; must be short. */
public interface RpcObserver {

  /** Is not interested. */
  RpcObserver NONE =
      new RpcObserver() {
        @Override
        public void began(String service, String method) {}

        @Override
        public void ended(String service, String method, String code, Duration took) {}
      };

  /**
   * A call has come; {@link #ended} follows.
   *
   * @param service without its package
   * @param method one of those that are served
   */
  void began(String service, String method);

  /**
   * A call has been answered, or its client has hung up.
   *
   * @param code the name of a gRPC status
   */
  void ended(String service, String method, String code, Duration took);
}
