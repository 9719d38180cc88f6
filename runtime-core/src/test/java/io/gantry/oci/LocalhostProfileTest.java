package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.SeccompChoice;
import io.gantry.error.InvalidException;
import io.gantry.linux.seccomp.SeccompAction;
import io.gantry.linux.seccomp.SeccompCondition;
import io.gantry.linux.seccomp.SeccompProfile;
import io.gantry.linux.seccomp.SeccompRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalhostProfileTest {

  @Test
  void aProfileOfTheOciFormIsRead() {
    SeccompProfile profile =
        parse(
            """
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38,
             "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
             "flags": ["SECCOMP_FILTER_FLAG_LOG"],
             "syscalls": [
               {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"},
               {"name": "chmod", "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
               {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [
                  {"index": 0, "value": 18446744073709551615, "valueTwo": 5,
                   "op": "SCMP_CMP_MASKED_EQ"}]}]}
            """);
    assertThat(profile.defaultAction()).isEqualTo(SeccompAction.errno(38));
    assertThat(profile.architectures()).containsExactly("SCMP_ARCH_X86_64", "SCMP_ARCH_X86");
    assertThat(profile.rules())
        .containsExactly(
            new SeccompRule(List.of("read", "write"), SeccompAction.ALLOW, List.of()),
            new SeccompRule(List.of("chmod"), SeccompAction.errno(1), List.of()),
            new SeccompRule(
                List.of("clone"), SeccompAction.ALLOW, List.of(SeccompCondition.masked(0, -1, 5))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "[]",
        "{}",
        "{\"defaultAction\": \"SCMP_ACT_SOMETIMES\"}",
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"listenerPath\": \"/x\"}",
        "{\"defaultAction\": \"SCMP_ACT_NOTIFY\"}",
        "{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": 65536}",
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [\"SECCOMP_FILTER_FLAG_FAST\"]}",
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"x86\"]}",
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"action\": \"SCMP_ACT_LOG\"}]}",
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"read\"],"
            + " \"action\": \"SCMP_ACT_LOG\", \"includes\": {\"caps\": [\"CAP_KILL\"]}}]}",
        "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"read\"],"
            + " \"action\": \"SCMP_ACT_LOG\", \"args\": [{\"index\": 6, \"op\": \"SCMP_CMP_EQ\"}]}]}",
      })
  void whatCannotBeDoneIsRefused(String json) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("/profiles/p.json");
  }

  @Test
  void programsAreBuiltOnceForWhatDecidesOnThem(@TempDir Path directory) throws IOException {
    List<SeccompProfile> built = new ArrayList<>();
    SeccompFilters filters =
        new SeccompFilters(profile -> {
          built.add(profile);
          return new byte[8];
        });
    long base = Capability.mask(Capabilities.DEFAULT);
    assertThat(filters.program(new SeccompChoice.Unconfined(), base)).isEmpty();
    assertThat(filters.program(new SeccompChoice.RuntimeDefault(), base)).isPresent();
    filters.program(new SeccompChoice.RuntimeDefault(), base | Capability.NET_ADMIN.bit());
    assertThat(built).hasSize(1);
    filters.program(new SeccompChoice.RuntimeDefault(), base | Capability.SYS_ADMIN.bit());
    assertThat(built).hasSize(2);
    Path file = directory.resolve("p.json");
    SeccompChoice local = new SeccompChoice.Localhost(file.toString());
    assertThatThrownBy(() -> filters.program(local, base))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining("does not exist");
    Files.writeString(file, "{\"defaultAction\": \"SCMP_ACT_ALLOW\"}");
    filters.program(local, base);
    filters.program(local, 0);
    assertThat(built).hasSize(3);
    Files.writeString(file, "{\"defaultAction\": \"SCMP_ACT_LOG\"}");
    filters.program(local, base);
    assertThat(built).hasSize(4);
  }

  private static SeccompProfile parse(String json) {
    return LocalhostProfile.parse("/profiles/p.json", json);
  }
}
