package io.gantry.linux.systemd;

import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One message of D-Bus, being written or read from its beginning on. For one thread. */
final class BusMessage implements AutoCloseable {

  private static final byte ARRAY = 'a';
  private static final byte STRUCT = 'r';
  private static final byte VARIANT = 'v';
  private static final byte TEXT = 's';
  private static final byte FLAG = 'b';
  private static final byte NUMBER = 'u';
  private static final byte LONG_NUMBER = 't';
  private static final byte BYTE = 'y';

  private final Pointer message;

  BusMessage(Pointer message) {
    this.message = message;
  }

  /** What a function has put into an out parameter. */
  static @Nullable Pointer pointer(byte[] out) {
    long address = ByteBuffer.wrap(out).order(ByteOrder.nativeOrder()).getLong();
    return address == 0 ? null : new Pointer(address);
  }

  Pointer pointer() {
    return message;
  }

  BusMessage text(String text) throws SystemdException {
    check(
        SystemdLibrary.sd_bus_message_append_basic(message, TEXT, UnitValue.terminated(text)),
        "write text");
    return this;
  }

  BusMessage flag(boolean set) throws SystemdException {
    check(
        SystemdLibrary.sd_bus_message_append_basic(
            message, FLAG, bytes(Integer.BYTES).putInt(set ? 1 : 0).array()),
        "write flag");
    return this;
  }

  /** An array of names with values, {@code a(sv)}. */
  BusMessage properties(Map<String, UnitValue> properties) throws SystemdException {
    open(ARRAY, "(sv)");
    for (Map.Entry<String, UnitValue> property : properties.entrySet()) {
      open(STRUCT, "sv");
      text(property.getKey());
      open(VARIANT, property.getValue().signature());
      value(property.getValue());
      close(VARIANT);
      close(STRUCT);
    }
    close(ARRAY);
    return this;
  }

  /** An array without items, such as {@code (sa(sv))} are. */
  BusMessage none(String items) throws SystemdException {
    open(ARRAY, items);
    close(ARRAY);
    return this;
  }

  private void value(UnitValue value) throws SystemdException {
    switch (value) {
      case UnitValue.Text text -> text(text.text());
      case UnitValue.Flag flag -> flag(flag.set());
      case UnitValue.Whole whole ->
          check(
              SystemdLibrary.sd_bus_message_append_basic(
                  message, LONG_NUMBER, bytes(Long.BYTES).putLong(whole.value()).array()),
              "write number");
      case UnitValue.Bits bits -> array(BYTE, bits.bytes());
      case UnitValue.Pid pid -> array(NUMBER, pid.bytes());
    }
  }

  private void array(byte type, byte[] items) throws SystemdException {
    check(
        SystemdLibrary.sd_bus_message_append_array(message, type, items, items.length),
        "write array");
  }

  private void open(byte type, String contents) throws SystemdException {
    check(
        SystemdLibrary.sd_bus_message_open_container(message, type, UnitValue.terminated(contents)),
        "open " + contents);
  }

  private void close(byte type) throws SystemdException {
    check(SystemdLibrary.sd_bus_message_close_container(message), "close " + (char) type);
  }

  boolean isSignal(String type, String member) {
    return SystemdLibrary.sd_bus_message_is_signal(
            message, UnitValue.terminated(type), UnitValue.terminated(member))
        > 0;
  }

  int number() throws SystemdException {
    return read(NUMBER, new byte[Integer.BYTES]).getInt();
  }

  /**
   * @param type {@code s} for text, {@code o} for the path of an object
   */
  String text(char type) throws SystemdException {
    byte[] out = new byte[Long.BYTES];
    read((byte) type, out);
    Pointer text = pointer(out);
    return text == null ? "" : text.getString(0, "UTF-8");
  }

  /** Text in a variant. */
  String variantText() throws SystemdException {
    check(
        SystemdLibrary.sd_bus_message_enter_container(message, VARIANT, UnitValue.terminated("s")),
        "enter variant");
    return text('s');
  }

  private ByteBuffer read(byte type, byte[] out) throws SystemdException {
    int result = SystemdLibrary.sd_bus_message_read_basic(message, type, out);
    check(result == 0 ? -Errno.ENODATA.number() : result, "read " + (char) type);
    return ByteBuffer.wrap(out).order(ByteOrder.nativeOrder());
  }

  private static ByteBuffer bytes(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  private static void check(int result, String step) throws SystemdException {
    if (result < 0) {
      throw new SystemdException(step, "of a D-Bus message", new Errno(-result).toString());
    }
  }

  @Override
  public void close() {
    SystemdLibrary.sd_bus_message_unref(message);
  }
}
