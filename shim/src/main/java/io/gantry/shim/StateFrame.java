package io.gantry.shim;

import java.io.IOException;

/** Reads the shim's STATE message. */
final class StateFrame {

  private StateFrame() {}

  static ShimStatus read(Frame frame) throws IOException {
    int state = frame.number();
    int pid = frame.number();
    long startedNanos = frame.longNumber();
    long finishedNanos = frame.longNumber();
    int code = frame.number();
    int signal = frame.number();
    StepFailure failure = frame.failure();
    int left = frame.payload().hasRemaining() ? frame.number() : 0;
    int oomKills = frame.payload().hasRemaining() ? frame.number() : 0;
    return switch (state) {
      case 0 -> new ShimStatus.Starting();
      case 1 -> new ShimStatus.Running(pid, ExitRecord.instant(startedNanos));
      case 2 ->
          new ShimStatus.Exited(
              new ExitStatus(
                  code,
                  signal,
                  ExitRecord.instant(startedNanos),
                  ExitRecord.instant(finishedNanos),
                  pid,
                  left,
                  oomKills));
      case 3 -> new ShimStatus.Failed(failure);
      default -> throw new IOException("unknown state " + state + " from the shim");
    };
  }
}
