package io.gantry.conformance.leak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineStateTest {

  @TempDir Path directory;

  private static MachineState with(String... mounts) {
    return new MachineState(Map.of(Category.MOUNTS, new TreeSet<>(List.of(mounts))));
  }

  @Test
  void onlyWhatIsNewIsBeyond() {
    MachineState beyond = with("a", "b").beyond(with("b", "c"));
    assertThat(beyond.of(Category.MOUNTS)).containsExactly("a");
    assertThat(beyond.isEmpty()).isFalse();
    assertThat(with("a").beyond(with("a")).isEmpty()).isTrue();
  }

  @Test
  void whatIsWrittenIsReadAgain() throws IOException {
    Path file = directory.resolve("state");
    MachineState state = with("nsfs net:[1] /run/x\ty nsfs", "b");
    state.write(file);
    assertThat(MachineState.read(file)).isEqualTo(state);
  }

  @Test
  void aLookSeesThisMachine() throws IOException {
    Files.createFile(directory.resolve("left-behind"));
    MachineState now = MachineState.now(new Scope(List.of(directory), Optional.empty()));
    assertThat(now.of(Category.MOUNTS)).anyMatch(mount -> mount.startsWith("proc / /proc "));
    assertThat(now.of(Category.INTERFACES)).contains("lo");
    assertThat(now.of(Category.NAMESPACES)).anyMatch(name -> name.startsWith("net:["));
    assertThat(now.of(Category.FILES)).contains(directory.resolve("left-behind").toString());
  }

  @Test
  void whatIsIgnoredIsNotSeen() throws IOException {
    Files.createFile(directory.resolve("noise"));
    Scope scope = new Scope(List.of(directory), Optional.of(Pattern.compile("noise$")));
    assertThat(MachineState.now(scope).of(Category.FILES)).isEmpty();
  }
}
