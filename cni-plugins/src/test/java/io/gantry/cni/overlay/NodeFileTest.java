package io.gantry.cni.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.overlay.NodeFile.NodeBlock;
import io.gantry.linux.netlink.IpPrefix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeFileTest {

  @TempDir Path temp;

  private static NodeFile.Content content(@Nullable Instant until, String problem) {
    List<NodeBlock> blocks =
        List.of(
            new NodeBlock(IpPrefix.parse("10.244.1.0/24"), IpPrefix.parse("10.244.0.0/16")),
            new NodeBlock(IpPrefix.parse("fd00:10:0:1::/64"), IpPrefix.parse("fd00:10::/32")));
    return new NodeFile.Content("gtest.vx", 1450, blocks, until, problem);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path path = temp.resolve("overlay/node.json");
    NodeFile file = new NodeFile(path);
    assertThat(file.read()).isEmpty();
    for (NodeFile.Content content :
        List.of(content(null, ""), content(Instant.parse("2026-03-01T10:00:00Z"), "why"))) {
      file.write(content);
      assertThat(file.read()).contains(content);
    }
    try (var files = Files.list(path.getParent())) {
      assertThat(files).containsExactly(path);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "{}",
        "{\"version\":2,\"device\":\"v\",\"mtu\":1,\"blocks\":[]}",
        "{\"version\":1,\"device\":\"v\",\"mtu\":1,\"blocks\":[{\"block\":\"x\",\"network\":\"y\"}]}",
        "{\"version\":1,\"device\":\"v\",\"mtu\":1,\"blocks\":[{}]}",
        "{\"version\":1,\"device\":\"v\",\"mtu\":1,\"blocks\":[],\"until\":\"soon\"}",
      })
  void anythingElseIsAnErrorThatNamesTheFile(String text) throws IOException {
    Path path = temp.resolve("node.json");
    Files.writeString(path, text);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new NodeFile(path).read())
        .withMessageContaining(path + ": remove the file to have it written");
  }
}
