package io.gantry.shim;

import java.nio.file.Path;

/** The two builds of the supervisor that every test drives. */
enum Binary {
  RELEASE("gantry-shim"),
  SANITIZED("gantry-shim-asan");

  private final String file;

  Binary(String file) {
    this.file = file;
  }

  Path path() {
    return Path.of("target", "native", file).toAbsolutePath();
  }
}
