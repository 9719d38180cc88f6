package io.gantry.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.ContainerFixtures;
import io.gantry.container.ContainerSpec;
import io.gantry.container.DeviceSpec;
import io.gantry.container.Hook;
import io.gantry.container.MountSpec;
import io.gantry.container.MountSpec.Propagation;
import io.gantry.error.InvalidException;
import io.gantry.error.NotFoundException;
import io.gantry.error.UnsupportedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CdiEditingTest {

  private static final String GPU =
      """
      cdiVersion: 0.6.0
      kind: vendor.com/gpu
      containerEdits:
        env: [VENDOR=all]
      devices:
        - name: "0"
          containerEdits:
            env: [GPU=0]
            deviceNodes:
              - {path: /dev/gpu0, hostPath: /dev/null, permissions: rw, fileMode: 0660, uid: 7}
            mounts:
              - {hostPath: /etc, containerPath: /opt/gpu, options: [ro, nosuid, rbind, rslave]}
            hooks:
              - {hookName: createContainer, path: /bin/hook, args: [hook, now], env: [A=b], timeout: 5}
            additionalGids: [44]
        - name: "1"
          containerEdits:
            env: [GPU=1]
      """;

  @TempDir private Path etc;
  @TempDir private Path run;
  private CdiEditing editing;

  @BeforeEach
  void makeAFile() throws IOException {
    Files.writeString(etc.resolve("gpu.yaml"), GPU);
    editing = new CdiEditing(new CdiRegistry(List.of(etc, run, run.resolve("missing"))));
  }

  private static ContainerSpec asking(String... names) {
    return asking(List.of(), names);
  }

  private static ContainerSpec asking(List<MountSpec> mounts, String... names) {
    ContainerSpec spec = ContainerFixtures.spec("c");
    TreeMap<String, String> annotations = new TreeMap<>();
    annotations.put("cdi.k8s.io/some", String.join(", ", names));
    annotations.put("other", "vendor.com/gpu=none");
    return new ContainerSpec(
        spec.metadata(),
        spec.image(),
        spec.command(),
        spec.arguments(),
        spec.workingDirectory(),
        spec.environment(),
        mounts,
        spec.devices(),
        List.of(names),
        spec.labels(),
        annotations,
        spec.logPath(),
        spec.stdin(),
        spec.stdinOnce(),
        spec.tty(),
        spec.stopSignal(),
        spec.resources(),
        spec.security(),
        spec.imageNote(),
        spec.hooks());
  }

  @Test
  void aDeviceBringsAllOfItsParts() throws IOException {
    ContainerSpec edited = editing.edited(asking("vendor.com/gpu=0"));

    assertThat(edited.environment()).containsExactly("A=1", "VENDOR=all", "GPU=0");
    assertThat(edited.devices())
        .containsExactly(
            new DeviceSpec(
                "/dev/gpu0", "/dev/null", "rw", new DeviceSpec.Look("", 0, 0, 432, 7L, null)));
    assertThat(edited.mounts())
        .containsExactly(
            new MountSpec(
                "/opt/gpu",
                "/etc",
                true,
                false,
                Propagation.HOST_TO_CONTAINER,
                false,
                Set.of(MountSpec.Option.NOSUID),
                null));
    assertThat(edited.hooks())
        .containsExactly(
            new Hook(
                Hook.Stage.CREATE_CONTAINER,
                "/bin/hook",
                List.of("hook", "now"),
                List.of("A=b"),
                5));
    assertThat(edited.security().supplementalGroups()).containsExactly(44L);
  }

  @Test
  void whatBelongsToTheWholeFileComesOnce() throws IOException {
    ContainerSpec edited = editing.edited(asking("vendor.com/gpu=1", "vendor.com/gpu=0"));
    assertThat(edited.environment()).containsExactly("A=1", "VENDOR=all", "GPU=1", "GPU=0");
  }

  @Test
  void aMountOfADeviceTakesThePlaceOfTheRequests() throws IOException {
    MountSpec asked =
        new MountSpec("/opt/../opt/gpu/", "/tmp", false, false, Propagation.PRIVATE, false);
    assertThat(editing.edited(asking(List.of(asked), "vendor.com/gpu=0")).mounts())
        .extracting(MountSpec::hostPath)
        .containsExactly("/etc");
  }

  @Test
  void aDeviceTakesThePlaceOfTheRequestsAtItsPath() throws IOException {
    ContainerSpec asked = asking("vendor.com/gpu=0");
    ContainerSpec both =
        asked.edited(
            asked.environment(),
            asked.mounts(),
            List.of(new DeviceSpec("/dev/../dev/gpu0", "/dev/zero", "r")),
            asked.hooks(),
            asked.security());
    assertThat(editing.edited(both).devices())
        .extracting(DeviceSpec::hostPath)
        .containsExactly("/dev/null");
  }

  @Test
  void jsonMayHaveTabsAndALinkToNothingHarmsNobody() throws IOException {
    Files.writeString(
        run.resolve("a.json"),
        "{\n\t\"cdiVersion\": \"1.0.0\",\n\t\"kind\": \"a.b/c\",\n\t\"devices\": [\n\t\t"
            + "{\"name\": \"d\", \"containerEdits\": {\"env\": [\"T=1\"]}}]}");
    Files.createSymbolicLink(run.resolve("b.yaml"), run.resolve("nothing"));
    assertThat(editing.edited(asking("a.b/c=d")).environment()).contains("T=1");
  }

  @Test
  void whatCannotBeReadIsToldAndNoMore() throws IOException {
    Path file = run.resolve("deep.yaml");
    Files.writeString(file, "[".repeat(100_000));
    assertThatThrownBy(() -> editing.edited(asking("a.b/c=d")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining(file + " cannot be used: is n");
    Files.writeString(
        file,
        "cdiVersion: 1.0.0\nkind: a.b/c\ndevices: [{name: d, containerEdits: {env: [\"A=\\0\"]}}]");
    assertThatThrownBy(() -> editing.edited(asking("a.b/c=d")))
        .hasMessageContaining(file + " cannot be used: has text with a zero byte");
  }

  @Test
  void whoAsksForNoneIsLeftAlone() throws IOException {
    ContainerSpec spec = ContainerFixtures.spec("c");
    assertThat(new CdiEditing(new CdiRegistry(List.of(Path.of("/dev/null")))).edited(spec))
        .isSameAs(spec);
  }

  @Test
  void aLaterDirectoryWinsAndAChangeIsSeen() throws IOException {
    Path file = run.resolve("gpu.json");
    write(file, "0", "run");
    assertThat(editing.edited(asking("vendor.com/gpu=0")).environment())
        .containsExactly("A=1", "FROM=run");
    write(file, "0", "now");
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(7)));
    assertThat(editing.edited(asking("vendor.com/gpu=0")).environment())
        .containsExactly("A=1", "FROM=now");
    Files.delete(file);
    assertThat(editing.edited(asking("vendor.com/gpu=0")).environment()).contains("GPU=0");
  }

  private static void write(Path file, String device, String from) throws IOException {
    Files.writeString(
        file,
        """
        {"cdiVersion": "1.0.0", "kind": "vendor.com/gpu", "devices": [
          {"name": "%s", "containerEdits": {"env": ["FROM=%s"]}}]}
        """
            .formatted(device, from));
  }

  @Test
  void twoFilesOfOneDirectoryWithOneDeviceAreAConflict() throws IOException {
    write(etc.resolve("other.json"), "0", "other");
    assertThatThrownBy(() -> editing.edited(asking("vendor.com/gpu=0")))
        .isInstanceOf(NotFoundException.class)
        .hasMessage(
            "CDI device vendor.com/gpu=0: both %s and %s describe it"
                .formatted(etc.resolve("gpu.yaml"), etc.resolve("other.json")));
    assertThat(editing.edited(asking("vendor.com/gpu=1")).environment()).contains("GPU=1");
  }

  @Test
  void aMissingDeviceIsToldWithTheFilesThatCannotBeRead() throws IOException {
    Path broken = run.resolve("broken.yaml");
    Files.writeString(broken, "cdiVersion: 1.0.0\nkind: a.b/c\nwings: 2\n");
    assertThatThrownBy(() -> editing.edited(asking("vendor.com/gpu=9")))
        .isInstanceOf(NotFoundException.class)
        .hasMessageStartingWith("CDI device vendor.com/gpu=9: no file in [" + etc)
        .hasMessageContaining(broken + " cannot be used: does not fit: ")
        .hasMessageContaining("wings");
    Files.writeString(broken, "devices:\n  - a\n    - b: [\n");
    assertThatThrownBy(() -> editing.edited(asking("vendor.com/gpu=9")))
        .hasMessageContaining(broken + " cannot be used: is not YAML: line 3: ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "env: [NOTHING] | not NAME=value",
        "deviceNodes: [{path: gpu}] | deviceNodes.path \"gpu\": not absolute",
        "deviceNodes: [{path: /a, type: p}] | neither b, c nor u",
        "mounts: [{hostPath: /dev/null/such, containerPath: /a}] | mounts.hostPath \"/dev/null/such\"",
        "mounts: [{hostPath: /etc, containerPath: /a, type: tmpfs}] | not a bind mount",
        "mounts: [{hostPath: /etc, containerPath: /a, options: [sync]}] | mounts.options \"sync\"",
        "hooks: [{hookName: prestart, path: hook}] | hooks.path \"hook\": not absolute",
        "hooks: [{hookName: prestart, path: /h, timeout: 0}] | not from 1 to 110 seconds",
        "additionalGids: [-1] | additionalGids \"-1\": no such id",
        "deviceNodes: [{path: /a, type: c, major: -1, minor: -1}] | deviceNodes.major \"-1\"",
        "deviceNodes: [{path: /a, uid: 4294967296}] | deviceNodes.uid",
        "deviceNodes: [{path: gpu}] | odd.yaml, for CDI device odd.com/a=x: ",
      })
  void whatIsWrongInAFileIsNamed(String edits, String problem) throws IOException {
    assertThatThrownBy(() -> editing.edited(with(edits)))
        .isInstanceOf(InvalidException.class)
        .hasMessageContaining(problem.strip());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hooks: [{hookName: poststop, path: /h}] | poststop",
        "intelRdt: {closID: a} | intelRdt",
        "netDevices: [{hostInterfaceName: a, name: b}] | netDevices",
      })
  void whatGantryCannotDoIsRefused(String edits, String name) throws IOException {
    assertThatThrownBy(() -> editing.edited(with(edits)))
        .isInstanceOf(UnsupportedException.class)
        .hasMessageContaining(name.strip());
  }

  private ContainerSpec with(String edits) throws IOException {
    Files.writeString(
        etc.resolve("odd.yaml"),
        "cdiVersion: 1.0.0\nkind: odd.com/a\ndevices: [{name: x, containerEdits: {"
            + edits
            + "}}]");
    return asking("odd.com/a=x");
  }
}
