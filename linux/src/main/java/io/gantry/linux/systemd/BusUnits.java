package io.gantry.linux.systemd;

import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The units of this machine's systemd, over D-Bus. Each call has a connection and a thread of its
 * own, as its waits are native ones, so that no slow job delays another.
 */
final class BusUnits implements SystemdUnits {

  private static final String EXISTS = "org.freedesktop.systemd1.UnitExists";
  private static final String NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

  /** Whoever has a job for the unit already keeps it (org.freedesktop.systemd1(5), modes). */
  private static final String MODE = "fail";

  private static final String REPLACING = "replace";

  /** What is done with a connection. */
  @FunctionalInterface
  private interface Conversation<T> {
    T run(SystemdBus bus) throws IOException;
  }

  private final String library;

  BusUnits() {
    this(SystemdLibrary.NAME);
  }

  /** The library is loaded at the first call, so that a machine without it can say so. */
  BusUnits(String library) {
    this.library = library;
  }

  /** As systemd tells it, such as {@code 252.38-1~deb12u1}. */
  String version() throws IOException {
    return converse(bus -> {
      try (BusMessage request =
              bus.request(
                      SystemdBus.DESTINATION,
                      SystemdBus.PATH,
                      "org.freedesktop.DBus.Properties",
                      "Get")
                  .text(SystemdBus.MANAGER)
                  .text("Version");
          BusMessage answer = bus.call(request, "ask for", "its version")) {
        return answer.variantText();
      }
    });
  }

  @Override
  public void start(String unit, Map<String, UnitValue> properties) throws IOException {
    converse(bus -> {
      try {
        start(bus, unit, properties);
      } catch (SystemdException e) {
        if (!e.is(EXISTS)) {
          throw e;
        }
        stop(bus, unit);
        start(bus, unit, properties);
      }
      return unit;
    });
  }

  private static void start(SystemdBus bus, String unit, Map<String, UnitValue> properties)
      throws IOException {
    try (BusMessage request =
        bus.request("StartTransientUnit")
            .text(unit)
            .text(MODE)
            .properties(properties)
            .none("(sa(sv))")) {
      finish(bus, request, "start", unit);
    }
  }

  @Override
  public void set(String unit, Map<String, UnitValue> properties) throws IOException {
    converse(bus -> {
      try (BusMessage request =
          bus.request("SetUnitProperties").text(unit).flag(true).properties(properties)) {
        bus.call(request, "set " + String.join(", ", properties.keySet()) + " of", unit).close();
      }
      return unit;
    });
  }

  @Override
  public void stop(String unit) throws IOException {
    converse(bus -> {
      stop(bus, unit);
      return unit;
    });
  }

  private static void stop(SystemdBus bus, String unit) throws IOException {
    try (BusMessage stop = bus.request("StopUnit").text(unit).text(REPLACING)) {
      finish(bus, stop, "stop", unit);
    } catch (SystemdException e) {
      if (e.is(NO_SUCH_UNIT)) {
        return;
      }
      throw e;
    }
    try (BusMessage reset = bus.request("ResetFailedUnit").text(unit)) {
      bus.call(reset, "forget the failure of", unit).close();
    } catch (SystemdException e) {
      if (!e.is(NO_SUCH_UNIT)) {
        throw e;
      }
    }
  }

  /** Sends a request that is answered with a job, and waits for that. */
  private static void finish(SystemdBus bus, BusMessage request, String step, String unit)
      throws IOException {
    String job;
    try (BusMessage answer = bus.call(request, step, unit)) {
      job = answer.text('o');
    }
    String result = bus.result(job, step, unit);
    if (!result.equals("done")) {
      throw new SystemdException(
          step,
          unit,
          "its job ended with result %s; see journalctl _PID=1 and systemctl status %s"
              .formatted(result, unit));
    }
  }

  private <T> T converse(Conversation<T> conversation) throws IOException {
    load();
    FutureTask<T> task =
        new FutureTask<>(() -> {
          try (SystemdBus bus = SystemdBus.open()) {
            return conversation.run(bus);
          }
        });
    Thread.ofPlatform().name("systemd").daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IllegalStateException("talking to systemd", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while systemd was being waited for", e);
    }
  }

  /** Before the bound class is touched: a class that failed to load once stays broken for ever. */
  private void load() throws SystemdMissingException {
    try {
      NativeLibrary.getInstance(library);
    } catch (UnsatisfiedLinkError missing) {
      throw new SystemdMissingException(
          "cannot load "
              + library
              + ", by which systemd is spoken to: install the package libsystemd0 (Debian, Ubuntu)"
              + " or systemd-libs (Fedora)",
          missing);
    }
  }
}
