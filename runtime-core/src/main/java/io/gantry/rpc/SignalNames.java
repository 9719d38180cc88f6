package io.gantry.rpc;

import io.gantry.api.cri.v1.Signal;

/**
 * CRI Signal from and to names as signal(7) has them: {@code SIGTERM}, {@code SIGRTMIN+3}. Empty is
 * "nothing asked for".
 */
final class SignalNames {

  private static final String PREFIX = "SIGNAL_";

  private SignalNames() {}

  static String name(Signal signal, Field field) {
    return switch (signal) {
      case SIGNAL_RUNTIME_DEFAULT -> "";
      case UNRECOGNIZED -> throw field.wrong("is no signal", "");
      default ->
          signal.name().substring(PREFIX.length()).replace("PLUS", "+").replace("MINUS", "-");
    };
  }

  /** What an unknown name cannot express is left out. */
  static Signal message(String name) {
    String wanted = PREFIX + name.replace("+", "PLUS").replace("-", "MINUS");
    for (Signal signal : Signal.values()) {
      if (signal.name().equals(wanted)) {
        return signal;
      }
    }
    return Signal.SIGNAL_RUNTIME_DEFAULT;
  }
}
