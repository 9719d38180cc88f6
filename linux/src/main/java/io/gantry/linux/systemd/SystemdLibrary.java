package io.gantry.linux.systemd;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;

/**
 * The functions of sd-bus(3) that are used here, bound directly when the class is first used.
 * Functions return a negative errno. Those that take a variable number of arguments are left out,
 * as they cannot be called this way on every processor.
 */
final class SystemdLibrary {

  static final String NAME = "libsystemd.so.0";

  static {
    Native.register(SystemdLibrary.class, NativeLibrary.getInstance(NAME));
  }

  private SystemdLibrary() {}

  /** The result is an address of the size of a pointer, as of all {@code byte[] out} here. */
  static native int sd_bus_new(byte[] out);

  static native int sd_bus_set_address(Pointer bus, byte[] address);

  static native int sd_bus_start(Pointer bus);

  static native int sd_bus_open_system(byte[] out);

  static native Pointer sd_bus_flush_close_unref(Pointer bus);

  static native int sd_bus_message_new_method_call(
      Pointer bus, byte[] out, byte[] destination, byte[] path, byte[] type, byte[] member);

  static native int sd_bus_message_open_container(Pointer message, byte type, byte[] contents);

  static native int sd_bus_message_close_container(Pointer message);

  /** Of text the value is the text itself, with a zero byte at its end. */
  static native int sd_bus_message_append_basic(Pointer message, byte type, byte[] value);

  static native int sd_bus_message_append_array(
      Pointer message, byte type, byte[] items, long size);

  static native int sd_bus_message_enter_container(Pointer message, byte type, byte[] contents);

  static native int sd_bus_message_read_basic(Pointer message, byte type, byte[] out);

  static native int sd_bus_message_is_signal(Pointer message, byte[] type, byte[] member);

  static native Pointer sd_bus_message_unref(Pointer message);

  static native int sd_bus_call(
      Pointer bus, Pointer message, long micros, Pointer error, byte[] out);

  static native int sd_bus_process(Pointer bus, byte[] out);

  static native int sd_bus_wait(Pointer bus, long micros);

  static native void sd_bus_error_free(Pointer error);
}
