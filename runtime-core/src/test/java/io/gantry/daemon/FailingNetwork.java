package io.gantry.daemon;

import io.gantry.cni.NetworkUnavailableException;
import io.gantry.cni.PodNetwork;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A real network of which one chosen call fails. */
final class FailingNetwork {

  private volatile String failing = "";

  /** Makes every call of that name fail; empty for none. */
  void fail(String call) {
    failing = call;
  }

  PodNetwork around(PodNetwork real) {
    return (PodNetwork)
        Proxy.newProxyInstance(
            PodNetwork.class.getClassLoader(),
            new Class<?>[] {PodNetwork.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals(failing)) {
                throw new NetworkUnavailableException("test", "Injected", failing + ": EIO", null);
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
