package io.gantry.oci;

import static io.gantry.oci.FilterMachine.I386;
import static io.gantry.oci.FilterMachine.X86_64;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.SeccompChoice;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program itself, asked call by call with the numbers of the kernel's tables. */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64", disabledReason = "numbers of x86-64")
class DefaultSeccompTest {

  private static final int ALLOW = 0x7fff0000;
  private static final int EPERM = 0x00050001;
  private static final int ENOSYS = 0x00050026;
  private static final int EAFNOSUPPORT = 0x00050061;

  private static final long DEFAULT = Capability.mask(Capabilities.DEFAULT);

  private final SeccompFilters filters = new SeccompFilters();
  private final FilterMachine machine = machine(DEFAULT);

  DefaultSeccompTest() throws IOException {}

  private FilterMachine machine(long capabilities) throws IOException {
    return new FilterMachine(
        filters.program(new SeccompChoice.RuntimeDefault(), capabilities).orElseThrow());
  }

  @ParameterizedTest(name = "{0} of x86-64")
  @CsvSource({
    "read, 0",
    "write, 1",
    "open, 2",
    "mmap, 9",
    "rt_sigreturn, 15",
    "futex, 202",
    "execve, 59",
    "exit_group, 231",
    "openat, 257",
    "getrandom, 318",
    "rseq, 334",
    "uretprobe, 335",
    "pidfd_open, 434",
    "close_range, 436",
    "faccessat2, 439",
    "futex_waitv, 449",
    "cachestat, 451",
    "fchmodat2, 452",
    "mseal, 462",
    "file_setattr, 469",
  })
  void ordinaryCallsPass(String name, int number) {
    assertThat(machine.answer(X86_64, number)).as(name).isEqualTo(ALLOW);
  }

  @ParameterizedTest(name = "{0} of x86-64")
  @CsvSource({
    "mount, 165",
    "umount2, 166",
    "unshare, 272",
    "setns, 308",
    "bpf, 321",
    "kexec_load, 246",
    "userfaultfd, 323",
    "init_module, 175",
    "perf_event_open, 298",
    "keyctl, 250",
    "open_by_handle_at, 304",
    "move_mount, 429",
    "open_tree_attr, 467",
    "memory of nothing, 333000",
  })
  void callsThatReachTheMachineDoNot(String name, int number) {
    int expected = number == 333_000 ? ENOSYS : EPERM;
    assertThat(machine.answer(X86_64, number)).as(name).isEqualTo(expected);
  }

  @Test
  void newNamespacesAreRefused() throws IOException {
    int clone = 56;
    int thread = 0x3d0f00;
    assertThat(machine.answer(X86_64, clone, thread)).isEqualTo(ALLOW);
    for (long flag = 1; flag <= 0x4000_0000L; flag <<= 1) {
      boolean namespace = (flag & 0x7e02_0000L) != 0;
      assertThat(machine.answer(X86_64, clone, thread | flag))
          .as("flag %x", flag)
          .isEqualTo(namespace ? EPERM : ALLOW);
    }
    assertThat(machine.answer(X86_64, 435)).isEqualTo(ENOSYS);
    FilterMachine admin = machine(DEFAULT | Capability.SYS_ADMIN.bit());
    assertThat(admin.answer(X86_64, clone, 0x1000_0000)).isEqualTo(ALLOW);
    assertThat(admin.answer(X86_64, 435)).isEqualTo(ALLOW);
    assertThat(admin.answer(X86_64, 467)).isEqualTo(ALLOW);
  }

  @ParameterizedTest(name = "family {0}")
  @CsvSource({"1, allow", "2, allow", "10, allow", "16, allow", "17, allow", "38, no", "40, no"})
  void socketsAreToldApartByFamily(long family, String verdict) {
    assertThat(machine.answer(X86_64, 41, family))
        .isEqualTo(verdict.equals("allow") ? ALLOW : EAFNOSUPPORT);
  }

  /** The kernel looks at 32 bits of a family only; what hides above them must not help. */
  @Test
  void highBitsOpenNothing() {
    assertThat(machine.answer(X86_64, 41, 0x1_0000_0028L)).isEqualTo(EPERM);
    assertThat(machine.answer(X86_64, 56, 0x1_1000_0000L)).isEqualTo(EPERM);
  }

  @Test
  void personalitiesAreComparedAsAWhole() {
    assertThat(machine.answer(X86_64, 135, 0xffff_ffffL)).isEqualTo(ALLOW);
    assertThat(machine.answer(X86_64, 135, 0x0004_0000L)).isEqualTo(EPERM);
  }

  @Test
  void thirtyTwoBitProgramsAreHeldToTheSameList() {
    assertThat(machine.answer(I386, 3)).as("read").isEqualTo(ALLOW);
    assertThat(machine.answer(I386, 403)).as("clock_gettime64").isEqualTo(ALLOW);
    assertThat(machine.answer(I386, 452)).as("fchmodat2").isEqualTo(ALLOW);
    assertThat(machine.answer(I386, 21)).as("mount").isEqualTo(EPERM);
    assertThat(machine.answer(I386, 336)).as("perf_event_open").isEqualTo(EPERM);
    assertThat(machine.answer(I386, 120, 0x1000_0000)).as("clone").isEqualTo(EPERM);
  }

  @Test
  void foreignArchitecturesAndX32GetNothing() {
    assertThat(machine.answer(0xC000_00B7, 63)).isNotEqualTo(ALLOW);
    assertThat(machine.answer(X86_64, 0x4000_0000)).isNotEqualTo(ALLOW);
    assertThat(machine.answer(X86_64, 0x4000_0000 + 452)).isNotEqualTo(ALLOW);
  }
}
