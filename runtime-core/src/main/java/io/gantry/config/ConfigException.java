package io.gantry.config;

import java.util.List;

/** A configuration that cannot be meant: each problem with file, line, column and what is right. */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  ConfigException(List<String> problems) {
    super(String.join("\n", problems));
  }

  /** One line each, at least one. */
  public List<String> problems() {
    return String.valueOf(getMessage()).lines().toList();
  }
}
