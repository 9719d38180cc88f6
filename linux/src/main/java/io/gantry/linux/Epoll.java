package io.gantry.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An epoll(7) instance that reports each descriptor once, and can be woken up. */
final class Epoll implements AutoCloseable {

  private static final int CLOEXEC = 0x80000;
  private static final int NONBLOCK = 0x800;
  private static final int ADD = 1;
  private static final int IN_ONCE = 0x001 | 1 << 30;

  /** {@code struct epoll_event} is packed on x86-64 only. */
  private static final int EVENT_SIZE = OpenFlags.GENERIC ? 16 : 12;

  private static final int KEY_AT = OpenFlags.GENERIC ? 8 : 4;

  private final Fd epoll;
  private final Fd wakeUp;

  private Epoll(Fd epoll, Fd wakeUp) {
    this.epoll = epoll;
    this.wakeUp = wakeUp;
  }

  /** Makes one that reports {@link #wakeUp} under the given key. */
  static Epoll create(long wakeUpKey) throws SyscallException {
    Fd epoll =
        NativeCall.descriptor(
            NativeCall.check("epoll_create1", "", () -> CLibrary.epoll_create1(CLOEXEC)));
    try {
      Fd wakeUp =
          NativeCall.descriptor(
              NativeCall.check("eventfd", "", () -> CLibrary.eventfd(0, CLOEXEC | NONBLOCK)));
      Epoll made = new Epoll(epoll, wakeUp);
      made.add(wakeUp, wakeUpKey);
      return made;
    } catch (SyscallException failure) {
      epoll.close();
      throw failure;
    }
  }

  void add(Fd fd, long key) throws SyscallException {
    byte[] event = new byte[EVENT_SIZE];
    ByteBuffer.wrap(event).order(ByteOrder.nativeOrder()).putInt(0, IN_ONCE).putLong(KEY_AT, key);
    NativeCall.check(
        "epoll_ctl", fd, () -> CLibrary.epoll_ctl(epoll.number(), ADD, fd.number(), event));
  }

  /** Blocks until a descriptor is readable; the keys of those that are. */
  long[] await(int most) throws SyscallException {
    byte[] events = new byte[most * EVENT_SIZE];
    long count =
        NativeCall.check(
            "epoll_wait", epoll, () -> CLibrary.epoll_wait(epoll.number(), events, most, -1));
    ByteBuffer fields = ByteBuffer.wrap(events).order(ByteOrder.nativeOrder());
    long[] keys = new long[(int) count];
    for (int i = 0; i < count; i++) {
      keys[i] = fields.getLong(i * EVENT_SIZE + KEY_AT);
    }
    return keys;
  }

  void wakeUp() {
    byte[] one = new byte[Long.BYTES];
    ByteBuffer.wrap(one).order(ByteOrder.nativeOrder()).putLong(1);
    if (CLibrary.write(wakeUp.number(), one, one.length) != one.length) {
      throw new IllegalStateException("an eventfd refused to count");
    }
  }

  @Override
  public void close() {
    wakeUp.close();
    epoll.close();
  }
}
