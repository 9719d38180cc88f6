package io.gantry.rpc;

import io.gantry.error.InvalidException;
import io.gantry.error.Subject;
import io.gantry.error.UnsupportedException;

/**
 * A field of a request under the name its sender knows, and the ways in which a value can be wrong.
 *
 * @param path such as {@code config.mounts[2].host_path}
 */
record Field(String path) {

  static Field of(String path) {
    return new Field(path);
  }

  Field in(String name) {
    return new Field(path + "." + name);
  }

  Field item(int index) {
    return new Field(path + "[" + index + "]");
  }

  void presentIf(boolean present) {
    if (!present) {
      throw new InvalidException(subject(), path + " is missing", "");
    }
  }

  String required(String value) {
    presentIf(!value.isEmpty());
    return text(value);
  }

  /** A NUL would cut the value short where the kernel reads it. */
  String text(String value) {
    if (value.indexOf('\0') >= 0) {
      throw wrong("holds a NUL character", "");
    }
    return value;
  }

  String absolute(String value) {
    if (!required(value).startsWith("/")) {
      throw wrong("is " + value, "give an absolute path");
    }
    return value;
  }

  String absoluteOrEmpty(String value) {
    return value.isEmpty() ? value : absolute(value);
  }

  long between(long value, long least, long most) {
    if (value < least || value > most) {
      throw wrong("is " + value, "give a value from " + least + " to " + most);
    }
    return value;
  }

  long notNegative(long value) {
    if (value < 0) {
      throw wrong("is " + value, "give zero or more");
    }
    return value;
  }

  InvalidException wrong(String what, String nextStep) {
    return new InvalidException(subject(), path + " " + what, nextStep);
  }

  UnsupportedException unsupported(String what, String nextStep) {
    return new UnsupportedException(subject(), path + ": " + what, nextStep);
  }

  private Subject subject() {
    return new Subject("field", path);
  }
}
