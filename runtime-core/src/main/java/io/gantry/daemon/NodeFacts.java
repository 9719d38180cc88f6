package io.gantry.daemon;

import io.gantry.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;

/** The line that a start leaves in the log: what started, where, on what machine. */
final class NodeFacts {

  private NodeFacts() {}

  static void log(Logger log, Config config, long milliseconds) {
    log.atInfo()
        .addKeyValue("version", Version.text())
        .addKeyValue("socket", config.socket())
        .addKeyValue("root", config.root())
        .addKeyValue("kernel", kernel())
        .addKeyValue("cpus", Runtime.getRuntime().availableProcessors())
        .addKeyValue("java", Runtime.version())
        .addKeyValue("pid", ProcessHandle.current().pid())
        .addKeyValue("took", milliseconds + "ms")
        .log("gantryd serves");
  }

  private static String kernel() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
