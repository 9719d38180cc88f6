package io.gantry.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.gantry.api.cri.v1.ContainerConfig;
import io.gantry.api.cri.v1.Device;
import io.gantry.api.cri.v1.HugepageLimit;
import io.gantry.api.cri.v1.ImageSpec;
import io.gantry.api.cri.v1.KeyValue;
import io.gantry.api.cri.v1.LinuxContainerResources;
import io.gantry.api.cri.v1.LinuxContainerSecurityContext;
import io.gantry.api.cri.v1.Mount;
import io.gantry.api.cri.v1.MountPropagation;
import io.gantry.api.cri.v1.SecurityProfile;
import io.gantry.api.cri.v1.Signal;
import io.gantry.api.cri.v1.SupplementalGroupsPolicy;
import io.gantry.container.AppArmorChoice;
import io.gantry.container.ContainerSpec;
import io.gantry.container.DeviceSpec;
import io.gantry.container.MountSpec;
import io.gantry.container.SeccompChoice;
import io.gantry.container.SecuritySpec;
import io.gantry.error.InvalidException;
import io.gantry.linux.cgroup.CgroupLimits;
import io.gantry.pod.NamespaceMode;
import io.gantry.pod.Pod;
import io.gantry.pod.PodId;
import io.gantry.pod.PodState;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What a container's configuration may say. */
class ContainerMessagesTest {

  private static final Pod POD =
      new Pod(
          PodId.random(),
          PodMessages.spec(Requests.pod(), "", FakeNode.PARENTS),
          FakePods.MADE,
          null,
          null,
          new PodState.Ready());

  @Test
  void nothingIsLostOnTheWayIn() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    config.setWorkingDir("/srv").setTty(true).setStdin(true).setStdinOnce(true);
    config.setStopSignal(Signal.SIGNAL_SIGRTMINPLUS3).putLabels("a", "b");
    ContainerSpec spec = ContainerMessages.spec(config.build(), POD);

