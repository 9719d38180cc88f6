package io.gantry.linux.systemd;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One connection to systemd, for one thread and a few calls. Calls and waits block natively, all
 * until one common deadline.
 *
 * <p>A connection for each undertaking costs a fraction of a millisecond and no thread, no memory
 * and no care for a systemd that executes itself anew in between.
 */
final class SystemdBus implements AutoCloseable {

  static final String DESTINATION = "org.freedesktop.systemd1";
  static final String PATH = "/org/freedesktop/systemd1";
  static final String MANAGER = "org.freedesktop.systemd1.Manager";

  /** Where systemd itself listens, for root alone and without a bus daemon in between. */
  private static final Path PRIVATE = Path.of("/run/systemd/private");

  private static final String BUS = "org.freedesktop.DBus";
  private static final String REMOVED = "JobRemoved";

  /** {@code sd_bus_error}: two pointers and a flag. */
  private static final int ERROR_SIZE = 24;

  private static final int POINTER_SIZE = 8;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Pointer bus;
  private final long deadline = System.nanoTime() + PATIENCE.toNanos();

  private SystemdBus(Pointer bus) {
    this.bus = bus;
  }

  /** Connects to systemd itself, or by the system bus where it cannot be reached directly. */
  static SystemdBus open() throws SystemdException {
    SystemdBus direct = Files.exists(PRIVATE) ? direct() : null;
    return direct == null ? bySystemBus() : direct;
  }

  private static @Nullable SystemdBus direct() throws SystemdException {
    byte[] out = new byte[Long.BYTES];
    check(SystemdLibrary.sd_bus_new(out), "make a connection to", DESTINATION);
    SystemdBus made = new SystemdBus(made(out));
    byte[] address = UnitValue.terminated("unix:path=" + PRIVATE);
    if (SystemdLibrary.sd_bus_set_address(made.bus, address) < 0
        || SystemdLibrary.sd_bus_start(made.bus) < 0) {
      made.close();
      return null;
    }
    return made;
  }

  private static SystemdBus bySystemBus() throws SystemdException {
    byte[] out = new byte[Long.BYTES];
    check(
        SystemdLibrary.sd_bus_open_system(out),
        "connect to",
        PRIVATE + " and to the system bus, neither of which answers");
    SystemdBus opened = new SystemdBus(made(out));
    try {
      opened.listen();
    } catch (SystemdException e) {
      opened.close();
      throw e;
    }
    return opened;
  }

  private static Pointer made(byte[] out) throws SystemdException {
    Pointer bus = BusMessage.pointer(out);
    if (bus == null) {
      throw new SystemdException("connect to", DESTINATION, "no connection was made");
    }
    return bus;
  }

  /** A bus daemon passes on what one asks for, and systemd tells the bus only who subscribes. */
  private void listen() throws SystemdException {
    String rule = "type='signal',interface='%s',member='%s'".formatted(MANAGER, REMOVED);
    try (BusMessage match = request(BUS, "/org/freedesktop/DBus", BUS, "AddMatch").text(rule)) {
      call(match, "listen to", REMOVED).close();
    }
    try (BusMessage subscribe = request("Subscribe")) {
      call(subscribe, "subscribe to", MANAGER).close();
    }
  }

  /** A call of the manager's method of that name, to be filled. */
  BusMessage request(String method) throws SystemdException {
    return request(DESTINATION, PATH, MANAGER, method);
  }

  BusMessage request(String destination, String path, String type, String method)
      throws SystemdException {
    byte[] out = new byte[Long.BYTES];
    check(
        SystemdLibrary.sd_bus_message_new_method_call(
            bus,
            out,
            UnitValue.terminated(destination),
            UnitValue.terminated(path),
            UnitValue.terminated(type),
            UnitValue.terminated(method)),
        "make a message for",
        method);
    return new BusMessage(made(out));
  }

  /**
   * Sends a call and waits for its answer, which the caller closes.
   *
   * @param step what is being done, for failures
   * @param subject to what
   */
  BusMessage call(BusMessage request, String step, String subject) throws SystemdException {
    byte[] out = new byte[Long.BYTES];
    try (Memory error = new Memory(ERROR_SIZE)) {
      error.clear();
      int result =
          SystemdLibrary.sd_bus_call(bus, request.pointer(), remainingMicros(), error, out);
      if (result < 0) {
        String name = text(error.getPointer(0));
        String said = text(error.getPointer(POINTER_SIZE));
        SystemdLibrary.sd_bus_error_free(error);
        throw new SystemdException(
            step, subject, said.isEmpty() ? new Errno(-result).toString() : said, name);
      }
    }
    return new BusMessage(made(out));
  }

  private static String text(@Nullable Pointer text) {
    return text == null ? "" : text.getString(0, "UTF-8");
  }

  /**
   * Waits for the end of a job.
   *
   * @param job the path of its object
   * @return its result; {@code done} is the good one
   */
  String result(String job, String step, String unit) throws SystemdException {
    while (true) {
      byte[] out = new byte[Long.BYTES];
      int processed = SystemdLibrary.sd_bus_process(bus, out);
      check(processed, step, unit);
      Pointer message = BusMessage.pointer(out);
      if (message != null) {
        try (BusMessage told = new BusMessage(message)) {
          if (told.isSignal(MANAGER, REMOVED) && told.number() > 0 && told.text('o').equals(job)) {
            told.text('s');
            return told.text('s');
          }
        }
      } else if (processed == 0) {
        await(step, unit);
      }
    }
  }

  private void await(String step, String unit) throws SystemdException {
    int result = SystemdLibrary.sd_bus_wait(bus, remainingMicros());
    if (result == -Errno.EINTR.number()) {
      return;
    }
    check(result, step, unit);
    if (result == 0 && remainingMicros() == 1) {
      throw new SystemdException(
          step,
          unit,
          "its job has not ended after %d s; see systemctl list-jobs"
              .formatted(PATIENCE.toSeconds()));
    }
  }

  /** At least 1, as 0 means a deadline of the library's own. */
  private long remainingMicros() {
    return Math.max(1, (deadline - System.nanoTime()) / 1000);
  }

  private static void check(int result, String step, String subject) throws SystemdException {
    if (result < 0) {
      throw new SystemdException(step, subject, new Errno(-result).toString());
    }
  }

  @Override
  public void close() {
    SystemdLibrary.sd_bus_flush_close_unref(bus);
  }
}
