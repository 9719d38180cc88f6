package io.gantry.cni.ipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.gantry.linux.netlink.IpPrefix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockFileTest {

  @TempDir Path temp;

  @Test
  void whatIsWrittenIsReadAndNothingElseIsLeft() throws Exception {
    Path path = temp.resolve("network/default.json");
    BlockFile file = new BlockFile(path);
    assertThat(file.read()).isEmpty();
    file.write(List.of(IpPrefix.parse("10.88.0.0/16")));
    file.write(List.of(IpPrefix.parse("10.89.0.0/16"), IpPrefix.parse("fd00:89::/64")));
    assertThat(file.read())
        .containsExactly(IpPrefix.parse("10.89.0.0/16"), IpPrefix.parse("fd00:89::/64"));
    assertThat(Files.readString(path))
        .isEqualTo("{\"version\":2,\"blocks\":[\"10.89.0.0/16\",\"fd00:89::/64\"]}\n");
    try (var files = Files.list(temp.resolve("network"))) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void theFormOfOlderDaemonsIsRead() throws Exception {
    Path path = temp.resolve("default.json");
    Files.writeString(path, "{\"version\":1,\"block\":\"10.89.0.0/16\"}\n");
    assertThat(new BlockFile(path).read()).containsExactly(IpPrefix.parse("10.89.0.0/16"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "null",
        "{\"version\":3,\"block\":\"10.88.0.0/16\"}",
        "{\"version\":2,\"blocks\":[\"10.88.0.0\"]}",
        "{\"version\":1}",
        "{\"version\":1,\"block\":\"10.88.0.0\"}",
        "{\"version\":1,\"block\":\"host/16\"}"
      })
  void whatCannotBeUnderstoodIsNamedAndNotReplaced(String content) throws Exception {
    Path path = temp.resolve("default.json");
    Files.writeString(path, content);
    assertThatIOException()
        .isThrownBy(() -> new BlockFile(path).read())
        .withMessageContaining(path.toString());
    assertThat(Files.readString(path)).isEqualTo(content);
  }
}
