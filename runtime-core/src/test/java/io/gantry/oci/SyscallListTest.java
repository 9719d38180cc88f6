package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import io.gantry.linux.seccomp.SeccompAction;
import io.gantry.linux.seccomp.SeccompCondition;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyscallListTest {

  private static final SyscallList LIST = SyscallList.ofGantry();

  /** What dynamic and static glibc, musl and busybox call from start to exit. */
  private static final Set<String> LIBC =
      Set.of(
          "execve brk arch_prctl set_tid_address set_robust_list rseq prlimit64 mmap munmap mremap"
              .split(" "));

  private static final Set<String> SHELL =
      Set.of(
          ("read write readv writev open openat close fstat newfstatat stat lstat lseek ioctl"
                  + " fcntl dup2 dup3 pipe pipe2 fork vfork wait4 rt_sigaction rt_sigprocmask"
                  + " rt_sigreturn rt_sigsuspend rt_sigtimedwait getcwd chdir getdents64 unlink"
                  + " rename mkdir rmdir symlink readlink chmod chown umask kill getuid setuid"
                  + " getgid setgid setgroups setresuid capset prctl close_range getrandom uname"
                  + " nanosleep clock_nanosleep clock_gettime poll select exit exit_group mknod"
                  + " utimensat statfs sysinfo alarm setsid getpgrp setpgid")
              .split(" "));

  private static final Set<String> JVM =
      Set.of(
          ("mprotect madvise futex sched_getaffinity sched_yield clock_getres getrusage mincore"
                  + " gettid tgkill sigaltstack membarrier pread64 pwrite64 fallocate ftruncate"
                  + " epoll_create1 epoll_ctl epoll_wait epoll_pwait eventfd2 accept4 sendmsg"
                  + " recvmsg recvfrom sendto setsockopt getsockopt getsockname getpeername bind"
                  + " listen connect shutdown socketpair sendfile inotify_init1 statx memfd_create"
                  + " shmget shmat shmctl shmdt prctl")
              .split(" "));

  private static final Set<String> FORBIDDEN =
      Set.of(
          ("mount umount2 pivot_root move_mount open_tree fsopen fsconfig fsmount mount_setattr"
                  + " unshare setns bpf perf_event_open kexec_load kexec_file_load userfaultfd"
                  + " init_module finit_module delete_module reboot swapon swapoff acct add_key"
                  + " keyctl request_key open_by_handle_at quotactl iopl ioperm settimeofday"
                  + " clock_settime create_module nfsservctl uselib _sysctl vm86 sethostname"
                  + " lookup_dcookie move_pages migrate_pages kcmp pidfd_getfd syslog vhangup"
                  + " fanotify_init mbind")
              .split(" "));

  private static final Set<Capability> DEFAULT = Capabilities.DEFAULT;

  @Test
  void whatLibrariesShellsAndJvmsCallIsAllowed() {
    assertThat(allowed(DEFAULT)).containsAll(LIBC).containsAll(SHELL).containsAll(JVM);
    assertThat(allowed(Set.of())).containsAll(LIBC).containsAll(SHELL).containsAll(JVM);
  }

  @Test
  void whatReachesTheMachineIsNot() {
    assertThat(allowed(DEFAULT)).doesNotContainAnyElementsOf(FORBIDDEN);
    assertThat(allowed(DEFAULT)).contains("chroot");
    assertThat(allowed(Set.of())).doesNotContain("chroot");
  }

  @ParameterizedTest(name = "{0} opens {1}")
  @CsvSource({
    "SYS_ADMIN, 'mount umount2 unshare setns clone3 bpf perf_event_open fanotify_init'",
    "BPF, bpf",
    "PERFMON, perf_event_open",
    "SYS_PTRACE, 'kcmp pidfd_getfd'",
    "SYS_MODULE, 'init_module finit_module delete_module'",
    "SYS_TIME, 'settimeofday clock_settime'",
    "SYS_BOOT, reboot",
    "SYS_NICE, mbind",
    "DAC_READ_SEARCH, open_by_handle_at",
    "SYSLOG, syslog",
  })
  void capabilitiesOpenTheirCalls(Capability capability, String names) {
    List<String> opened = List.of(names.split(" "));
    assertThat(allowed(DEFAULT)).doesNotContainAnyElementsOf(opened);
    assertThat(allowed(with(capability))).containsAll(opened);
  }

  @Test
  void someCallsAreOutForEverybody() {
    assertThat(allowed(EnumSet.allOf(Capability.class)))
        .doesNotContain("userfaultfd", "kexec_load", "add_key", "keyctl", "io_uring_setup", "vm86");
  }

  @Test
  void newNamespacesNeedTheirCapability() {
    SyscallRule clone = only("clone", DEFAULT);
    assertThat(clone.conditions()).containsExactly(SeccompCondition.masked(0, 0x7e020000L, 0));
    assertThat(only("clone3", DEFAULT).action())
        .isEqualTo(SeccompAction.errno(Errno.ENOSYS.number()));
    assertThat(only("clone", with(Capability.SYS_ADMIN)).conditions()).isEmpty();
    assertThat(only("clone3", with(Capability.SYS_ADMIN)).action()).isEqualTo(SeccompAction.ALLOW);
  }

  @Test
  void socketsAreAllowedByFamily() {
    Set<Long> families =
        rules("socket", DEFAULT).stream()
            .filter(rule -> rule.action().equals(SeccompAction.ALLOW))
            .map(rule -> rule.conditions().getFirst().value())
            .collect(Collectors.toSet());
    assertThat(families).contains(1L, 2L, 10L, 16L, 17L).doesNotContain(38L, 40L);
  }

  @Test
  void personalitiesAreAllowedByValue() {
    assertThat(rules("personality", DEFAULT))
        .hasSize(5)
        .allMatch(rule -> rule.conditions().size() == 1);
  }

  /** Two rules about one call where one has no conditions would make the other meaningless. */
  @Test
  void noRuleHidesAnother() {
    for (Set<Capability> held :
        List.of(DEFAULT, Set.<Capability>of(), EnumSet.allOf(Capability.class))) {
      List<SyscallRule> rules = LIST.rulesFor(held);
      assertThat(
              rules.stream()
                  .filter(rule -> rule.conditions().isEmpty())
                  .map(SyscallRule::name)
                  .toList())
          .doesNotHaveDuplicates()
          .doesNotContainAnyElementsOf(
              rules.stream()
                  .filter(rule -> !rule.conditions().isEmpty())
                  .map(SyscallRule::name)
                  .toList());
    }
  }

  @Test
  void onlyGatesMakeADifference() {
    DefaultSeccomp seccomp = new DefaultSeccomp(LIST);
    long base = Capability.mask(DEFAULT);
    assertThat(seccomp.key(base | Capability.NET_ADMIN.bit())).isEqualTo(seccomp.key(base));
    assertThat(seccomp.key(base | Capability.SYS_ADMIN.bit())).isNotEqualTo(seccomp.key(base));
  }

  @ParameterizedTest
  @CsvSource({
    "read",
    "== group [NO_SUCH]",
    "== [broken",
    "'== g\nread when x'",
    "'== g\nread when 7 == 1'",
    "'== g\nread -> EWHAT'",
  })
  void nonsenseIsNotRead(String text) {
    assertThatThrownBy(() -> SyscallListParser.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Set<Capability> with(Capability capability) {
    EnumSet<Capability> held = EnumSet.copyOf(DEFAULT);
    held.add(capability);
    return held;
  }

  private static SyscallRule only(String name, Set<Capability> held) {
    List<SyscallRule> found = rules(name, held);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static List<SyscallRule> rules(String name, Set<Capability> held) {
    return LIST.rulesFor(held).stream().filter(rule -> rule.name().equals(name)).toList();
  }

  private static Set<String> allowed(Set<Capability> held) {
    return LIST.rulesFor(held).stream()
        .filter(rule -> rule.action().equals(SeccompAction.ALLOW))
        .map(SyscallRule::name)
        .collect(Collectors.toSet());
  }
}
