package io.gantry.linux.mount;

import io.gantry.linux.Fd;
import io.gantry.linux.FileFlags;
import io.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A user namespace in which 0 is {@value #UID} of the machine, held open by its descriptor. */
final class UserNamespaceHolder implements AutoCloseable {

  static final int UID = 500_000;
  static final int GID = 700_000;

  private final Fd namespace;

  UserNamespaceHolder() throws IOException, InterruptedException {
    Process inside = new ProcessBuilder("unshare", "--user", "sh", "-c", "echo; read _").start();
    try {
      if (inside.getInputStream().read() < 0) {
        throw new IOException(
            "no user namespace: "
                + new String(inside.getErrorStream().readAllBytes(), StandardCharsets.UTF_8));
      }
      Path proc = Path.of("/proc/" + inside.pid());
      Files.writeString(proc.resolve("uid_map"), "0 " + UID + " 65536\n");
      Files.writeString(proc.resolve("gid_map"), "0 " + GID + " 65536\n");
      namespace = Linux.syscalls().open(proc.resolve("ns/user"), FileFlags.O_RDONLY, 0);
    } finally {
      inside.getOutputStream().close();
      inside.waitFor();
    }
  }

  Fd fd() {
    return namespace;
  }

  @Override
  public void close() {
    namespace.close();
  }
}
