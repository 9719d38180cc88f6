package io.gantry.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeccompFilterTest {

  private static final int ALLOW = 0x7fff0000;
  private static final int EPERM = 0x00050001;
  private static final SeccompAction DENY = SeccompAction.errno(1);

  /** Numbers of x86-64. */
  private static final int READ = 0;

  private static final int WRITE = 1;
  private static final int SOCKET = 41;
  private static final int CLONE = 56;
  private static final int PERSONALITY = 135;

  @BeforeEach
  void onlyWithTheLibrary() {
    boolean there = true;
    try {
      SeccompFilter.load(SeccompLibrary.NAME);
    } catch (SeccompException missing) {
      there = false;
    }
    assumeTrue(there, "libseccomp2 is not installed");
    assumeTrue("amd64".equals(System.getProperty("os.arch")), "the numbers are x86-64's");
  }

  private static FilterMachine machine(SeccompRule... rules) throws IOException {
    return new FilterMachine(
        SeccompFilter.compile(new SeccompProfile(DENY, List.of(), List.of(rules))).program());
  }

  @Test
  void callsWithoutARuleGetTheDefault() throws Exception {
    FilterMachine machine = machine(SeccompRule.allow("read", "write"));
    for (int call = 0; call < 500; call++) {
      int expected = call == READ || call == WRITE ? ALLOW : EPERM;
      assertThat(machine.decide(FilterMachine.X86_64, call))
          .as("call %d", call)
          .isEqualTo(expected);
    }
  }

  @Test
  void programsOf32BitsAreHeldToTheSameRules() throws Exception {
    FilterMachine machine = machine(SeccompRule.allow("read"));
    int readOf32Bits = 3;
    assertThat(machine.decide(FilterMachine.X86, readOf32Bits)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86, READ)).isEqualTo(EPERM);
    int x32 = 0x40000000;
    assertThat(machine.decide(FilterMachine.X86_64, x32 | READ)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86_64, x32 | WRITE)).isEqualTo(EPERM);
  }

  @Test
  void aForeignArchitectureIsKilled() throws Exception {
    int arm64 = 0xC00000B7;
    assertThat(machine(SeccompRule.allow("read")).decide(arm64, READ)).isNotEqualTo(ALLOW);
  }

  @Test
  void conditionsAreComparedWithAll64Bits() throws Exception {
    long namespaces = 0x7E020000L;
    FilterMachine machine =
        machine(
            new SeccompRule(
                List.of("clone"),
                SeccompAction.ALLOW,
                List.of(SeccompCondition.masked(0, namespaces, 0))),
            new SeccompRule(
                List.of("socket"),
                SeccompAction.ALLOW,
                List.of(SeccompCondition.notEqual(0, 40), SeccompCondition.equal(1, 1))));
    assertThat(machine.decide(FilterMachine.X86_64, CLONE, 0x11)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86_64, CLONE, 0x10000011)).isEqualTo(EPERM);
    assertThat(machine.decide(FilterMachine.X86_64, SOCKET, 2, 1)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86_64, SOCKET, 40, 1)).isEqualTo(EPERM);
    assertThat(machine.decide(FilterMachine.X86_64, SOCKET, 2, 2)).isEqualTo(EPERM);
    assertThat(machine.decide(FilterMachine.X86_64, SOCKET, 1L << 40 | 40, 1)).isEqualTo(ALLOW);
  }

  @Test
  void ofConditionsOnTheSameArgumentOneIsEnough() throws Exception {
    FilterMachine machine =
        machine(
            new SeccompRule(
                List.of("personality"),
                SeccompAction.ALLOW,
                List.of(SeccompCondition.equal(0, 0), SeccompCondition.equal(0, 8))));
    assertThat(machine.decide(FilterMachine.X86_64, PERSONALITY, 0)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86_64, PERSONALITY, 8)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86_64, PERSONALITY, 9)).isEqualTo(EPERM);
  }

  @Test
  void callsThatTheLibraryDoesNotKnowAreReported() throws Exception {
    SeccompFilter filter =
        SeccompFilter.compile(
            new SeccompProfile(
                DENY, List.of(), List.of(SeccompRule.allow("read", "not_yet_invented"))));
    assertThat(filter.unknownCalls()).containsExactly("not_yet_invented");
  }

  @Test
  void aRuleThatRepeatsTheDefaultIsNoError() throws Exception {
    FilterMachine machine = machine(new SeccompRule(List.of("read"), DENY, List.of()));
    assertThat(machine.decide(FilterMachine.X86_64, READ)).isEqualTo(EPERM);
  }

  @Test
  void architecturesAreNamedAsInTheSpecification() throws Exception {
    SeccompProfile profile =
        new SeccompProfile(DENY, List.of("SCMP_ARCH_X86_64"), List.of(SeccompRule.allow("read")));
    FilterMachine machine = new FilterMachine(SeccompFilter.compile(profile).program());
    assertThat(machine.decide(FilterMachine.X86_64, READ)).isEqualTo(ALLOW);
    assertThat(machine.decide(FilterMachine.X86, 3)).isNotEqualTo(ALLOW);
    assertThatExceptionOfType(SeccompException.class)
        .isThrownBy(() ->
            SeccompFilter.compile(new SeccompProfile(DENY, List.of("SCMP_ARCH_PDP11"), List.of())))
        .withMessage("unknown architecture SCMP_ARCH_PDP11");
  }

  @Test
  void aMissingLibraryIsNamedWithItsPackage() {
    assertThatExceptionOfType(SeccompException.class)
        .isThrownBy(() -> SeccompFilter.load("libseccomp-absent.so.9"))
        .withMessageContaining("install libseccomp2");
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> SeccompAction.errno(0x10000));
    assertThatIllegalArgumentException().isThrownBy(() -> SeccompCondition.equal(6, 0));
  }
}
