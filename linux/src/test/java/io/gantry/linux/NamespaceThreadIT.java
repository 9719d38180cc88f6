package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespaceThreadIT {

  private final Syscalls linux = Linux.syscalls();

  @TempDir Path temp;

  @Test
  void newNamespacesAreTheThreadsOwn() throws Exception {
    String before = link("net");
    String inside =
        NamespaceThread.call(
            "test-net",
            thread -> {
              thread.unshare(Namespace.NET, Namespace.UTS, Namespace.IPC);
              thread.hostname("inside");
              return link("net") + Files.readString(Path.of("/proc/sys/kernel/hostname"));
            });
    assertThat(inside).endsWith("inside\n").doesNotContain(before);
    assertThat(link("net")).isEqualTo(before);
    assertThat(Files.readString(Path.of("/proc/sys/kernel/hostname"))).isNotEqualTo("inside\n");
  }

  @Test
  void aNamespaceIsEnteredThroughItsDescriptor() throws Exception {
    try (Fd made =
        NamespaceThread.call(
            "test-make",
            thread -> {
              thread.unshare(Namespace.MNT);
              return thread.current(Namespace.MNT);
            })) {
      String expected = linux.readlinkat(Fd.CWD, made.path().toString());
      String entered =
          NamespaceThread.call(
              "test-enter",
              thread -> {
                thread.enter(made, Namespace.MNT);
                return link("mnt");
              });
      assertThat(entered).isEqualTo(expected).isNotEqualTo(link("mnt"));
    }
  }

  @Test
  void theWorksFailureIsTheCallersFailure() {
    assertThatExceptionOfType(SyscallException.class)
        .isThrownBy(() ->
            NamespaceThread.call(
                "test-fail",
                thread -> {
                  thread.enter(Fd.CWD, Namespace.NET);
                  return "";
                }))
        .withMessageContaining("setns");
    assertThatIllegalStateException()
        .isThrownBy(() ->
            NamespaceThread.call(
                "test-fail",
                thread -> {
                  throw new IllegalStateException("on purpose");
                }));
  }

  @Test
  void anInterruptedCallerStillGetsTheResultAndKeepsItsInterruption() throws Exception {
    Thread.currentThread().interrupt();
    String result = NamespaceThread.call("test-interrupt", thread -> "done");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(result).isEqualTo("done");
  }

  private String link(String kind) throws SyscallException {
    return linux.readlinkat(Fd.CWD, "/proc/thread-self/ns/" + kind);
  }
}