    assertThat(spec.metadata()).hasToString("main#1");
    assertThat(spec.image()).isEqualTo("example.org/tool:1");
    assertThat(spec.command()).containsExactly("/bin/tool");
    assertThat(spec.arguments()).containsExactly("--now");
    assertThat(spec.environment()).containsExactly("COLOUR=blau");
    assertThat(spec.workingDirectory()).isEqualTo("/srv");
    assertThat(spec.logPath()).isEqualTo("/var/log/pods/web-0/main/0.log");
    assertThat(List.of(spec.tty(), spec.stdin(), spec.stdinOnce())).containsOnly(true);
    assertThat(spec.stopSignal()).isEqualTo("SIGRTMIN+3");
    assertThat(spec.labels()).containsEntry("a", "b");
    assertThat(spec.security().namespaces())
        .as("a container that says nothing lives as its pod does")
        .isEqualTo(POD.spec().namespaces());
  }

  @Test
  void limitsAreWhatWasAskedForAndComeBackTheSame() {
    LinuxContainerResources resources =
        LinuxContainerResources.newBuilder()
            .setMemoryLimitInBytes(64 << 20)
            .setMemorySwapLimitInBytes(128 << 20)
            .setCpuShares(512)
            .setCpuQuota(-5)
            .setCpuPeriod(100_000)
            .setOomScoreAdj(-997)
            .setCpusetCpus("0-1")
            .setCpusetMems("0")
            .putUnified("pids.max", "50")
            .putUnified("memory.min", "4096")
            .addHugepageLimits(HugepageLimit.newBuilder().setPageSize("2MB").setLimit(1 << 21))
            .build();
    var spec = ResourceMessages.spec(resources, Field.of("r"));
    CgroupLimits limits = spec.limits();

    assertThat(limits.memoryBytes()).hasValue(64 << 20);
    assertThat(limits.cpuQuotaMicros()).hasValue(-1);
    assertThat(limits.pids()).hasValue(50);
    assertThat(limits.unified()).containsOnlyKeys("memory.min");
    assertThat(spec.oomScoreAdjustment()).isEqualTo(-997);
    assertThat(ResourceMessages.message(spec))
        .isEqualTo(resources.toBuilder().setCpuQuota(-1).build());
  }

  @Test
  void zeroIsNotSet() {
    var spec = ResourceMessages.spec(LinuxContainerResources.getDefaultInstance(), Field.of("r"));

    assertThat(spec.limits()).isEqualTo(CgroupLimits.NONE);
  }

  @Test
  void securityIsWhatWasAskedFor() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    LinuxContainerSecurityContext.Builder security = security(config);
    security.getCapabilitiesBuilder().addAddCapabilities("NET_ADMIN").addDropCapabilities("ALL");
    security.getNamespaceOptionsBuilder().setPid(io.gantry.api.cri.v1.NamespaceMode.NODE);
    security.getRunAsUserBuilder().setValue(1000);
    security.getRunAsGroupBuilder().setValue(0);
    security.setReadonlyRootfs(true).setNoNewPrivs(true).addSupplementalGroups(7);
    security.setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
    security.addMaskedPaths("/proc/kcore").addReadonlyPaths("/proc/sys");
    security.getSeccompBuilder().setProfileType(SecurityProfile.ProfileType.Localhost);
    security.getSeccompBuilder().setLocalhostRef("/profiles/a.json");
    SecuritySpec spec = ContainerMessages.spec(config.build(), POD).security();

    assertThat(spec.addCapabilities()).containsExactly("NET_ADMIN");
    assertThat(spec.dropCapabilities()).containsExactly("ALL");
    assertThat(spec.namespaces().pid()).isEqualTo(NamespaceMode.NODE);
    assertThat(spec.runAsUser()).hasValue(1000);
    assertThat(spec.runAsGroup()).hasValue(0);
    assertThat(List.of(spec.readOnlyRootfs(), spec.noNewPrivileges(), spec.strictGroups()))
        .containsOnly(true);
    assertThat(spec.supplementalGroups()).containsExactly(7L);
    assertThat(spec.maskedPaths()).containsExactly("/proc/kcore");
    assertThat(spec.readOnlyPaths()).containsExactly("/proc/sys");
    assertThat(spec.seccomp()).isEqualTo(new SeccompChoice.Localhost("/profiles/a.json"));
  }

  private static AppArmorChoice appArmor(ContainerConfig.Builder config) {
    return ContainerMessages.spec(config.build(), POD).security().appArmor();
  }

  @Test
  @SuppressWarnings("deprecation") // kubelet fills both
  void theNewerFieldOfAppArmorWins() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    assertThat(appArmor(config)).isEqualTo(new AppArmorChoice.RuntimeDefault(false));
    security(config).setApparmorProfile("localhost/old");
    assertThat(appArmor(config)).isEqualTo(new AppArmorChoice.Localhost("old"));
    security(config).setApparmorProfile("unconfined");
    assertThat(appArmor(config)).isEqualTo(new AppArmorChoice.Unconfined());
    security(config)
        .getApparmorBuilder()
        .setProfileType(SecurityProfile.ProfileType.Localhost)
        .setLocalhostRef("localhost/new");
    assertThat(appArmor(config)).isEqualTo(new AppArmorChoice.Localhost("new"));
    security(config).getApparmorBuilder().setLocalhostRef("newer");
    assertThat(appArmor(config)).isEqualTo(new AppArmorChoice.Localhost("newer"));
  }

  @Test
  @SuppressWarnings("deprecation") // kubelet fills both
  void otherNamesOfProfilesAreRefused() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    for (String wrong : List.of("docker-default", "localhost/")) {
      security(config).setApparmorProfile(wrong);
      assertThatExceptionOfType(InvalidException.class)
          .isThrownBy(() -> appArmor(config))
          .withMessageContaining("config.linux.security_context.apparmor_profile");
    }
  }

  @Test
  void withoutAWordOnSeccompThereIsNoFilter() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    assertThat(ContainerMessages.spec(config.build(), POD).security().seccomp())
        .isEqualTo(new SeccompChoice.Unconfined());
  }

  @Test
  void mountsAndDevicesAreWhatWasAskedFor() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    config.addMounts(mount().setReadonly(true).setRecursiveReadOnly(true));
    config.addDevices(Device.newBuilder().setHostPath("/dev/fuse"));
    ContainerSpec spec = ContainerMessages.spec(config.build(), POD);

    assertThat(spec.mounts())
        .containsExactly(
            new MountSpec("/data", "/srv/data", true, true, MountSpec.Propagation.PRIVATE, false));
    assertThat(MountMessages.message(spec.mounts().getFirst())).isEqualTo(config.getMounts(0));
    assertThat(spec.devices()).containsExactly(new DeviceSpec("/dev/fuse", "/dev/fuse", "rwm"));
  }

  @Test
  void whatIsMissingIsNamed() {
    refused(ContainerConfig.Builder::clearMetadata, "config.metadata is missing");
    refused(c -> c.getMetadataBuilder().clearName(), "config.metadata.name is missing");
    refused(ContainerConfig.Builder::clearImage, "config.image.image is missing");
    refused(c -> c.addEnvs(KeyValue.newBuilder()), "config.envs[1].key is missing");
    refused(c -> c.addMounts(mount().clearHostPath()), "config.mounts[0].host_path is missing");
  }

  @Test
  void whatCannotBeMeantIsNamed() {
    refused(c -> c.setWorkingDir("srv"), "config.working_dir is srv; give an absolute path");
    refused(c -> c.addArgs("a\0b"), "config.args[1] holds a NUL character");
    refused(
        c -> c.addEnvs(KeyValue.newBuilder().setKey("A=B")),
        "config.envs[1].key is A=B; a name holds no =");
    refused(
        c ->
            c.addEnvs(
                KeyValue.newBuilder()
                    .setKey("A")
                    .setValue(ByteString.copyFrom(new byte[] {(byte) 0xff}))),
        "config.envs[1].value is not UTF-8");
    refused(
        c -> c.addMounts(mount().setContainerPath("data")),
        "config.mounts[0].container_path is data; give an absolute path");
    refused(
        c -> c.addDevices(Device.newBuilder().setHostPath("/dev/x").setPermissions("rx")),
        "config.devices[0].permissions is rx; give letters of rwm");
    refused(
        c -> c.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(-1),
        "config.linux.resources.memory_limit_in_bytes is -1; give zero or more");
    refused(
        c -> c.getLinuxBuilder().getResourcesBuilder().setOomScoreAdj(1001),
        "config.linux.resources.oom_score_adj is 1001; give a value from -1000 to 1000");
    refused(
        c ->
            c.getLinuxBuilder()
                .getResourcesBuilder()
                .setMemoryLimitInBytes(2)
                .setMemorySwapLimitInBytes(1),
        "config.linux.resources.memory_swap_limit_in_bytes is 1, less than"
            + " memory_limit_in_bytes; it counts memory and swap together");
    refused(
        c -> security(c).getRunAsUserBuilder().setValue(-1),
        "config.linux.security_context.run_as_user is -1; give a value from 0 to 4294967294");
    refused(
        c -> security(c).getRunAsGroupBuilder().setValue(1),
        "config.linux.security_context.run_as_group is set without a user; set run_as_user or"
            + " run_as_username");
    refused(
        c ->
            security(c)
                .getSeccompBuilder()
                .setProfileType(SecurityProfile.ProfileType.Localhost)
                .setLocalhostRef("a"),
        "config.linux.security_context.seccomp.localhost_ref is a; give an absolute path");
  }

  @Test
  void recursiveReadOnlyStandsAlone() {
    refused(
        c -> c.addMounts(mount().setRecursiveReadOnly(true)),
        "config.mounts[0].recursive_read_only is set without readonly");
    refused(
        c ->
            c.addMounts(
                mount()
                    .setReadonly(true)
                    .setRecursiveReadOnly(true)
                    .setPropagation(MountPropagation.PROPAGATION_BIDIRECTIONAL)),
        "config.mounts[0].recursive_read_only is set together with propagation; use"
            + " PROPAGATION_PRIVATE");
  }

  @Test
  void anImageOrAPathIsMounted() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    ImageSpec.Builder image = ImageSpec.newBuilder().setImage("models:1");
    config.addMounts(
        mount().clearHostPath().setReadonly(true).setImage(image).setImageSubPath("big"));
    MountSpec volume = ContainerMessages.spec(config.build(), POD).mounts().getFirst();
    assertThat(volume.image()).isEqualTo(new MountSpec.ImageVolume("models:1", "big", null));
    assertThat(volume.readOnly()).isTrue();
    refused(
        c -> c.addMounts(mount().clearHostPath().setImage(image)),
        "config.mounts[0].readonly is not set for an image; nobody may write to it: set it");
    refused(
        c -> c.addMounts(mount().setImage(image)),
        "config.mounts[0].host_path is set together with image; set one of them");
    refused(
        c ->
            c.addMounts(mount().clearHostPath().setReadonly(true).setImage(ImageSpec.newBuilder())),
        "config.mounts[0].image.image is missing");
  }

  @Test
  void optionsOfMountsAreThreeWords() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    config.addMounts(mount().addMountOptions("nosuid").addMountOptions("noexec"));
    assertThat(ContainerMessages.spec(config.build(), POD).mounts().getFirst().options())
        .containsExactlyInAnyOrder(MountSpec.Option.NOSUID, MountSpec.Option.NOEXEC);
    refused(
        c -> c.addMounts(mount().addMountOptions("noexec").addMountOptions("ro")),
        "config.mounts[0].mount_options[1] is ro; give noexec, nodev or nosuid");
  }

  @Test
  void devicesOfVendorsComeByName() {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    config.addCDIDevicesBuilder().setName("vendor.com/gpu=0");
    assertThat(ContainerMessages.spec(config.build(), POD).cdiDevices())
        .containsExactly("vendor.com/gpu=0");
    refused(c -> c.addCDIDevicesBuilder(), "config.CDI_devices[0].name is missing");
  }

  @Test
  void aLogStaysInItsPodsDirectory() {
    Field field = Field.of("config.log_path");
    assertThat(LogPaths.join("/var/log", "a/0.log", field)).isEqualTo("/var/log/a/0.log");
    assertThat(LogPaths.join("/var/log/", "a/../0.log", field)).isEqualTo("/var/log/0.log");
    assertThat(LogPaths.join("/var/log", "", field)).isEmpty();
    assertThat(LogPaths.join("", "0.log", field)).isEmpty();
    for (String escape : List.of("../x", "a/../../x", "/etc/passwd", ".", "a/..", "..")) {
      assertThatExceptionOfType(InvalidException.class)
          .as(escape)
          .isThrownBy(() -> LogPaths.join("/var/log", escape, field))
          .withMessageStartingWith("config.log_path is " + escape);
    }
  }

  @Test
  void signalsKeepTheirNames() {
    for (Signal signal : Signal.values()) {
      if (signal != Signal.UNRECOGNIZED) {
        String name = SignalNames.name(signal, Field.of("f"));
        assertThat(SignalNames.message(name)).isEqualTo(signal);
      }
    }
    assertThat(SignalNames.name(Signal.SIGNAL_SIGRTMAXMINUS14, Field.of("f")))
        .isEqualTo("SIGRTMAX-14");
  }

  private static Mount.Builder mount() {
    return Mount.newBuilder().setContainerPath("/data").setHostPath("/srv/data");
  }

  private static LinuxContainerSecurityContext.Builder security(ContainerConfig.Builder config) {
    return config.getLinuxBuilder().getSecurityContextBuilder();
  }

  private static void refused(Consumer<ContainerConfig.Builder> change, String message) {
    ContainerConfig.Builder config = Requests.container().toBuilder();
    change.accept(config);
    assertThatExceptionOfType(InvalidException.class)
        .isThrownBy(() -> ContainerMessages.spec(config.build(), POD))
        .satisfies(e -> assertThat(e.advice()).isEqualTo(message));
  }
}
